"""HTTP filters from policies, and what EnvoyFilters change."""

from ..rendered import of_kind
from .known import take

ROUTER = {
    "name": "envoy.filters.http.router",
    "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"},
}


def jwt(resources: list[dict]) -> dict:
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


def denials(resources: list[dict]) -> dict:
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


def _merge(into: dict, value: dict) -> None:
    """As protobuf merges: lists are appended to, messages merged, the rest replaced."""
    for name, part in value.items():
        if isinstance(part, dict) and isinstance(into.get(name), dict):
            _merge(into[name], part)
        elif isinstance(part, list):
            into[name] = into.get(name, []) + part
        else:
            into[name] = part


def patch(manager: dict, filters: list[dict]) -> None:
    """Changes a connection manager as EnvoyFilters say."""
    for filter_ in filters:
        spec = take(filter_["spec"], "workloadSelector", "configPatches")
        if spec["workloadSelector"] != {"labels": {"istio": "ingress"}}:
            raise AssertionError("not the ingress gateway's")
        for change in spec["configPatches"]:
            patched = take(change["patch"], "operation", "value")
            if change["match"]["context"] != "GATEWAY":
                raise AssertionError("not a gateway's")
            match change["applyTo"], patched["operation"]:
                case "ROUTE_CONFIGURATION", "MERGE":
                    _merge(manager["route_config"], patched["value"])
                case "NETWORK_FILTER", "MERGE":
                    _merge(manager, patched["value"]["typed_config"])
                case "HTTP_FILTER", "INSERT_FIRST":
                    manager["http_filters"].insert(0, patched["value"])
                case "HTTP_FILTER", "INSERT_BEFORE":
                    before = change["match"]["listener"]["filterChain"]["filter"]["subFilter"]["name"]
                    index = [known["name"] for known in manager["http_filters"]].index(before)
                    manager["http_filters"].insert(index, patched["value"])
                case other:
                    raise AssertionError(f"not derived: {other}")
