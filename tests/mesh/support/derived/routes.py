"""Routes from VirtualServices."""

from .known import seconds, take


def _text_match(match: dict) -> dict:
    ((kind, value),) = take(match, "exact", "regex").items()
    return {"safe_regex": {"regex": value}} if kind == "regex" else {kind: value}


def _match(match: dict) -> dict:
    take(match, "uri", "method", "headers")
    ((kind, value),) = take(match.get("uri", {"prefix": "/"}), "exact", "prefix", "regex").items()
    out: dict = {"exact": {"path": value}, "prefix": {"prefix": value}, "regex": {"safe_regex": {"regex": value}}}[kind]
    headers = dict(match.get("headers", {}))
    if "method" in match:
        headers[":method"] = match["method"]
    if headers:
        out["headers"] = [{"name": name, "string_match": _text_match(value)} for name, value in headers.items()]
    return out


def _retry(retries: dict) -> dict | None:
    """route/retry."""
    take(retries, "attempts", "retryOn")
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


def _cluster(destination: dict) -> str:
    take(destination, "host", "subset", "port")
    return f"outbound|{destination['port']['number']}|{destination.get('subset', '')}|{destination['host']}"


def _action(rule: dict) -> dict:
    if "directResponse" in rule:
        return {"direct_response": take(rule["directResponse"], "status")}
    clusters = [
        {"name": _cluster(route["destination"]), "weight": take(route, "destination", "weight").get("weight", 100)}
        for route in rule["route"]
    ]
    route = {"weighted_clusters": {"clusters": clusters}, "timeout": seconds(rule["timeout"])}
    retry = _retry(rule["retries"])
    return {"route": route | ({"retry_policy": retry} if retry else {})}


def _routes(rule: dict) -> list[dict]:
    take(rule, "name", "match", "route", "retries", "timeout", "directResponse")
    return [{"name": rule["name"], "match": _match(match)} | _action(rule) for match in rule.get("match", [{}])]


def _is_catch_all(route: dict) -> bool:
    return route["match"].get("prefix") == "/" and not route["match"].get("headers")


def virtual_host(host: str, services: list[dict]) -> dict:
    """gateway.go, SortVHostRoutes: the rules of all VirtualServices of a host, catch-alls moved to the end."""
    routes = [
        route
        for service in services
        if host in take(service["spec"], "hosts", "gateways", "http")["hosts"]
        for rule in service["spec"]["http"]
        for route in _routes(rule)
    ]
    routes.sort(key=_is_catch_all)
    return {"name": host, "domains": [host, f"{host}:*"], "routes": routes}
