"""Paths: those for everybody, as the API's document has them, and those that only the mesh knows."""

import json
import re

from .rendered import ROOT

_PATHS = json.loads((ROOT / "docs/api/openapi.json").read_text())["paths"]

# What functions serve each other and the bridge, by domain.
HIDDEN = {
    "notifications": ("/events/send-email",),
    "orders": (
        "/internal/orders/7/access",
        "/internal/orders/7/due",
        "/internal/orders/7/payment",
        "/events/settle-order",
        "/events/expire-orders",
    ),
}
HIDDEN_PATHS = [path for paths in HIDDEN.values() for path in paths]


def public(method: str = "") -> list[str]:
    """Every path of the API; with a method, those that have it."""
    return [re.sub(r"\{\w+\}", "0199-a%20b", path) for path, item in _PATHS.items() if not method or method in item]
