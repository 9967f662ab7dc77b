"""The routes of spin.toml, the application's own word on who serves what."""

import tomllib
from pathlib import Path

from .rendered import ROOT

HIDDEN = ("/internal/", "/events/")


def domain_of(component: str) -> str:
    """A domain is the folder a component's crate is in."""
    (folder,) = ROOT.glob(f"functions/*/{component}")
    return Path(folder).parent.name


def routes() -> list[tuple[str, str]]:
    """Route and domain."""
    manifest = tomllib.loads((ROOT / "spin.toml").read_text())
    return [(trigger["route"], domain_of(trigger["component"])) for trigger in manifest["trigger"]["http"]]


def public() -> list[tuple[str, str]]:
    return [(route, domain) for route, domain in routes() if not route.startswith(HIDDEN)]


def hidden() -> list[tuple[str, str]]:
    return [(route, domain) for route, domain in routes() if route.startswith(HIDDEN)]


def served(path: str) -> str:
    """The domain that Spin would ask: words before parameters before the wildcard, with or without a slash behind."""
    parts = path.removesuffix("/").split("/")[1:]

    def rank(route: str) -> tuple[int, ...] | None:
        segments, wildcard = route.split("/")[1:], route.endswith("...")
        if wildcard:
            segments = segments[:-1]
        if len(parts) < len(segments) or (len(parts) > len(segments) and not wildcard):
            return None
        for segment, part in zip(segments, parts, strict=False):
            if segment != part and not (segment.startswith(":") and part):
                return None
        return (*(2 if segment.startswith(":") else 3 for segment in segments), 0 if wildcard else 1)

    ranked = [(rank(route), domain) for route, domain in routes()]
    return max((place, domain) for place, domain in ranked if place is not None)[1]
