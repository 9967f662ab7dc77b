"""How far off a fair draw may be."""

from math import exp, lgamma, log


def bounds(draws: int, share: float, alarm: float = 1e-9) -> tuple[int, int]:
    """The least and the most hits that are believable: outside of them a fair draw lands less often than `alarm`."""

    def chance(hits: int) -> float:
        ways = lgamma(draws + 1) - lgamma(hits + 1) - lgamma(draws - hits + 1)
        return exp(ways + hits * log(share) + (draws - hits) * log(1 - share))

    def reach(order: range) -> int:
        passed = 0.0
        for hits in order:
            passed += chance(hits)
            if passed > alarm / 2:
                return hits
        raise AssertionError("there is always one")

    return reach(range(draws + 1)), reach(range(draws, -1, -1))
