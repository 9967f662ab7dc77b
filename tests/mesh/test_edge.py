"""What the gateway adds by itself: redirects, headers, limits, compression, problems, logs."""

import gzip
import json
import unittest

from support.case import MeshCase
from support.envoy import HOST, Client, until


class Edge(MeshCase):
    gateway: dict = {}

    def setUp(self) -> None:
        for one in self.instances.of("catalogue") + self.instances.of("gateway"):
            one.asked.clear()
            one.body, one.headers = None, {"content-type": "application/json"}
            one.status = lambda: 200

    def seen(self) -> dict[str, str]:
        """The headers of the last request that the catalogue got."""
        return self.instances.of("catalogue")[0].asked[-1][2]

    def test_plain_http_says_where_https_is(self) -> None:
        client = Client(self.envoy.ports["http"])
        self.addCleanup(client.close)
        for path in ("/", "/api/products?page=2", "/api/auth/login"):
            answer = client.ask("GET", path)
            self.assertEqual((answer.status, answer.headers["location"]), (301, f"https://{HOST}{path}"))
        self.assertEqual(client.ask("POST", "/internal/orders/1/payment").status, 404)
        self.assertEqual(self.instances.asked(), [])

    def test_a_client_can_not_say_what_only_spin_says(self) -> None:
        said = ("spin-client-addr", "spin-full-url", "spin-path-info", "spin-matched-route", "spin-base-path")
        self.edge().ask("GET", "/api/products", {name: "6.6.6.6" for name in said})
        self.assertEqual([name for name in self.seen() if name.startswith("spin-")], [])

    def test_the_client_s_address_is_the_connection_s(self) -> None:
        self.edge().ask("GET", "/api/products", {"x-real-ip": "6.6.6.6", "x-forwarded-for": "6.6.6.6"})
        self.assertEqual(self.seen()["x-real-ip"], "127.0.0.1")
        self.assertNotEqual(self.seen()["x-forwarded-for"].split(",")[-1], "6.6.6.6")

    def test_a_browser_is_told_to_be_careful_unless_a_function_was(self) -> None:
        catalogue = self.instances.of("catalogue")[0]
        catalogue.headers = {"content-type": "application/json", "referrer-policy": "no-referrer"}
        headers = self.edge().ask("GET", "/api/products").headers
        self.assertEqual(headers["x-content-type-options"], "nosniff")
        self.assertEqual(headers["x-frame-options"], "DENY")
        self.assertEqual(headers["strict-transport-security"], "max-age=31536000")
        self.assertEqual(headers.get_all("referrer-policy"), ["no-referrer"])
        self.assertEqual(headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'")

    def test_long_json_is_compressed_and_can_still_be_asked_for_by_its_tag(self) -> None:
        catalogue = self.instances.of("catalogue")[0]
        catalogue.body = json.dumps(["a product"] * 1000).encode()
        catalogue.headers = {"content-type": "application/json", "etag": '"1-2"'}
        answer = self.edge().ask("GET", "/api/products", {"accept-encoding": "gzip"})
        self.assertEqual((answer.headers["content-encoding"], answer.headers["etag"]), ("gzip", 'W/"1-2"'))
        self.assertIn("accept-encoding", answer.headers["vary"].lower())
        self.assertEqual(gzip.decompress(answer.body), catalogue.body)
        plain = self.edge().ask("GET", "/api/products")
        self.assertEqual((plain.body, plain.headers["etag"]), (catalogue.body, '"1-2"'))

    def test_what_is_short_compressed_or_no_json_is_left_alone(self) -> None:
        storefront = self.instances.of("gateway")[0]
        body = b"x" * 5000
        for headers in (
            {"content-type": "text/javascript", "content-encoding": "br", "etag": '"1"'},
            {"content-type": "image/png", "etag": '"1"'},
        ):
            storefront.body, storefront.headers = body, headers
            answer = self.edge().ask("GET", "/x", {"accept-encoding": "gzip, br"})
            self.assertEqual((answer.body, answer.headers["etag"]), (body, '"1"'))
        answer = self.edge().ask("GET", "/api/products", {"accept-encoding": "gzip"})
        self.assertNotIn("content-encoding", answer.headers)

    def test_what_the_gateway_answers_itself_is_a_problem_and_what_functions_answer_is_theirs(self) -> None:
        catalogue = self.instances.of("catalogue")[0]
        catalogue.status = lambda: None
        self.assert_problem(self.edge().ask("GET", "/api/products"), 503, "unavailable")
        for status in (401, 404, 429, 503):
            catalogue.status, catalogue.body = lambda status=status: status, b'{"code":"its_own"}'
            answer = self.edge().ask("POST", "/api/products")
            self.assertEqual((answer.status, answer.body), (status, b'{"code":"its_own"}'))

    def test_each_request_is_a_line_of_json_without_anything_of_a_person(self) -> None:
        asked = {"x-forwarded-for": "203.0.113.9", "cookie": "mc_refresh=secret"}
        self.edge().ask("GET", "/api/products/sku/TOTE-1?email=ada@example.com", asked)

        def lines() -> list[dict]:
            text = self.envoy.access_log.read_text()
            return [line for line in map(json.loads, text.splitlines()) if line["path"] == "/api/products/sku/TOTE-1"]

        (line,) = until("the log line", lines)
        self.assertEqual((line["method"], line["status"], line["route"]), ("GET", 200, "catalogue-read"))
        self.assertEqual(line["upstream"], "outbound|80|stable|catalogue-mesh.mcommerce.svc.cluster.local")
        self.assertNotRegex(json.dumps(line), "203.0.113|ada|secret")


class BehindAProxy(MeshCase):
    def test_the_client_s_address_is_what_the_proxy_saw_and_not_what_the_client_says(self) -> None:
        self.edge().ask("GET", "/api/products", {"x-forwarded-for": "6.6.6.6, 203.0.113.9", "x-real-ip": "6.6.6.6"})
        self.assertEqual(self.instances.of("catalogue")[0].asked[-1][2]["x-real-ip"], "203.0.113.9")


class Limits(MeshCase):
    def statuses(self, count: int, path: str, address: str) -> list[int]:
        client = self.edge()
        return [client.ask("POST", path, {"x-forwarded-for": address}).status for _ in range(count)]

    def test_one_address_can_not_hammer_at_the_accounts(self) -> None:
        statuses = self.statuses(200, "/api/auth/login", "203.0.113.1")
        self.assertEqual(set(statuses[:60]), {200})
        # The bucket is filled by one a second; this takes far less than a minute.
        self.assertGreater(statuses.count(429), 75)
        self.assertIn(429, self.statuses(30, "/api/auth/register", "203.0.113.1"))
        # Everybody else goes on, and the same address does so elsewhere.
        self.assertEqual(set(self.statuses(30, "/api/auth/login", "203.0.113.2")), {200})
        self.assertEqual(set(self.statuses(150, "/api/products", "203.0.113.1")), {200})

    def test_the_refusal_says_when_to_come_back(self) -> None:
        client = self.edge()
        for _ in range(300):
            answer = client.ask("POST", "/api/auth/login", {"x-forwarded-for": "203.0.113.3"})
            if answer.status == 429:
                break
        self.assert_problem(answer, 429, "too_many_requests")
        self.assertEqual(answer.headers["retry-after"], "2")

    def test_other_spellings_of_the_path_count_as_well(self) -> None:
        statuses = [
            self.statuses(1, path, "203.0.113.4")[0] for path in ["//api/auth/login", "/api/%61uth/login"] * 100
        ]
        self.assertIn(429, statuses)


if __name__ == "__main__":
    unittest.main()
