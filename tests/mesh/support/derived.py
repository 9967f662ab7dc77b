"""Envoy's configuration from Istio's resources, as istiod would make it.

This covers what the repository uses and refuses the rest, so that nothing is tested by being left out. The rules are
those of pilot/pkg/networking/core in Istio 1.30; each is said where it is followed.
"""

from .rendered import mesh_config, named, of_kind

ROUTER = {
    "name": "envoy.filters.http.router",
    "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"},
}
HCM = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
GATEWAY = "istio-ingress/mcommerce"


def take(source: dict, *known: str) -> dict:
    """The source, if it says nothing but what is known here."""
    unknown = set(source) - set(known)
    if unknown:
        raise AssertionError(f"not derived: {sorted(unknown)}")
    return source


def seconds(text: str) -> str:
    """A duration in Envoy's one unit."""
    for unit, factor in (("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)):
        number = text.removesuffix(unit)
        if number != text and number.replace(".", "", 1).isdigit():
            return f"{float(number) * factor:g}s"
    raise AssertionError(f"not a duration: {text}")


def _text_match(match: dict) -> dict:
    ((kind, value),) = take(match, "exact", "prefix", "regex").items()
    return {"safe_regex": {"regex": value}} if kind == "regex" else {kind: value}


def _match(match: dict | None) -> dict:
    match = take(match or {}, "uri", "method", "headers")
    out: dict = {}
    for kind, value in (take(match["uri"], "exact", "prefix", "regex") if "uri" in match else {"prefix": "/"}).items():
        out |= {"exact": {"path": value}, "prefix": {"prefix": value}, "regex": {"safe_regex": {"regex": value}}}[kind]
    headers = dict(match.get("headers", {}))
    if "method" in match:
        headers[":method"] = match["method"]
    if headers:
        out["headers"] = [{"name": name, "string_match": _text_match(value)} for name, value in headers.items()]
    return out


def _retry(retries: dict | None) -> dict | None:
    """route/retry: no policy means the mesh's, and attempts 0 means none."""
    retries = take(retries if retries is not None else mesh_config()["defaultHttpRetryPolicy"], "attempts", "retryOn")
    if retries["attempts"] == 0:
        return None
    words = [word.strip() for word in retries["retryOn"].split(",")]
    codes = [int(word) for word in words if word.isdigit()]
    on = [word for word in words if not word.isdigit()] + (["retriable-status-codes"] if codes else [])
    return {
        "num_retries": retries["attempts"],
        "retry_on": ",".join(on),
        "retriable_status_codes": codes,
        "host_selection_retry_max_attempts": 5,
        "retry_host_predicate": [
            {
                "name": "envoy.retry_host_predicates.previous_hosts",
                "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
                },
            }
        ],
    }


def cluster_name(destination: dict) -> str:
    take(destination, "host", "subset", "port")
    return f"outbound|{destination['port']['number']}|{destination.get('subset', '')}|{destination['host']}"


def _routes(rule: dict) -> list[dict]:
    take(rule, "name", "match", "route", "retries", "timeout", "directResponse")
    action: dict = {}
    if "directResponse" in rule:
        action["direct_response"] = take(rule["directResponse"], "status")
    else:
        clusters = [
            {
                "name": cluster_name(route["destination"]),
                "weight": take(route, "destination", "weight").get("weight", 100),
            }
            for route in rule["route"]
        ]
        # No timeout in a VirtualService is no timeout, where Envoy's own default would be 15 s.
        route = {"weighted_clusters": {"clusters": clusters}, "timeout": seconds(rule.get("timeout", "0s"))}
        retry = _retry(rule.get("retries"))
        action["route"] = route | ({"retry_policy": retry} if retry else {})
    return [{"name": rule["name"], "match": _match(match)} | action for match in rule.get("match", [None])]


def _is_catch_all(route: dict) -> bool:
    return route["match"].get("prefix") == "/" and not route["match"].get("headers")


def _virtual_host(host: str, services: list[dict]) -> dict:
    """gateway.go, SortVHostRoutes: the rules of all VirtualServices of a host, catch-alls moved to the end."""
    routes = [
        route
        for service in services
        if host in take(service["spec"], "hosts", "gateways", "http", "exportTo")["hosts"]
        for rule in service["spec"]["http"]
        for route in _routes(rule)
    ]
    routes.sort(key=_is_catch_all)
    return {"name": host, "domains": [host, f"{host}:*"], "routes": routes}


def _cluster(name: str, rule: dict, endpoints: list[tuple[str, int]]) -> dict:
    """cluster_traffic_policy.go."""
    policy = take(rule, "connectionPool", "retryBudget", "outlierDetection", "loadBalancer")
    pool = take(policy["connectionPool"], "tcp", "http")
    tcp = take(pool["tcp"], "maxConnections", "connectTimeout")
    http = take(pool["http"], "http2MaxRequests", "http1MaxPendingRequests", "idleTimeout")
    budget = take(policy["retryBudget"], "percent", "minRetryConcurrency")
    outlier = take(
        policy["outlierDetection"],
        *("consecutive5xxErrors", "interval", "baseEjectionTime", "maxEjectionPercent"),
    )
    return {
        "name": name,
        "type": "STATIC",
        "connect_timeout": seconds(tcp["connectTimeout"]),
        "lb_policy": take(policy["loadBalancer"], "simple")["simple"],
        # Istio turns the panic mode off, in which Envoy asks everybody once half are out.
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
        "circuit_breakers": {
            "thresholds": [
                {
                    "max_connections": tcp["maxConnections"],
                    "max_requests": http["http2MaxRequests"],
                    "max_pending_requests": http["http1MaxPendingRequests"],
                    "retry_budget": {
                        "budget_percent": {"value": budget["percent"]},
                        "min_retry_concurrency": budget["minRetryConcurrency"],
                    },
                }
            ]
        },
        "outlier_detection": {
            "consecutive_5xx": outlier["consecutive5xxErrors"],
            "enforcing_consecutive_5xx": 100,
            "enforcing_success_rate": 0,
            "interval": seconds(outlier["interval"]),
            "base_ejection_time": seconds(outlier["baseEjectionTime"]),
            "max_ejection_percent": outlier["maxEjectionPercent"],
        },
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                "common_http_protocol_options": {"idle_timeout": seconds(http["idleTimeout"])},
                "explicit_http_config": {"http_protocol_options": {}},
            }
        },
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [
                {
                    "lb_endpoints": [
                        {"endpoint": {"address": {"socket_address": {"address": address, "port_value": port}}}}
                        for address, port in endpoints
                    ]
                }
            ],
        },
    }


def clusters(resources: list[dict], endpoints: dict[tuple[str, str], list[tuple[str, int]]]) -> list[dict]:
    """A cluster a subset of each domain's DestinationRule, and one of all its pods; endpoints by domain and track."""
    out = []
    for rule in of_kind(resources, "DestinationRule", "mcommerce"):
        spec = take(rule["spec"], "host", "trafficPolicy", "subsets", "exportTo")
        if "subsets" not in spec:
            continue
        domain = rule["metadata"]["name"].removesuffix("-mesh")
        every = []
        for subset in spec["subsets"]:
            (track,) = take(subset, "name", "labels")["labels"].items()
            if track[0] != "mcommerce.dev/track":
                raise AssertionError(f"pods have no label {track[0]}")
            pods = endpoints.get((domain, track[1]), [])
            every += pods
            out.append(_cluster(f"outbound|80|{subset['name']}|{spec['host']}", spec["trafficPolicy"], pods))
        out.append(_cluster(f"outbound|80||{spec['host']}", spec["trafficPolicy"], every))
    return out


def _merge(into: dict, value: dict) -> None:
    """As protobuf merges: lists are appended to, messages merged, the rest replaced."""
    for name, part in value.items():
        if isinstance(part, dict) and isinstance(into.get(name), dict):
            _merge(into[name], part)
        elif isinstance(part, list):
            into[name] = into.get(name, []) + part
        else:
            into[name] = part


def _patch(manager: dict, filters: list[dict]) -> None:
    for filter_ in filters:
        spec = take(filter_["spec"], "workloadSelector", "configPatches")
        if spec["workloadSelector"] != {"labels": {"istio": "ingress"}}:
            raise AssertionError("not the ingress gateway's")
        for change in spec["configPatches"]:
            patch = take(change["patch"], "operation", "value")
            if change["match"]["context"] != "GATEWAY":
                raise AssertionError("not a gateway's")
            match change["applyTo"], patch["operation"]:
                case "ROUTE_CONFIGURATION", "MERGE":
                    _merge(manager["route_config"], patch["value"])
                case "NETWORK_FILTER", "MERGE":
                    _merge(manager, patch["value"]["typed_config"])
                case "HTTP_FILTER", "INSERT_FIRST":
                    manager["http_filters"].insert(0, patch["value"])
                case "HTTP_FILTER", "INSERT_BEFORE":
                    before = change["match"]["listener"]["filterChain"]["filter"]["subFilter"]["name"]
                    index = [known["name"] for known in manager["http_filters"]].index(before)
                    manager["http_filters"].insert(index, patch["value"])
                case other:
                    raise AssertionError(f"not derived: {other}")


def _jwt(resources: list[dict]) -> dict:
    """authn/policy_applier.go, with JWKS fetched by Envoy; a missing token is allowed."""
    (authentication,) = of_kind(resources, "RequestAuthentication")
    (rule,) = take(authentication["spec"], "selector", "jwtRules")["jwtRules"]
    take(rule, "issuer", "audiences", "jwksUri", "forwardOriginalToken")
    host = rule["jwksUri"].removeprefix("http://").split("/")[0]
    return {
        "name": "envoy.filters.http.jwt_authn",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication",
            "providers": {
                "origins-0": {
                    "issuer": rule["issuer"],
                    "audiences": rule["audiences"],
                    "forward": rule["forwardOriginalToken"],
                    "remote_jwks": {
                        "http_uri": {"uri": rule["jwksUri"], "cluster": f"outbound|80||{host}", "timeout": "5s"},
                        "cache_duration": "300s",
                    },
                }
            },
            "rules": [
                {
                    "match": {"prefix": "/"},
                    "requires": {
                        "requires_any": {"requirements": [{"provider_name": "origins-0"}, {"allow_missing": {}}]}
                    },
                }
            ],
            "bypass_cors_preflight": True,
        },
    }


def _denials(resources: list[dict]) -> dict:
    """The DENY policies at the gateway: paths, exact or by prefix."""
    permissions = []
    for policy in of_kind(resources, "AuthorizationPolicy", "istio-ingress"):
        spec = take(policy["spec"], "selector", "action", "rules")
        if spec["action"] != "DENY":
            raise AssertionError("only denials are derived")
        for rule in spec["rules"]:
            for to in take(rule, "to")["to"]:
                for path in take(to["operation"], "paths")["paths"]:
                    match = {"prefix": path[:-1]} if path.endswith("*") else {"exact": path}
                    permissions.append({"url_path": {"path": match}})
    return {
        "name": "envoy.filters.http.rbac",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC",
            "rules": {
                "action": "DENY",
                "policies": {"hidden": {"permissions": permissions, "principals": [{"any": True}]}},
            },
        },
    }


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


def _listener(name: str, manager: dict) -> dict:
    chain = {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
    return {
        "name": name,
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
        "filter_chains": [chain],
    }


def ingress(resources: list[dict], access_log: str, trusted_proxies: int = 0, order=sorted) -> list[dict]:
    """The gateway's listeners, `http` and `https`, without TLS itself. `order` sorts the VirtualServices by name."""
    gateway = named(resources, "Gateway", "mcommerce")
    services = {
        service["metadata"]["name"]: service
        for service in of_kind(resources, "VirtualService")
        if service["spec"]["gateways"] == [GATEWAY]
    }
    services = [services[name] for name in order(services)]
    listeners = []
    for server in gateway["spec"]["servers"]:
        (host,) = server["hosts"]
        virtual_host = _virtual_host(host, services)
        if server["tls"].get("httpsRedirect"):
            virtual_host["require_tls"] = "ALL"
        manager = {
            "@type": HCM,
            "stat_prefix": server["port"]["name"],
            "use_remote_address": True,
            "xff_num_trusted_hops": trusted_proxies,
            "access_log": [_access_log(access_log)],
            "route_config": {"name": server["port"]["name"], "virtual_hosts": [virtual_host]},
            "http_filters": [_jwt(resources), _denials(resources), ROUTER],
        } | _normalization()
        _patch(manager, of_kind(resources, "EnvoyFilter", "istio-ingress"))
        listeners.append(_listener(server["port"]["name"], manager))
    return listeners


def sidecar(resources: list[dict], access_log: str) -> dict:
    """What a proxy in the mesh does with calls to the domains: the listener `mesh`."""
    services = [s for s in of_kind(resources, "VirtualService", "mcommerce") if s["spec"]["gateways"] == ["mesh"]]
    hosts = [service["spec"]["hosts"][0] for service in services if service["metadata"]["name"].endswith("-mesh")]
    manager = {
        "@type": HCM,
        "stat_prefix": "mesh",
        "access_log": [_access_log(access_log)],
        "route_config": {"name": "80", "virtual_hosts": [_virtual_host(host, services) for host in hosts]},
        "http_filters": [ROUTER],
    } | _normalization()
    return _listener("mesh", manager)
