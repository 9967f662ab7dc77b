"""Two real shops behind the gateway: the split, one of them killed, and tokens that the edge reads."""

import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from support import canary
from support.chance import bounds
from support.envoy import Envoy, until
from support.rendered import DOMAINS, ROOT, overlay, with_weights

BINARY = ROOT / "target/release/mcommerce"
# What `make programs functions page` builds.
BUILT = (BINARY, ROOT / "target/wasm32-wasip2/function", ROOT / "frontend/dist")
REQUESTS = 2000


class Shop:
    """`mcommerce up` on free ports, in a folder of its own."""

    def __init__(self):
        self._folder = Path(tempfile.mkdtemp(prefix="shop-"))
        command = [BINARY, "up", "--json", "--listen", "127.0.0.1:0", "--smtp-listen", "127.0.0.1:0"]
        with open(self._folder / "ready", "wb") as ready, open(self._folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                [*command, "--data", self._folder / "data"], cwd=ROOT, stdout=ready, stderr=log
            )
        try:
            self.port = until("the shop to start", self._ready, 300.0)
        except BaseException:
            self.stop()
            raise

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self.port

    def _ready(self) -> int | None:
        if self.process.poll() is not None:
            raise AssertionError(f"the shop ended: {(self._folder / 'log').read_text()[-4000:]}")
        for line in (self._folder / "ready").read_text().splitlines(keepends=True):
            if line.startswith('{"') and line.endswith("\n"):
                return int(json.loads(line)["shop"].rsplit(":", 1)[1])
        return None

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self._folder)


def setUpModule() -> None:
    missing = ", ".join(str(path.relative_to(ROOT)) for path in BUILT if not path.exists())
    if missing:
        if os.environ.get("CI") == "true":
            raise AssertionError(f"{missing} is not there: make programs functions page")
        reason = f"NOT RUN: the tests with two shops need {missing} (make programs functions page)"
        print(f"\033[1m{reason}\033[0m", file=sys.stderr)
        raise unittest.SkipTest(reason)


class Shops(unittest.TestCase):
    def shop(self) -> Shop:
        shop = Shop()
        self.addCleanup(shop.stop)
        return shop

    def envoy(self, resources: list[dict], **tracks: list[Shop]) -> Envoy:
        """Every domain is served by the same shops, which hold all of them."""
        endpoints = {(d, t): [shop.address for shop in shops] for d in DOMAINS for t, shops in tracks.items()}
        envoy = Envoy(resources, endpoints, trusted_proxies=1)
        self.addCleanup(envoy.stop)
        return envoy

    def edge(self, envoy: Envoy):
        client = envoy.edge()
        self.addCleanup(client.close)
        return client

    def test_one_request_in_ten_is_served_by_the_canary(self) -> None:
        resources = with_weights("production", lambda text: canary.write_weights(text, {"catalogue": 10}))
        envoy = self.envoy(resources, stable=[self.shop()], canary=[self.shop()])
        client = self.edge(envoy)
        for _ in range(REQUESTS):
            answer = client.ask("GET", "/api/products?limit=1")
            self.assertEqual((answer.status, len(json.loads(answer.body)["items"])), (200, 1))
        least, most = bounds(REQUESTS, 0.1)
        (host,) = envoy.hosts("catalogue", "canary").values()
        self.assertTrue(
            least <= host["requests"] <= most, f"{host['requests']} is not 10 %: {least} to {most} would be"
        )

    def test_an_instance_that_was_killed_costs_one_request_at_the_most(self) -> None:
        killed, kept = self.shop(), self.shop()
        envoy = self.envoy(overlay("production"), stable=[killed, kept], canary=[])
        client = self.edge(envoy)
        for _ in range(20):
            self.assertEqual(client.ask("GET", "/api/products").status, 200)
        self.assertGreater(min(host["requests"] for host in envoy.hosts("catalogue", "stable").values()), 0)
        killed.kill()
        failed = 0

        def left_out() -> bool:
            nonlocal failed
            failed += client.ask("GET", "/api/products").status != 200
            return envoy.hosts("catalogue", "stable")[killed.port]["ejected"]

        until("the killed instance to be left out", left_out)
        # Five attempts meet it before it is left out, and a read has three.
        self.assertLessEqual(failed, 1)
        before = envoy.hosts("catalogue", "stable")[killed.port]["requests"]
        for _ in range(100):
            self.assertEqual(client.ask("GET", "/api/products").status, 200)
        self.assertEqual(envoy.hosts("catalogue", "stable")[killed.port]["requests"], before)
        self.assertFalse(envoy.hosts("catalogue", "stable")[kept.port]["ejected"])

    def test_the_edge_takes_the_shop_s_own_tokens_and_no_others(self) -> None:
        shop = self.shop()
        client = self.edge(self.envoy(overlay("production"), stable=[shop], canary=[]))
        someone = {"email": "ada@example.com", "password": "correct horse battery", "name": "Ada", "locale": "en"}
        kind = {"content-type": "application/json"}
        answer = client.ask("POST", "/api/auth/register", kind, json.dumps(someone).encode())
        self.assertEqual(answer.status, 201, answer.body)
        token = json.loads(answer.body)["accessToken"]

        def me(shown: str) -> tuple[int, str]:
            answer = client.ask("GET", "/api/auth/me", {"authorization": shown})
            return answer.status, json.loads(answer.body).get("detail", "")

        # The function reads it again, so this is also that the edge hands it on.
        self.assertEqual(me(f"Bearer {token}"), (200, ""))
        head, claims, signature = token.split(".")
        padded = claims + "=" * (-len(claims) % 4)
        other = json.loads(base64.urlsafe_b64decode(padded)) | {"role": "admin"}
        forged = base64.urlsafe_b64encode(json.dumps(other).encode()).decode().rstrip("=")
        unsigned = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
        for shown in (f"{head}.{forged}.{signature}", f"{unsigned}.{claims}.", "an-opaque-token", f"{head}.{claims}."):
            self.assertEqual(me(f"Bearer {shown}"), (401, "The access token is not valid."), shown)
        # No token is for the function to judge.
        answer = client.ask("GET", "/api/auth/me")
        self.assertEqual((answer.status, json.loads(answer.body)["detail"]), (401, "Please sign in."))
        self.assertEqual(client.ask("GET", "/api/products").status, 200)

    def test_a_shop_behind_the_gateway_is_the_shop(self) -> None:
        client = self.edge(self.envoy(overlay("production"), stable=[self.shop()], canary=[]))
        page = client.ask("GET", "/")
        self.assertEqual((page.status, page.headers["content-type"]), (200, "text/html; charset=utf-8"))
        self.assertEqual(len(page.headers.get_all("content-security-policy")), 1)
        listed = client.ask("GET", "/api/products", {"accept-encoding": "gzip"})
        self.assertEqual(listed.headers["content-encoding"], "gzip")
        known = {"accept-encoding": "gzip", "if-none-match": listed.headers["etag"]}
        self.assertEqual(client.ask("GET", "/api/products", known).status, 304)
        self.assertEqual(client.ask("GET", "/health").status, 200)
        self.assertEqual(client.ask("POST", "/internal/orders/1/payment").status, 404)


if __name__ == "__main__":
    unittest.main()
