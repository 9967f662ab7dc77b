"""Clusters from DestinationRules."""

from ..rendered import of_kind
from .known import seconds, take

Address = tuple[str, int]


def _outlier_detection(outlier: dict) -> dict:
    take(outlier, "consecutive5xxErrors", "interval", "baseEjectionTime", "maxEjectionPercent")
    return {
        "consecutive_5xx": outlier["consecutive5xxErrors"],
        "enforcing_consecutive_5xx": 100,
        "enforcing_success_rate": 0,
        "interval": seconds(outlier["interval"]),
        "base_ejection_time": seconds(outlier["baseEjectionTime"]),
        "max_ejection_percent": outlier["maxEjectionPercent"],
    }


def _endpoint(address: Address) -> dict:
    return {"endpoint": {"address": {"socket_address": {"address": address[0], "port_value": address[1]}}}}


def _cluster(name: str, policy: dict, addresses: list[Address]) -> dict:
    """cluster_traffic_policy.go. Limits of connections and retries are left out: no test has as many at once."""
    take(policy, "connectionPool", "retryBudget", "outlierDetection", "loadBalancer")
    return {
        "name": name,
        "type": "STATIC",
        "connect_timeout": seconds(policy["connectionPool"]["tcp"]["connectTimeout"]),
        "lb_policy": take(policy["loadBalancer"], "simple")["simple"],
        # Istio turns the panic mode off, in which Envoy asks everybody once half are out.
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
        "outlier_detection": _outlier_detection(policy["outlierDetection"]),
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [_endpoint(address) for address in addresses]}],
        },
    }


def clusters(resources: list[dict], endpoints: dict[tuple[str, str], list[Address]]) -> list[dict]:
    """Of each domain and of the bridge a cluster of all its pods, and one a subset; endpoints by name and track."""
    out = []
    for rule in of_kind(resources, "DestinationRule"):
        spec = take(rule["spec"], "host", "trafficPolicy", "subsets", "exportTo")
        # No route leads to whoever is outside the mesh.
        if rule["metadata"]["namespace"] == "mcommerce-data" or not spec["host"].endswith(".svc.cluster.local"):
            continue
        name = rule["metadata"]["name"].removesuffix("-mesh")
        tracks = {track: pods for (owner, track), pods in endpoints.items() if owner == name}
        for subset in spec.get("subsets", []):
            ((label, track),) = take(subset, "name", "labels")["labels"].items()
            if label != "mcommerce.dev/track":
                raise AssertionError(f"pods have no label {label}")
            cluster = f"outbound|80|{subset['name']}|{spec['host']}"
            out.append(_cluster(cluster, spec["trafficPolicy"], tracks.get(track, [])))
        out.append(_cluster(f"outbound|80||{spec['host']}", spec["trafficPolicy"], sum(tracks.values(), [])))
    return out
