"""The scripts that deploy, against a repository and an ArgoCD of the test's own. kustomize is a stand-in that does what
these scripts ask of it; git, awk, curl and jq are the real ones."""

import json
import os
import subprocess
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent
REGISTRY = "registry.gitlab.com/mcommerce/mcommerce"

KUSTOMIZE = r"""#!/usr/bin/env python3
import re, sys
assert sys.argv[1:4] == ["edit", "set", "image"], sys.argv
name, rest = sys.argv[4].split("=")
new, tag = rest.rsplit(":", 1)
text = open("kustomization.yaml").read()
image = re.compile(rf"(- name: {re.escape(name)}\n  newName: ).*\n  newTag: .*\n")
assert image.search(text), name
open("kustomization.yaml", "w").write(image.sub(rf'\g<1>{new}\n  newTag: "{tag}"\n', text))
"""


def image(name, tag):
    new = name.removesuffix("-canary")
    return f"- name: {REGISTRY}/{name}\n  newName: {REGISTRY}/{new}\n  newTag: {tag}\n"


def weights(**canary):
    return "---\n".join(
        f"kind: CanaryWeights\nmetadata:\n  name: {domain}\nstable: {100 - percent}\ncanary: {percent}\n"
        for domain, percent in canary.items()
    )


class Deployment(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.origin, self.work = self.folder / "origin.git", self.folder / "work"
        (self.folder / "bin").mkdir()
        (self.folder / "bin/kustomize").write_text(KUSTOMIZE)
        (self.folder / "bin/kustomize").chmod(0o755)
        self.environment = {
            "PATH": f"{self.folder}/bin:{os.environ['PATH']}",
            "HOME": folder.name,
            "ORIGIN": f"file://{self.origin}",
            "CI_DEFAULT_BRANCH": "main",
            "GIT_CONFIG_COUNT": "2",
            "GIT_CONFIG_KEY_0": "user.name",
            "GIT_CONFIG_VALUE_0": "Test",
            "GIT_CONFIG_KEY_1": "user.email",
            "GIT_CONFIG_VALUE_1": "test@example.com",
            "PAUSE": "0.1",
        }
        self.git("init", "--quiet", "--bare", "--initial-branch", "main", self.origin, at=self.folder)
        self.git("clone", "--quiet", self.origin, self.work, at=self.folder)
        self.git("checkout", "--quiet", "-b", "main")
        self.write(
            "k8s/spinkube/overlays/production/kustomization.yaml",
            "images:\n" + image("app", "old") + image("app-canary", "old") + image("bridge", "old"),
        )
        self.write("istio/overlays/production/weights.yaml", weights(orders=0, payments=0))
        self.commit("Begin")

    def git(self, *arguments, at=None):
        return subprocess.run(
            ["git", *map(str, arguments)], cwd=at or self.work, env=self.environment, check=True, text=True, capture_output=True
        ).stdout.strip()

    def write(self, path, text):
        (self.work / path).parent.mkdir(parents=True, exist_ok=True)
        (self.work / path).write_text(text)

    def commit(self, message):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        self.git("push", "--quiet", "origin", "main")

    def run_script(self, script, *arguments, **environment):
        return subprocess.run(
            [SCRIPTS / script, *arguments],
            cwd=self.work,
            env=self.environment | environment,
            text=True,
            capture_output=True,
            timeout=60,
        )

    def on_main(self, path):
        return self.git("show", f"main:{path}", at=self.origin)

    def deploy(self, title, *command):
        return self.run_script("commit-to-main.sh", title, *command)


class CommitToMain(Deployment):
    def test_it_commits_the_tags_and_tells_the_revision(self):
        done = self.deploy("Deploy new", SCRIPTS / "set-images.sh", "production", "new", "app", "bridge")
        self.assertEqual(done.returncode, 0, done.stderr)
        text = self.on_main("k8s/spinkube/overlays/production/kustomization.yaml")
        self.assertEqual(text.count('newTag: "new"'), 2)
        self.assertIn(image("app-canary", "old"), text + "\n")
        head = self.git("rev-parse", "main", at=self.origin)
        self.assertEqual((self.work / "revision.env").read_text(), f"REVISION={head}\n")
        message = self.git("log", "-1", "--format=%B", "main", at=self.origin)
        self.assertTrue(message.startswith("Deploy new\n"))
        self.assertIn("[skip ci]", message)

    def test_the_canary_is_another_tag_of_the_same_application(self):
        self.deploy("Canary", SCRIPTS / "set-images.sh", "production", "new", "app-canary")
        text = self.on_main("k8s/spinkube/overlays/production/kustomization.yaml")
        self.assertIn(f'- name: {REGISTRY}/app-canary\n  newName: {REGISTRY}/app\n  newTag: "new"', text)

    def test_what_is_deployed_already_is_no_commit(self):
        before = self.git("rev-parse", "main", at=self.origin)
        done = self.deploy("Nothing", "true")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.git("rev-parse", "main", at=self.origin), before)
        self.assertEqual((self.work / "revision.env").read_text(), f"REVISION={before}\n")

    def test_a_commit_that_came_in_between_is_kept(self):
        # While the command runs for the first time, somebody else pushes.
        racer = self.folder / "racer.sh"
        racer.write_text(
            f"""#!/usr/bin/env bash
set -euo pipefail
if [ ! -e {self.folder}/raced ]; then
    touch {self.folder}/raced
    git clone --quiet {self.origin} {self.folder}/other
    echo mine > {self.folder}/other/theirs
    git -C {self.folder}/other add --all
    git -C {self.folder}/other commit --quiet --message "In between"
    git -C {self.folder}/other push --quiet origin main
fi
exec {SCRIPTS}/set-images.sh production new app
"""
        )
        racer.chmod(0o755)
        done = self.deploy("Deploy new", racer)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.on_main("theirs"), "mine")
        self.assertIn('newTag: "new"', self.on_main("k8s/spinkube/overlays/production/kustomization.yaml"))

    def test_a_command_that_fails_is_not_committed(self):
        before = self.git("rev-parse", "main", at=self.origin)
        self.assertNotEqual(self.deploy("Bad", SCRIPTS / "set-weights.sh", "production", "101").returncode, 0)
        self.assertNotEqual(self.deploy("Bad", SCRIPTS / "set-weights.sh", "production", "5", "nowhere").returncode, 0)
        self.assertEqual(self.git("rev-parse", "main", at=self.origin), before)


class Canary(Deployment):
    def test_it_begins_with_the_tag_and_five_percent_everywhere(self):
        done = self.deploy("Begin", SCRIPTS / "begin-canary.sh", "new")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.on_main("istio/overlays/production/weights.yaml") + "\n", weights(orders=5, payments=5))
        self.assertIn(image("app", "old"), self.on_main("k8s/spinkube/overlays/production/kustomization.yaml"))

    def test_only_one_at_a_time(self):
        self.deploy("Begin", SCRIPTS / "begin-canary.sh", "new")
        done = self.deploy("Begin", SCRIPTS / "begin-canary.sh", "newer")
        self.assertIn("another canary is under way", done.stderr)
        self.assertNotEqual(done.returncode, 0)

    def test_one_domain_s_share_is_set_alone(self):
        self.deploy("Set", SCRIPTS / "set-weights.sh", "production", "25", "orders")
        self.assertEqual(self.on_main("istio/overlays/production/weights.yaml") + "\n", weights(orders=25, payments=0))

    def test_it_has_won_once_it_is_stable_and_gets_nothing_of_its_own(self):
        self.deploy("Promote", SCRIPTS / "set-images.sh", "production", "new", "app", "app-canary")
        done = self.run_script("await-canary.sh", "new")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_it_was_rolled_back_if_it_gets_nothing_and_is_not_stable(self):
        self.deploy("Begin", SCRIPTS / "begin-canary.sh", "new")
        self.deploy("Roll back new: 9 of 100 failed", SCRIPTS / "set-weights.sh", "production", "0")
        done = self.run_script("await-canary.sh", "new")
        self.assertEqual(done.returncode, 1)
        self.assertIn("9 of 100 failed", done.stderr)

    def test_it_is_waited_for_while_it_gets_a_share(self):
        self.deploy("Begin", SCRIPTS / "begin-canary.sh", "new")
        done = self.run_script("await-canary.sh", "new", TIMEOUT="1")
        self.assertIn("no verdict", done.stderr)
        self.assertEqual(done.returncode, 1)


def application(sync="Synced", health="Healthy", phase="Succeeded", revision=""):
    resources = [
        {"kind": "SpinApp", "namespace": "mcommerce", "name": "orders", "status": sync, "health": {"status": health, "message": "why"}},
        {"kind": "Service", "namespace": "mcommerce", "name": "orders-mesh", "status": "Synced"},
    ]
    return {
        "status": {
            "sync": {"status": sync, "revision": revision},
            "health": {"status": health},
            "operationState": {"phase": phase},
            "resources": resources,
        }
    }


class AwaitArgocd(Deployment):
    def wait(self, revision, answers, **environment):
        """Waits, where ArgoCD gives these answers in turn and the last one for ever."""
        answers = list(answers)
        asked = []

        class Api(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append((self.path, self.headers["authorization"]))
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
                self.send_response(503 if answer is None else 200)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_):
                pass

        server = HTTPServer(("127.0.0.1", 0), Api)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        environment = {"TIMEOUT": "20", "STEADY": "1", **environment}
        environment |= {"ARGOCD_URL": f"http://127.0.0.1:{server.server_port}", "ARGOCD_TOKEN": "token"}
        done = self.run_script("await-argocd.sh", "mcommerce-staging-shop", revision, **environment)
        self.assertEqual(set(asked), {("/api/v1/applications/mcommerce-staging-shop?refresh=normal", "Bearer token")})
        return done

    def test_it_waits_through_outages_and_rollouts(self):
        head = self.git("rev-parse", "HEAD")
        answers = [
            None,
            application(sync="OutOfSync", revision="0" * 40),
            application(health="Progressing", revision=head),
            application(revision=head),
        ]
        done = self.wait(head, answers)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Progressing", done.stdout)

    def test_a_later_commit_will_do(self):
        head = self.git("rev-parse", "HEAD")
        self.write("more", "more")
        self.commit("Later")
        done = self.wait(head, [application(revision=self.git("rev-parse", "HEAD"))])
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_an_earlier_commit_will_not(self):
        before = self.git("rev-parse", "HEAD")
        self.write("more", "more")
        self.commit("Later")
        done = self.wait(self.git("rev-parse", "HEAD"), [application(revision=before)], TIMEOUT="2")
        self.assertEqual(done.returncode, 1)

    def test_health_that_does_not_last_is_none(self):
        head = self.git("rev-parse", "HEAD")
        answers = [application(revision=head), application(health="Degraded", revision=head)]
        done = self.wait(head, answers, TIMEOUT="3")
        self.assertEqual(done.returncode, 1)
        self.assertIn("SpinApp mcommerce/orders: Synced, Degraded: why", done.stderr)
        self.assertNotIn("orders-mesh", done.stderr)


if __name__ == "__main__":
    unittest.main()
