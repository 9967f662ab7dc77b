"""An endpoint costs its folder and its stanza; what follows from them follows by itself."""

import json
import re
import shutil
import tempfile
import unittest
from pathlib import Path
from subprocess import run as run_program

from checkout import BRIDGE, MCOMMERCE, Checkout, Program

checkout: Checkout
OVERLAYS = ("local", "staging", "production")


def setUpModule() -> None:
    global checkout
    checkout = Checkout()
    unittest.addModuleCleanup(checkout.remove)
    checkout.xtask("new", "accounts/hello", "--path", "/api/hello", "--reads", "users", "--description", "Counts users.")
    checkout.xtask("generate")


def grants(access: str) -> None:
    """Gives hello other grants."""
    stanza = re.search(r"collections = \{ users = .*\}(?=\n*\Z)", checkout.text("spin.toml"))
    checkout.replace("spin.toml", stanza.group(), f"collections = {{ {access} }}")


class AnEndpointThatWasLaid(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        checkout.run("cargo", "build", "--quiet", "--profile", "function", "--target", "wasm32-wasip2", "-p", "hello")

    def setUp(self) -> None:
        self.data = Path(tempfile.mkdtemp(prefix="mcommerce-house-data-"))
        self.addCleanup(shutil.rmtree, self.data)
        self.place = ["--manifest", str(checkout.folder / "spin.toml"), "--data", str(self.data)]

    def shop(self) -> Program:
        return Program(MCOMMERCE, "up", "--json", "--listen", "127.0.0.1:0", "--smtp-listen", "127.0.0.1:0", *self.place)

    def bridge(self) -> Program:
        config = self.data / "bridge.toml"
        config.write_text(checkout.run(str(MCOMMERCE), "bridge-config", "--manifest", self.place[1]))
        store = f"sqlite:{self.data / 'shop.db'}"
        serve = ("serve", "--config", config, "--store", store, "--listen", "127.0.0.1:0")
        bridge = Program(BRIDGE, *serve, environment=self.secrets())
        bridge.until_ready()
        return bridge

    def secrets(self) -> dict[str, str]:
        printed = checkout.run(str(MCOMMERCE), "env", *self.place)
        return dict(re.findall(r"^export (MCOMMERCE_TOKEN_\w+)='(.*)'$", printed, re.MULTILINE))

    def test_is_served(self) -> None:
        with self.shop() as shop:
            self.assertEqual(shop.ask("/api/hello"), (200, {"count": 2}))

    def test_is_in_the_document_and_in_the_pages_client(self) -> None:
        self.assertIn("/api/hello", json.loads(checkout.text("docs/api/openapi.json"))["paths"])
        self.assertIn('"/api/hello"', checkout.text("frontend/src/api/schema.d.ts"))
        self.assertIn("| **hello** Counts users. | GET `/api/hello` | anyone |", checkout.text("docs/functions.md"))

    def test_is_granted_what_its_stanza_says_and_refused_the_rest(self) -> None:
        token = self.secrets()["MCOMMERCE_TOKEN_HELLO"]
        query = lambda collection: {"queries": [{"collection": collection, "limit": 1}]}
        with self.bridge() as bridge:
            self.assertEqual(bridge.ask("/v1/query", query("users"), token)[0], 200)
            status, refusal = bridge.ask("/v1/query", query("orders"), token)
            self.assertEqual((status, refusal["code"]), (403, "not_granted"))
            self.assertEqual(bridge.ask("/v1/query", query("users"), "nobody's")[0], 401)

    def test_gets_a_new_grant_from_the_bridge_that_runs_already_by_its_configuration_alone(self) -> None:
        before = checkout.overlay("k8s/spinkube/overlays/production")
        self.addCleanup(checkout.xtask, "generate")
        self.addCleanup(grants, 'users = ["read"]')
        grants('users = ["read"], orders = ["read"]')
        checkout.xtask("generate")
        token = self.secrets()["MCOMMERCE_TOKEN_HELLO"]
        with self.bridge() as bridge:
            asked = bridge.ask("/v1/query", {"queries": [{"collection": "orders", "limit": 1}]}, token)
            self.assertEqual(asked[0], 200)
        after = checkout.overlay("k8s/spinkube/overlays/production")
        image, config = r"image: (\S*/bridge:\S+)", r"name: (bridge-[a-z0-9]{10})\b"
        self.assertEqual(re.findall(image, before), re.findall(image, after))
        self.assertNotEqual(set(re.findall(config, before)), set(re.findall(config, after)))

    def test_is_deployed_with_its_domain_in_every_overlay(self) -> None:
        for name in OVERLAYS:
            cluster = checkout.overlay(f"k8s/spinkube/overlays/{name}")
            apps = [app for app in cluster.split("\n---\n") if "\nkind: SpinApp\n" in app and "\n  - hello\n" in app]
            self.assertTrue(apps, name)
            for app in apps:
                self.assertIn("serviceAccountName: accounts", app)
                self.assertRegex(app, r"name: accounts-secrets\n\s+key: token_hello|key: token_hello\n\s+name: accounts-secrets")
            self.assertIn("[clients.hello", cluster)
        for name in ("staging", "production"):
            self.assertIn("secretKey: MCOMMERCE_TOKEN_HELLO", checkout.overlay(f"k8s/spinkube/overlays/{name}"))
        for name in (*OVERLAYS, "ambient"):
            mesh = checkout.overlay(f"istio/overlays/{name}")
            self.assertIn("- /api/hello\n", mesh)
            self.assertIn("regex: /api/hello/?", mesh)

    def test_stops_the_start_by_the_name_of_its_secret_when_that_is_empty(self) -> None:
        command = [MCOMMERCE, "up", "--listen", "127.0.0.1:0", "--smtp-listen", "127.0.0.1:0", *self.place]
        done = run_program(command, env={"SPIN_VARIABLE_TOKEN_HELLO": ""}, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no value for the variable token_hello", done.stderr)

    def test_is_named_by_hand_in_its_folder_and_in_spin_toml_alone(self) -> None:
        named = checkout.git("grep", "--files-with-matches", "--untracked", "-I", "-E", r"\bhello\b", "--", ":!tests", ":!docs/add-an-endpoint.md")
        generated = ("docs/api/openapi.json", "frontend/src/api/schema.d.ts", "Cargo.lock")
        before = checkout.git("grep", "--files-with-matches", "-I", "-E", r"\bhello\b", "HEAD", "--").replace("HEAD:", "")
        by_hand = [
            file
            for file in named.split()
            if file not in (*generated, *before.split()) and "Generated from" not in checkout.text(file).split("\n")[0]
        ]
        folder = "functions/accounts/hello"
        self.assertEqual(by_hand, [f"{folder}/Cargo.toml", f"{folder}/src/lib.rs", "spin.toml"])


class AnEndpointThatWasTakenOut(unittest.TestCase):
    def test_leaves_no_trace(self) -> None:
        shutil.rmtree(checkout.folder / "functions/accounts/hello")
        checkout.git("checkout", "--quiet", "spin.toml")
        checkout.xtask("generate")
        self.assertEqual(checkout.git("status", "--porcelain"), "")
