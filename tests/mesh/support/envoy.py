"""A running Envoy."""

import http.client
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import envoy as package

from . import derived

HOST = "shop.mcommerce.example"


def until(what: str, done, patience: float = 30.0):
    """What `done` answers once that is something; a failure if it never is."""
    end = time.monotonic() + patience
    while True:
        answer = done()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"waited {patience:g} s for {what}")
        time.sleep(0.02)


_somebody = itertools.count(1)


def somebody() -> str:
    """The address of a client that was not there before."""
    number = next(_somebody)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


class Client:
    """One connection, kept."""

    def __init__(self, port: int, host: str = HOST):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._host = host

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None) -> Answer:
        """Sends a path as it is spelled."""
        self._connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        everything = {"host": self._host, "x-forwarded-for": somebody()} | (headers or {})
        if body is not None or method not in ("GET", "HEAD"):
            everything["content-length"] = str(len(body or b""))
        for name, value in everything.items():
            self._connection.putheader(name, value)
        self._connection.endheaders(body)
        response = self._connection.getresponse()
        return Answer(response.status, response.headers, response.read())

    def close(self) -> None:
        self._connection.close()


class Envoy:
    """An Envoy with the gateway's and a sidecar's listeners of rendered manifests, on free ports."""

    def __init__(self, resources, endpoints, **gateway):
        self._folder = Path(tempfile.mkdtemp(prefix="mesh-"))
        self._process: subprocess.Popen | None = None
        self.access_log = self._folder / "access.log"
        try:
            self._start(resources, endpoints, gateway)
            self._admin = until("Envoy to start", self._address)
            self.ports = until("Envoy's listeners", self._listening)
        except BaseException:
            self.stop()
            raise

    def _start(self, resources, endpoints, gateway: dict) -> None:
        listeners = derived.ingress(resources, str(self.access_log), **gateway)
        listeners.append(derived.sidecar(resources, str(self.access_log)))
        config = {
            "admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}}},
            "static_resources": {"listeners": listeners, "clusters": derived.clusters(resources, endpoints)},
        }
        (self._folder / "envoy.json").write_text(json.dumps(config))
        binary = Path(package.__file__).parent / "_bin/envoy"
        command = [str(binary), "-c", str(self._folder / "envoy.json"), "--disable-hot-restart", "--concurrency", "1"]
        command += ["--admin-address-path", str(self._folder / "admin"), "--log-level", "warning"]
        with open(self._folder / "log", "wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env={"PATH": os.defpath})

    def _running(self) -> None:
        if self._process.poll() is not None:
            raise AssertionError(f"Envoy ended: {(self._folder / 'log').read_text()[-4000:]}")

    def _address(self) -> str:
        self._running()
        path = self._folder / "admin"
        return path.read_text().strip() if path.exists() else ""

    def _listening(self) -> dict[str, int]:
        self._running()
        try:
            found = self.admin("/listeners?format=json")["listener_statuses"]
        except (ConnectionError, KeyError):
            return {}
        ports = {one["name"]: one["local_address"]["socket_address"]["port_value"] for one in found}
        return ports if len(ports) == 3 else {}

    def admin(self, path: str) -> dict:
        connection = http.client.HTTPConnection(self._admin, timeout=30)
        try:
            connection.request("GET", path)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def hosts(self, domain: str, subset: str) -> dict[int, dict]:
        """What Envoy knows of a subset's instances, by port."""
        name = f"outbound|80|{subset}|{domain}-mesh.mcommerce.svc.cluster.local"
        (cluster,) = [c for c in self.admin("/clusters?format=json")["cluster_statuses"] if c["name"] == name]
        found = {}
        for host in cluster.get("host_statuses", []):
            stats = {stat["name"]: int(stat.get("value", 0)) for stat in host["stats"]}
            ejected = host["health_status"].get("failed_outlier_check", False)
            found[host["address"]["socket_address"]["port_value"]] = {"ejected": ejected, "requests": stats["rq_total"]}
        return found

    def edge(self) -> Client:
        """From outside, as if TLS were ended."""
        return Client(self.ports["https"])

    def within(self, domain: str) -> Client:
        """To a domain from a pod in the mesh."""
        return Client(self.ports["mesh"], f"{domain}-mesh.mcommerce.svc.cluster.local")

    def to_bridge(self) -> Client:
        """To the bridge from a function."""
        return Client(self.ports["mesh"], "bridge.mcommerce-adapters.svc.cluster.local")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder)
