"""What leads a canary: its judgement, its files, and its commits against stand-ins of Prometheus and GitLab."""

import base64
import contextlib
import hashlib
import io
import json
import threading
import unittest
import urllib.error
import urllib.parse
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from support import canary
from support.canary import Track, Verdict
from support.rendered import DOMAINS, ROOT, named, overlay

WEIGHTS, IMAGES = "istio/overlays/production/weights.yaml", "k8s/spinkube/overlays/production/kustomization.yaml"
NOW = 1_800_000_000.0
LONG_AGO = NOW - 2000
TAGS = """images:
- name: registry.gitlab.com/mcommerce/mcommerce/app
  newTag: "0000001"
- name: registry.gitlab.com/mcommerce/mcommerce/app-canary
  newName: registry.gitlab.com/mcommerce/mcommerce/app
  newTag: abcdef0
- name: registry.gitlab.com/mcommerce/mcommerce/bridge
  newTag: "0000001"
"""


class Judgement(unittest.TestCase):
    def verdict(self, stable: tuple, canaries: tuple, patient: bool = False) -> Verdict:
        return canary.judge(Track(*stable), Track(*canaries), patient)[0]

    def test_a_canary_that_does_as_well_is_good(self) -> None:
        for stable, other in (
            ((9000, 0, 80), (1000, 0, 80)),
            ((9000, 90, 80), (1000, 12, 90)),
            ((9000, 4500, 80), (1000, 500, 80)),
            ((9000, 90, 400), (1000, 0, 20)),
        ):
            self.assertEqual(self.verdict(stable, other), Verdict.GOOD)

    def test_more_errors_are_bad_and_chance_is_not(self) -> None:
        self.assertEqual(self.verdict((9000, 0, 80), (1000, 20, 80)), Verdict.BAD)
        self.assertEqual(self.verdict((9000, 90, 80), (1000, 40, 80)), Verdict.BAD)
        self.assertEqual(self.verdict((9000, 0, 80), (1000, 5, 80)), Verdict.GOOD)
        # Broken from the start: few requests are enough for that.
        self.assertEqual(self.verdict((900, 0, 80), (60, 30, None)), Verdict.BAD)

    def test_slower_is_bad_beyond_a_margin(self) -> None:
        self.assertEqual(self.verdict((9000, 0, 80), (1000, 0, 165)), Verdict.GOOD)
        self.assertEqual(self.verdict((9000, 0, 80), (1000, 0, 175)), Verdict.BAD)

    def test_a_domain_hardly_used_goes_on_after_a_long_time_without_an_error(self) -> None:
        for stable in ((20, 0, 80), (9000, 0, 80)):
            self.assertEqual(self.verdict(stable, (3, 0, 80), patient=True), Verdict.GOOD)
            self.assertEqual(self.verdict(stable, (3, 1, 80), patient=True), Verdict.UNCLEAR)
            # Nobody asked is not nothing wrong: it may not even be there.
            self.assertEqual(self.verdict(stable, (0, 0, None), patient=True), Verdict.UNCLEAR)
        self.assertEqual(self.verdict((9000, 0, 80), (60, 30, 80), patient=True), Verdict.BAD)

    def test_little_or_nothing_to_go_by_is_unclear(self) -> None:
        for stable, other in (
            ((9000, 0, 80), (0, 0, None)),
            ((9000, 0, 80), (199, 0, 80)),
            ((10, 0, 80), (1000, 0, 80)),
            ((0, 0, None), (0, 0, None)),
            ((9000, 0, 80), (1000, 0, None)),
        ):
            self.assertEqual(self.verdict(stable, other), Verdict.UNCLEAR)


class Files(unittest.TestCase):
    def test_the_weights_of_every_overlay_can_be_read_and_written(self) -> None:
        for name in ("local", "staging", "production"):
            text = (ROOT / "istio/overlays" / name / "weights.yaml").read_text()
            weights = canary.read_weights(text)
            self.assertEqual(set(weights), set(DOMAINS))
            for domain in DOMAINS:
                changed = canary.write_weights(text, {domain: 25})
                self.assertEqual(canary.read_weights(changed), weights | {domain: 25})
                self.assertEqual(canary.write_weights(changed, weights), text)

    def test_weights_that_make_no_sense_are_refused(self) -> None:
        text = (ROOT / WEIGHTS).read_text()
        for old, new in (
            ("stable: 100\ncanary: 0", "stable: 100\ncanary: 5"),
            ("stable: 100\n", ""),
            ("canary: 0", "canary: none"),
        ):
            with self.assertRaises(ValueError):
                canary.read_weights(text.replace(old, new, 1))

    def test_tags_are_read_and_written_apart(self) -> None:
        for text in (TAGS, TAGS.replace("\n", "\n  ").replace("images:\n", "images:\n")):
            self.assertEqual(canary.read_tag(text, canary.APP), "0000001")
            self.assertEqual(canary.read_tag(text, f"{canary.APP}-canary"), "abcdef0")
            written = canary.write_tag(text, canary.APP, "1234567")
            self.assertEqual(canary.read_tag(written, canary.APP), "1234567")
            self.assertEqual(canary.read_tag(written, f"{canary.APP}-canary"), "abcdef0")
            self.assertEqual(written.count("0000001"), 1)
        with self.assertRaises(ValueError):
            canary.read_tag("images: []", canary.APP)

    def test_the_job_runs_the_program_on_the_files_that_are_there(self) -> None:
        job = named(overlay("production"), "CronJob", "canary")
        pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        environment = {one["name"]: one["value"] for one in pod["containers"][0]["env"]}
        self.assertEqual(environment["WEIGHTS_FILE"], WEIGHTS)
        self.assertEqual(environment["IMAGES_FILE"], IMAGES)
        self.assertTrue((ROOT / WEIGHTS).exists())
        (volume,) = [one for one in pod["volumes"] if one["name"] == "canary"]
        mounted = named(overlay("production"), "ConfigMap", volume["configMap"]["name"])
        self.assertEqual(mounted["data"]["canary.py"], (ROOT / "istio/components/canary/canary.py").read_text())
        # A step takes longer to settle than two runs are apart, and no run reaches into the next.
        self.assertLess(job["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"], 120)


class Servers:
    """GitLab with one branch, and a Prometheus that answers by domain and version."""

    def __init__(self, tags: str, canaries: dict[str, int]):
        weights = canary.write_weights((ROOT / WEIGHTS).read_text(), canaries)
        self.files = {WEIGHTS: weights, IMAGES: tags}
        self.dates = dict.fromkeys(self.files, LONG_AGO)
        self.tracks: dict[str, dict[str, Track]] = {
            d: {"stable": Track(9000, 0, 80), "canary": Track(1000, 0, 80)} for d in DOMAINS
        }
        self.messages: list[str] = []
        self.queries: list[str] = []
        self.meddle = None
        servers = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                url = urllib.parse.urlsplit(self.path)
                if url.path == "/api/v1/query":
                    self.reply(200, servers.query(urllib.parse.parse_qs(url.query)["query"][0]))
                elif self.headers["private-token"] != "secret":
                    self.reply(401, {})
                else:
                    self.reply(200, servers.git(url))

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                allowed = self.headers["private-token"] == "secret" and body["branch"] == "main"
                self.reply(*(servers.commit(body) if allowed else (401, {})))

            def reply(self, status: int, body: dict) -> None:
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def commit_of(self, path: str) -> str:
        return hashlib.sha256(f"{path}{self.dates[path]}{self.files[path]}".encode()).hexdigest()[:40]

    def git(self, url) -> dict:
        at = "/repo/projects/mcommerce%2Fmcommerce/repository"
        if url.path.startswith(f"{at}/files/"):
            path = urllib.parse.unquote(url.path.removeprefix(f"{at}/files/"))
            content = base64.b64encode(self.files[path].encode()).decode()
            return {"content": content, "last_commit_id": self.commit_of(path)}
        (path,) = [path for path in self.files if url.path == f"{at}/commits/{self.commit_of(path)}"]
        return {"committed_date": datetime.fromtimestamp(self.dates[path], UTC).isoformat()}

    def commit(self, body: dict) -> tuple[int, dict]:
        if self.meddle:
            self.meddle()
        (action,) = body["actions"]
        path = action["file_path"]
        if action["action"] != "update" or action["last_commit_id"] != self.commit_of(path):
            return 400, {"message": "The file has changed since you started editing it"}
        self.files[path], self.dates[path] = action["content"], NOW
        self.messages.append(body["commit_message"])
        return 201, {}

    def query(self, text: str) -> dict:
        self.queries.append(text)
        (domain,) = [d for d in DOMAINS if f'destination_service="{d}-mesh.mcommerce.svc.cluster.local"' in text]
        (version,) = [v for v in ("stable", "canary") if f'destination_version="{v}"' in text]
        track = self.tracks[domain][version]
        value = track.p99_ms if "histogram_quantile" in text else track.errors if "5.." in text else track.requests
        result = [] if value is None else [{"value": [NOW, str(value)]}]
        return {"status": "success", "data": {"resultType": "vector", "result": result}}


class Leading(unittest.TestCase):
    def servers(self, tags: str = TAGS, **canaries: int) -> Servers:
        servers = Servers(tags, canaries)
        self.addCleanup(servers.stop)
        return servers

    def lead(self, servers: Servers, now: float = NOW) -> int:
        git = canary.Git(canary.Web(f"{servers.url}/repo", {"private-token": "secret"}), "mcommerce/mcommerce", "main")
        with contextlib.redirect_stdout(io.StringIO()):
            return canary.lead(git, canary.Prometheus(canary.Web(servers.url)), WEIGHTS, IMAGES, now)

    def weights(self, servers: Servers) -> dict[str, int]:
        return {d: w for d, w in canary.read_weights(servers.files[WEIGHTS]).items() if w}

    def test_a_good_canary_goes_up_step_by_step_and_becomes_stable(self) -> None:
        servers = self.servers(catalogue=5, orders=5)
        now = NOW
        steps = []
        for _ in range(5):
            servers.dates = dict.fromkeys(servers.files, now - 721)
            self.assertEqual(self.lead(servers, now), 0)
            steps.append((self.weights(servers), canary.read_tag(servers.files[IMAGES], canary.APP)))
        both = [({"catalogue": step, "orders": step}, "0000001") for step in (10, 25, 50)]
        at_the_end = [({"catalogue": 50, "orders": 50}, "abcdef0"), ({}, "abcdef0")]
        self.assertEqual(steps, both + at_the_end)
        self.assertEqual(len(servers.messages), 5)
        self.assertIn("Promote abcdef0, in place of 0000001", servers.messages[3])
        self.assertTrue(all(message.endswith("[skip ci]") and "p99 80 ms" in message for message in servers.messages))

    def test_one_bad_domain_takes_all_of_them_back_at_once(self) -> None:
        servers = self.servers(catalogue=25, orders=25)
        servers.tracks["orders"]["canary"] = Track(1000, 100, 80)
        servers.dates[WEIGHTS] = NOW - 300
        self.assertEqual(self.lead(servers), 1)
        self.assertEqual(self.weights(servers), {})
        self.assertIn("Roll back the canary abcdef0", servers.messages[0])
        self.assertIn("orders: more errors: canary 100/1000 errors", servers.messages[0])
        self.assertEqual(self.lead(servers, NOW + 3600), 0)
        self.assertEqual(len(servers.messages), 1)

    def test_nothing_goes_up_before_its_time_or_without_figures(self) -> None:
        for age in (0, 200, 700):
            servers = self.servers(catalogue=5)
            servers.dates[WEIGHTS] = NOW - age
            self.assertEqual(self.lead(servers), 0)
            # A new image of the canary starts it anew.
            servers.dates = {WEIGHTS: LONG_AGO, IMAGES: NOW - age}
            self.assertEqual(self.lead(servers), 0)
            self.assertEqual(servers.messages, [])
        servers = self.servers(catalogue=5, orders=5)
        servers.tracks["orders"]["canary"] = Track(0, 0, None)
        self.assertEqual(self.lead(servers), 0)
        self.assertEqual(servers.messages, [])

    def test_only_time_since_the_change_is_looked_at(self) -> None:
        servers = self.servers(catalogue=5)
        servers.dates[WEIGHTS] = NOW - 420
        self.lead(servers)
        self.assertTrue(servers.queries and all("[300s]" in query for query in servers.queries))

    def test_a_quiet_domain_holds_the_others_up_for_an_hour(self) -> None:
        for age, messages in ((3700, 0), (3721, 1)):
            servers = self.servers(catalogue=5, notifications=5)
            servers.tracks["notifications"]["canary"] = Track(2, 0, 40)
            servers.dates = dict.fromkeys(servers.files, NOW - age)
            self.assertEqual(self.lead(servers), 0)
            self.assertEqual(len(servers.messages), messages)

    def test_without_a_canary_nothing_is_asked(self) -> None:
        servers = self.servers()
        self.assertEqual(self.lead(servers), 0)
        self.assertEqual((servers.queries, servers.messages), ([], []))

    def test_a_stable_that_fails_with_the_new_image_is_left_and_said(self) -> None:
        servers = self.servers(TAGS.replace('"0000001"', "abcdef0", 1), catalogue=50)
        servers.tracks["catalogue"]["stable"] = Track(1000, 100, 80)
        self.assertEqual(self.lead(servers), 1)
        self.assertEqual((servers.messages, self.weights(servers)), ([], {"catalogue": 50}))

    def test_somebody_else_s_commit_in_between_is_not_overwritten(self) -> None:
        servers = self.servers(catalogue=5)

        def meddle() -> None:
            servers.files[WEIGHTS] = canary.write_weights(servers.files[WEIGHTS], {"catalogue": 0})

        servers.meddle = meddle
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.lead(servers)
        refused.exception.close()
        self.assertEqual((servers.messages, self.weights(servers)), ([], {}))


if __name__ == "__main__":
    unittest.main()
