"""Who gives up when: the inner ones before the outer ones, so that whoever knows most answers."""

import re
import threading
import tomllib
import unittest

from support.case import MeshCase
from support.derived import seconds
from support.rendered import ROOT, of_kind, overlay


def constant(path: str, pattern: str) -> float:
    (found,) = re.findall(pattern, (ROOT / path).read_text())
    return float(found)


class Timeouts(unittest.TestCase):
    def setUp(self) -> None:
        self.rules = {
            rule["name"]: float(seconds(rule["timeout"]).removesuffix("s"))
            for service in of_kind(overlay("production"), "VirtualService")
            for rule in service["spec"]["http"]
            if "route" in rule
        }

    def test_the_mesh_waits_longer_for_the_bridge_than_the_bridge_and_less_than_the_kit(self) -> None:
        bridge = constant("adapters/bridge/src/config/settings.rs", r"request_timeout: Duration::from_secs\((\d+)\)")
        kit = constant("functions/kit/src/bridge.rs", r"const WAIT: Duration = Duration::from_secs\((\d+)\)")
        for rule in ("bridge", "bridge-query"):
            self.assertTrue(bridge < self.rules[rule] < kit, rule)
        for rule in ("catalogue-read", "accounts-read", "orders-read", "payments-read", "storefront"):
            self.assertGreater(self.rules[rule], kit, rule)

    def test_nothing_takes_longer_than_a_request_to_a_function_may(self) -> None:
        longest = constant("adapters/local/src/runtime/limits.rs", r"request_time: Duration::from_secs\((\d+)\)")
        self.assertEqual(max(self.rules.values()), longest)

    def test_a_neighbour_is_waited_for_as_long_as_the_kit_does(self) -> None:
        kit = constant("functions/kit/src/service.rs", r"const WAIT: Duration = Duration::from_secs\((\d+)\)")
        self.assertEqual(self.rules["orders-internal"], kit)

    def test_events_are_waited_for_as_long_as_their_subscriptions_say(self) -> None:
        subscriptions = tomllib.loads((ROOT / "adapters/bridge/config/subscriptions.toml").read_text())
        rules = {"send-email": "notifications-email", "settle-order": "orders-settle", "expire-orders": "orders-expire"}
        self.assertEqual(set(subscriptions), set(rules))
        for name, subscription in subscriptions.items():
            self.assertEqual(self.rules[rules[name]], float(subscription["timeout"].removesuffix("s")), name)


class OnEnvoy(MeshCase):
    def test_a_function_that_never_answers_is_given_up(self) -> None:
        asked_to_stop = threading.Event()
        self.addCleanup(asked_to_stop.set)
        health = self.instances.of("gateway")[0]
        health.status = lambda: 200 if asked_to_stop.wait(60) else None
        self.assert_problem(self.edge().ask("GET", "/health"), 504, "unavailable")
        self.assertEqual(len(health.asked), 1)


if __name__ == "__main__":
    unittest.main()
