"""Listeners: the gateway's, and that of a proxy in the mesh."""

from ..rendered import mesh_config, named, of_kind
from .filters import ROUTER, denials, jwt, patch
from .routes import virtual_host

HCM = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
GATEWAY = "istio-ingress/mcommerce"


def _access_log(path: str) -> dict:
    (provider,) = [p for p in mesh_config()["extensionProviders"] if p["name"] == "json"]
    return {
        "name": "envoy.access_loggers.file",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
            "path": path,
            "log_format": {"json_format": provider["envoyFileAccessLog"]["logFormat"]["labels"]},
        },
    }


def _normalization() -> dict:
    """listener_builder.go."""
    if mesh_config()["pathNormalization"]["normalization"] != "DECODE_AND_MERGE_SLASHES":
        raise AssertionError("not derived")
    return {
        "normalize_path": True,
        "merge_slashes": True,
        "path_with_escaped_slashes_action": "UNESCAPE_AND_FORWARD",
    }


def _manager(name: str, access_log: str, virtual_hosts: list[dict], filters: list[dict]) -> dict:
    return {
        "@type": HCM,
        "stat_prefix": name,
        "access_log": [_access_log(access_log)],
        "route_config": {"name": name, "virtual_hosts": virtual_hosts},
        "http_filters": [*filters, ROUTER],
    } | _normalization()


def _listener(name: str, manager: dict) -> dict:
    chain = {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
    return {
        "name": name,
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
        "filter_chains": [chain],
    }


def ingress(resources: list[dict], access_log: str, trusted_proxies: int = 0, order=sorted) -> list[dict]:
    """The gateway's listeners, `http` and `https`, without TLS itself. `order` sorts the VirtualServices by name."""
    services = {
        service["metadata"]["name"]: service
        for service in of_kind(resources, "VirtualService")
        if service["spec"]["gateways"] == [GATEWAY]
    }
    listeners = []
    for server in named(resources, "Gateway", "mcommerce")["spec"]["servers"]:
        name, (host,) = server["port"]["name"], server["hosts"]
        hosted = virtual_host(host, [services[service] for service in order(services)])
        if server["tls"].get("httpsRedirect"):
            hosted["require_tls"] = "ALL"
        manager = _manager(name, access_log, [hosted], [jwt(resources), denials(resources)])
        manager |= {"use_remote_address": True, "xff_num_trusted_hops": trusted_proxies}
        patch(manager, of_kind(resources, "EnvoyFilter", "istio-ingress"))
        listeners.append(_listener(name, manager))
    return listeners


def sidecar(resources: list[dict], access_log: str) -> dict:
    """What a proxy in the mesh does with calls to domains and to the bridge: the listener `mesh`."""
    services = [service for service in of_kind(resources, "VirtualService") if service["spec"]["gateways"] == ["mesh"]]
    hosts = [host for service in services for host in service["spec"]["hosts"]]
    return _listener("mesh", _manager("mesh", access_log, [virtual_host(host, services) for host in hosts], []))
