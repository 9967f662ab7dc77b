"""The two numbers of weights.yaml are what the traffic does."""

import unittest

from support import canary
from support.case import MeshCase
from support.chance import bounds
from support.paths import HIDDEN
from support.rendered import DOMAINS, of_kind, overlay, with_weights

REQUESTS = 5000


class Split(MeshCase):
    @classmethod
    def resources(cls) -> list[dict]:
        weights = {"catalogue": 10, "orders": 100}
        return with_weights("production", lambda text: canary.write_weights(text, weights))

    def counted(self, domain: str, track: str) -> int:
        return sum(len(one.asked) for one in self.instances.of(domain, track))

    def test_one_request_in_ten_goes_to_the_canary(self) -> None:
        least, most = bounds(REQUESTS, 0.1)
        # Narrow enough to tell a tenth from a twentieth or a seventh.
        self.assertLess(bounds(REQUESTS, 0.05)[1], least)
        self.assertGreater(bounds(REQUESTS, 1 / 6)[0], most)
        client = self.edge()
        for _ in range(REQUESTS):
            self.assertEqual(client.ask("GET", "/api/products").status, 200)
        hits = self.counted("catalogue", "canary")
        self.assertEqual(hits + self.counted("catalogue", "stable"), REQUESTS)
        self.assertTrue(least <= hits <= most, f"{hits} of {REQUESTS} is not 10 %: {least} to {most} would be")

    def test_calls_in_the_mesh_are_split_alike(self) -> None:
        client = self.within("orders")
        for path in HIDDEN["orders"]:
            self.assertEqual(client.ask("POST", path).status, 200)
        self.assertEqual(self.counted("orders", "stable"), 0)
        self.assertGreater(self.counted("orders", "canary"), 0)

    def test_a_domain_without_a_canary_sends_it_nothing(self) -> None:
        client = self.edge()
        for _ in range(50):
            client.ask("GET", "/")
        self.assertEqual(self.counted("gateway", "canary"), 0)


class Weights(unittest.TestCase):
    def test_every_rule_of_a_domain_has_the_weights_of_its_file(self) -> None:
        weights = {domain: 7 + index for index, domain in enumerate(DOMAINS)}
        for name in ("local", "staging", "production", "ambient"):
            resources = with_weights(name, lambda text: canary.write_weights(text, weights))
            seen = set()
            for service in of_kind(resources, "VirtualService", "mcommerce"):
                domain = service["metadata"]["labels"]["mcommerce.dev/domain"]
                for rule in service["spec"]["http"]:
                    if "route" not in rule:
                        continue
                    split = {route["destination"]["subset"]: route["weight"] for route in rule["route"]}
                    self.assertEqual(split, {"stable": 100 - weights[domain], "canary": weights[domain]}, rule["name"])
                    seen.add(domain)
            self.assertEqual(seen, set(DOMAINS))

    def test_weights_in_git_add_up(self) -> None:
        for name in ("local", "staging", "production", "ambient"):
            for service in of_kind(overlay(name), "VirtualService", "mcommerce"):
                for rule in service["spec"]["http"]:
                    if len(rule.get("route", [])) > 1:
                        self.assertEqual(sum(route["weight"] for route in rule["route"]), 100)


if __name__ == "__main__":
    unittest.main()
