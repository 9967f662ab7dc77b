"""Every public path reaches a domain that serves it, whatever else is said, and nothing reaches what is hidden."""

import json
import random
import socket
import unittest

from support.case import MeshCase
from support.envoy import HOST, Client, Envoy
from support.instances import Instances
from support.paths import HIDDEN_PATHS, public
from support.rendered import of_kind, overlay

# What no function serves, however like a path of the API it looks.
NOBODYS = (
    *("/", "/products/tote", "/internals", "/eventsource", "/a/internal/b"),
    *("/api", "/api/ordersx", "/api/orders/7/more", "/api/products/id", "/API/PRODUCTS", "/Health"),
)


def domain(client: Client, method: str, path: str) -> str:
    answer = client.ask(method, path)
    if answer.status != 200:
        raise AssertionError(f"{method} {path}: {answer.status}")
    return json.loads(answer.body)["domain"]


class Routes(MeshCase):
    def test_a_path_reaches_one_domain_by_any_method_with_or_without_a_slash_and_a_query(self) -> None:
        client = self.edge()
        for path in public():
            reached = domain(client, "GET", path)
            for method in ("GET", "POST", "PUT", "DELETE"):
                for end in ("", "/", "?page=2", "/?q=/internal/orders"):
                    with self.subTest(method=method, path=path + end):
                        self.assertEqual(domain(client, method, path + end), reached)

    def test_every_domain_with_public_paths_is_reached_and_the_page_by_everything_else(self) -> None:
        client = self.edge()
        edge = of_kind(overlay("production"), "VirtualService", "mcommerce")
        domains = {one["metadata"]["name"] for one in edge if one["metadata"]["labels"].get("mcommerce.dev/edge")}
        self.assertEqual({domain(client, "GET", path) for path in public()}, domains)
        self.assertEqual({domain(client, "GET", path) for path in NOBODYS}, {domain(client, "GET", "/")})

    def test_the_order_of_virtual_services_makes_no_difference(self) -> None:
        """Istio puts VirtualServices of one host one after the other, the oldest first, and promises no order."""
        instances = Instances()
        self.addCleanup(instances.stop)
        reached = []
        for order in (
            sorted,
            lambda names: sorted(names, reverse=True),
            lambda names: random.Random(7).sample(sorted(names), len(names)),
        ):
            envoy = Envoy(overlay("production"), instances.endpoints(), **self.gateway, order=order)
            self.addCleanup(envoy.stop)
            client = envoy.edge()
            self.addCleanup(client.close)
            reached.append({path: domain(client, "GET", path) for path in (*public(), *NOBODYS)})
        self.assertEqual(reached[1:], reached[:1] * 2)


class Hidden(MeshCase):
    def spellings(self) -> list[str]:
        paths = [*HIDDEN_PATHS, "/internal", "/events", "/internal/", "/events/x"]
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
        for path in HIDDEN_PATHS:
            with self.subTest(path=path):
                self.assert_problem(self.edge().ask("POST", path), 404, "not_found")

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
        for path in HIDDEN_PATHS:
            self.assert_problem(self.edge().ask("POST", path), 404, "not_found")
        self.assertEqual(self.instances.asked(), [])


if __name__ == "__main__":
    unittest.main()
