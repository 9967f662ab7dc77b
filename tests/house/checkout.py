"""A copy of this checkout, in which an endpoint can come and go."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
MCOMMERCE = TARGET / "release/mcommerce"
BRIDGE = TARGET / "release/mcommerce-bridge"


class Checkout:
    """Files that are committed or could be, in a repository of their own; what is built is shared."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mcommerce-house-"))
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        files = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
        for file in filter(None, files):
            if (ROOT / file).is_file():
                (self.folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / file, self.folder / file)
        for shared, where in ((TARGET, "target"), (ROOT / "frontend/node_modules", "frontend/node_modules")):
            (self.folder / where).symlink_to(shared)
        if (ROOT / "frontend/dist").is_dir():
            (self.folder / "frontend/dist").symlink_to(ROOT / "frontend/dist")
        # Of a version of its own, for cargo tells crates of two checkouts apart by no more than that.
        self.replace("Cargo.toml", '\nversion = "0.1.0"\n', '\nversion = "0.1.0-house"\n')
        self.replace("docs/api/openapi.json", '"version": "0.1.0"', '"version": "0.1.0-house"')
        self.run("cargo", "update", "--quiet", "--offline", "--workspace")
        self.git("init", "--quiet")
        (self.folder / ".git/info/exclude").write_text("/target\nnode_modules\n/frontend/dist\n")
        self.git("add", "--all")
        self.git("-c", "user.name=test", "-c", "user.email=test@mcommerce.example", "commit", "--quiet", "--message=All")

    def git(self, *arguments: str) -> str:
        return self.run("git", *arguments)

    def xtask(self, *arguments: str) -> str:
        return self.run("cargo", "xtask", *arguments)

    def run(self, *command: str) -> str:
        environment = os.environ | {"CARGO_TARGET_DIR": str(TARGET)}
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise AssertionError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
        return done.stdout

    def text(self, file: str) -> str:
        return (self.folder / file).read_text()

    def replace(self, file: str, before: str, after: str) -> None:
        text = self.text(file)
        if before not in text:
            raise AssertionError(f"{file} has no {before!r}")
        (self.folder / file).write_text(text.replace(before, after))

    def overlay(self, folder: str) -> str:
        return self.run("kubectl", "kustomize", folder)

    def remove(self) -> None:
        shutil.rmtree(self.folder)


class Program:
    """A program that listens, stopped at the end of a `with`."""

    def __init__(self, *command: str | Path, environment: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [str(word) for word in command],
            env=os.environ | (environment or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        line = self.process.stdout.readline()
        self.url = json.loads(line)["shop"] if line.startswith("{") else line.split()[-1]

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def ask(self, path: str, body: object = None, token: str | None = None) -> tuple[int, object]:
        """Status and JSON of an answer."""
        headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        data = json.dumps(body).encode() if body is not None else None
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, data, headers), timeout=30) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"null")

    def until_ready(self) -> None:
        end = time.monotonic() + 60
        while self.ask("/readyz")[0] != 200:
            if time.monotonic() > end:
                raise AssertionError("the bridge is not ready")
            time.sleep(0.05)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
