"""Each public route reaches the domain that spin.toml gives it to, and nothing reaches what is hidden."""

import json
import random
import socket
import unittest

from support import routes
from support.case import MeshCase
from support.envoy import HOST

SAMPLE = "0199-a b".replace(" ", "%20")


def sample(route: str) -> str:
    """A path that a route means."""
    parts = (SAMPLE if part.startswith(":") else part for part in route.split("/"))
    return "/".join(parts).replace("...", "products/tote")


class Routes(MeshCase):
    def domain(self, method: str, path: str) -> str:
        answer = self.edge().ask(method, path)
        self.assertEqual(answer.status, 200, f"{method} {path}")
        return json.loads(answer.body)["domain"]

    def test_each_public_route_reaches_its_domain_by_any_method(self) -> None:
        self.assertGreater(len(routes.public()), 15)
        for route, domain in routes.public():
            for method in ("GET", "POST", "PUT", "DELETE"):
                with self.subTest(method=method, route=route):
                    self.assertEqual(self.domain(method, sample(route)), domain)

    def test_a_slash_at_the_end_makes_no_difference_and_a_query_neither(self) -> None:
        for route, domain in routes.public():
            for end in ("/", "?page=2", "/?q=/internal/orders"):
                with self.subTest(route=route, end=end):
                    self.assertEqual(self.domain("GET", sample(route).removesuffix("/") + end), domain)

    def test_paths_around_the_routes_go_where_spin_would_send_them(self) -> None:
        around = {sample(route).rstrip("/") for route, _ in routes.public()}
        around |= {path + more for path in set(around) for more in ("x", "/x", "/x/y")}
        around |= {path.rsplit("/", 1)[0] or "/" for path in set(around)}
        around |= {path.upper() for path in set(around)} | {"/", "/internals", "/eventsource", "/a/internal/b"}
        for path in sorted(around):
            with self.subTest(path=path):
                self.assertEqual(self.domain("GET", path), routes.served(path))


class RoutesTheOtherWayRound(Routes):
    """Istio puts VirtualServices of one host one after the other, the oldest first, and promises no order."""

    gateway = Routes.gateway | {"order": lambda names: sorted(names, reverse=True)}


class RoutesInAnyOrder(Routes):
    gateway = Routes.gateway | {"order": lambda names: random.Random(7).sample(sorted(names), len(names))}


class Hidden(MeshCase):
    def spellings(self) -> list[str]:
        paths = [sample(route) for route, _ in routes.hidden()] + ["/internal", "/events", "/internal/", "/events/x"]
        out = []
        for path in paths:
            first, rest = path[1:].split("/", 1) if "/" in path[1:] else (path[1:], "")
            tail = "/" + rest if "/" in path[1:] else ""
            out += [
                path,
                f"/{first.upper()}{tail}",
                f"/{first.capitalize()}{tail}",
                f"/%{ord(first[0]):02x}{first[1:]}{tail}",
                f"/%{ord(first[0].upper()):02X}{first[1:]}{tail}",
                "/" + "".join(f"%{ord(letter):02x}" for letter in first) + tail,
                f"//{first}{tail}",
                f"///{first}/{tail}",
                f"/%2f{first}{tail}",
                f"/%2F%2f{first}{tail}",
                f"/./{first}{tail}",
                f"/%2e/{first}{tail}",
                f"/api/../{first}{tail}",
                f"/api/%2e%2e/{first}{tail}",
                f"/api/.%2E/{first}{tail}",
                f"/api/products/..%2f..%2f{first}{tail}",
                f"/api/products/../../../{first}{tail}",
                f"/api\\..\\{first}{tail}",
                f"/api%5c..%5c{first}{tail}",
                f"/{first}{tail}?x=1",
                f"/{first}{tail}#x",
                f"http://{HOST}/{first}{tail}",
                f"http://{HOST}//{first}{tail}",
            ]
            if rest:
                out += [f"/{first}%2f{rest}", f"/{first}//{rest}", f"/{first}\\{rest}", f"/{first}/./{rest}"]
        return out

    def raw(self, line: str, host: str = HOST) -> int:
        """The status of a request whose first line is sent as it is spelled."""
        with socket.create_connection(("127.0.0.1", self.envoy.ports["https"]), timeout=60) as connection:
            head = f"{line} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            connection.sendall(head.encode("latin-1"))
            # Not to the end: Envoy keeps a connection that it refused open for a second.
            answer = b""
            while b"\r\n" not in answer:
                answer += connection.recv(65536) or b"nothing at all\r\n"
        return int(answer.split(b" ", 2)[1])

    def test_what_functions_say_among_themselves_is_not_there_in_any_spelling(self) -> None:
        spellings = self.spellings()
        self.assertGreater(len(spellings), 150)
        for spelling in spellings:
            for method in ("POST", "GET"):
                with self.subTest(method=method, spelling=spelling):
                    # 400 is what no client sends; either way nobody was asked.
                    self.assertIn(self.raw(f"{method} {spelling}"), (404, 400))
        self.assertEqual(self.instances.asked(), [])

    def test_plain_spellings_are_not_found_with_a_problem(self) -> None:
        for route, _ in routes.hidden():
            with self.subTest(route=route):
                self.assert_problem(self.edge().ask("POST", sample(route)), 404, "not_found")

    def test_what_is_encoded_twice_reaches_the_storefront_at_the_most(self) -> None:
        for path in ("/%2569nternal/orders/1/payment", "/%252finternal/orders", "/internal;x/orders/1/payment"):
            self.raw(f"POST {path}")
        self.assertEqual({domain for domain, _, _ in self.instances.asked()} - {"gateway"}, set())
        for one in self.instances.of("gateway"):
            one.asked.clear()

    def test_a_service_is_not_reached_by_its_name_in_the_cluster(self) -> None:
        for name in (
            "orders-mesh.mcommerce.svc.cluster.local",
            "bridge.mcommerce-adapters.svc.cluster.local",
            "127.0.0.1",
        ):
            self.assertEqual(self.raw("POST /internal/orders/1/payment", name), 404)
            self.assertEqual(self.raw("GET /api/products", name), 404)


class HiddenByThePolicyToo(MeshCase):
    """The gateway's AuthorizationPolicy, with the rule that hides taken out of the routes."""

    @classmethod
    def resources(cls) -> list[dict]:
        out = []
        for resource in super().resources():
            if resource["kind"] == "VirtualService":
                rules = [rule for rule in resource["spec"]["http"] if rule.get("name") != "hidden"]
                resource = resource | {"spec": resource["spec"] | {"http": rules}}
            out.append(resource)
        return out

    def test_nothing_hidden_is_asked_for(self) -> None:
        for route, _ in routes.hidden():
            self.assert_problem(self.edge().ask("POST", sample(route)), 404, "not_found")
        self.assertEqual(self.instances.asked(), [])


class WithinTheMesh(MeshCase):
    def test_events_and_internal_calls_reach_their_domain(self) -> None:
        for route, domain in routes.hidden():
            answer = self.within(domain).ask("POST", sample(route))
            self.assertEqual((answer.status, json.loads(answer.body)["domain"]), (200, domain), route)


if __name__ == "__main__":
    unittest.main()
