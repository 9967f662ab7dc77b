"""Who gives up when: the inner ones before the outer ones, so that whoever knows most answers."""

import re
import threading
import unittest

from support.case import MeshCase
from support.derived.known import seconds
from support.rendered import ROOT, of_kind, overlay


def constant(path: str, pattern: str) -> float:
    """A number of seconds in the one file of that path which has it."""
    (found,) = [found for file in ROOT.glob(path) for found in re.findall(pattern, file.read_text())]
    return float(found)


class Timeouts(unittest.TestCase):
    def setUp(self) -> None:
        self.rules = {
            rule["name"]: float(seconds(rule["timeout"]).removesuffix("s"))
            for service in of_kind(overlay("production"), "VirtualService")
            for rule in service["spec"]["http"]
            if "route" in rule
        }

    def ending(self, *ends: str) -> dict[str, float]:
        found = {name: timeout for name, timeout in self.rules.items() if name.endswith(ends)}
        self.assertTrue(found)
        return found

    def test_the_mesh_waits_longer_for_the_bridge_than_the_bridge_and_less_than_the_kit(self) -> None:
        bridge = constant("adapters/bridge/src/config/settings.rs", r"request_timeout: PositiveDuration::from_secs\((\d+)\)")
        kit = constant("functions/kit/**/bridge.rs", r"const WAIT: Duration = Duration::from_secs\((\d+)\)")
        for rule in ("bridge", "bridge-query"):
            self.assertTrue(bridge < self.rules[rule] < kit, rule)
        for rule, timeout in self.ending("-read", "-once", "-rest").items():
            self.assertGreater(timeout, kit, rule)

    def test_nothing_takes_longer_than_a_request_to_a_function_may(self) -> None:
        longest = constant("adapters/mcommerce/src/runtime/limits.rs", r"request_time: Duration::from_secs\((\d+)\)")
        self.assertEqual(max(self.rules.values()), longest)

    def test_a_neighbour_is_waited_for_as_long_as_the_kit_does(self) -> None:
        kit = constant("functions/kit/**/service.rs", r"const WAIT: Duration = Duration::from_secs\((\d+)\)")
        self.assertEqual(set(self.ending("-internal").values()), {kit})


class OnEnvoy(MeshCase):
    def test_a_function_that_never_answers_is_given_up(self) -> None:
        asked_to_stop = threading.Event()
        self.addCleanup(asked_to_stop.set)
        health = self.instances.of("gateway")[0]
        health.status = lambda: 200 if asked_to_stop.wait(60) else None
        # 15 s, and asked once: the first instance asked says how the shop is.
        self.assert_problem(self.edge().ask("GET", "/health"), 504, "unavailable")
        self.assertEqual(len(health.asked), 1)


if __name__ == "__main__":
    unittest.main()
