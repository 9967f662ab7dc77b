"""Test cases that share an Envoy."""

import json
import unittest

from .envoy import Answer, Client, Envoy
from .instances import Instances
from .rendered import overlay


class MeshCase(unittest.TestCase):
    """One Envoy and one set of stand-ins for the tests of a class."""

    stable = 1
    # A proxy in front that says who the client is: each request is another one's, so that none is one too many.
    gateway: dict = {"trusted_proxies": 1}

    @classmethod
    def resources(cls) -> list[dict]:
        return overlay("production")

    @classmethod
    def setUpClass(cls) -> None:
        cls.instances = Instances(cls.stable)
        cls.addClassCleanup(cls.instances.stop)
        cls.envoy = Envoy(cls.resources(), cls.instances.endpoints(), **cls.gateway)
        cls.addClassCleanup(cls.envoy.stop)

    def edge(self) -> Client:
        client = self.envoy.edge()
        self.addCleanup(client.close)
        return client

    def within(self, domain: str) -> Client:
        client = self.envoy.within(domain)
        self.addCleanup(client.close)
        return client

    def to_bridge(self) -> Client:
        client = self.envoy.to_bridge()
        self.addCleanup(client.close)
        return client

    def assert_problem(self, answer: Answer, status: int, code: str) -> None:
        self.assertEqual(answer.status, status)
        self.assertEqual(answer.headers["content-type"], "application/problem+json")
        problem = json.loads(answer.body)
        self.assertEqual((problem["type"], problem["status"], problem["code"]), ("about:blank", status, code))
        self.assertEqual(sorted(problem), ["code", "detail", "status", "title", "traceId", "type"])
