"""What is derived is taken out of a resource by name, so that a field nobody knows is refused."""


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
