"""Stand-ins for the pods: each says who it is, notes what it is asked, and fails as it is told."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .rendered import DOMAINS


class Instance:
    """A pod of a domain and track, or of the bridge, which has no canary."""

    def __init__(self, domain: str, track: str):
        self.domain, self.track = domain, track
        # What it answers with, asked anew for each request; None breaks the connection off.
        self.status: Callable[[], int | None] = lambda: 200
        self.body: bytes | None = None
        self.headers = {"content-type": "application/json"}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        instance = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                instance.asked.append((self.command, self.path, headers))
                status = instance.status()
                if status is None:
                    self.close_connection = True
                    return
                who = {"domain": domain, "track": track}
                body = instance.body if instance.body is not None else json.dumps(who).encode()
                self.send_response(status)
                for name, value in instance.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(b"" if self.command == "HEAD" else body)

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = answer

            def log_message(self, *_) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None
        self.address: tuple[str, int] = self._server.server_address[:2]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Instances:
    """Pods of every domain and of the bridge, one a track unless told otherwise."""

    def __init__(self, stable: int = 1):
        counts = {(domain, "stable"): stable for domain in (*DOMAINS, "bridge")}
        counts |= {(domain, "canary"): 1 for domain in DOMAINS}
        self._all = [Instance(domain, track) for (domain, track), count in counts.items() for _ in range(count)]

    def of(self, domain: str, track: str = "stable") -> list[Instance]:
        return [one for one in self._all if (one.domain, one.track) == (domain, track)]

    def endpoints(self) -> dict[tuple[str, str], list[tuple[str, int]]]:
        return {(one.domain, one.track): [o.address for o in self.of(one.domain, one.track)] for one in self._all}

    def asked(self) -> list[tuple[str, str, str]]:
        """Everything anybody was asked: domain, method, path."""
        return [(one.domain, method, path) for one in self._all for method, path, _ in one.asked]

    def stop(self) -> None:
        for one in self._all:
            one.stop()
