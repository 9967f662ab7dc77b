"""Leads a canary: compares it with stable, and commits the next weights, the promotion or the way back.

Git is where the shop's state is decided (ArgoCD applies it), so git is all this writes, and all it remembers: which
step a canary is at is its weight, and since when is the commit's date. It can be stopped, or run twice, at any time: a
commit is refused when the file changed since it was read.

    5 -> 10 -> 25 -> 50 -> stable gets the canary's image -> 0

A release is one artifact, so the domains go up together and back together.
"""

import base64
import json
import math
import os
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

STEPS = (5, 10, 25, 50)
# What is looked at, in seconds: at least so long before a canary gets more, at the most so far back; and how long a
# commit takes until the pods have it.
WINDOW = 600
PATIENCE = 3600
SYNC = 120
# Fewer requests than this prove neither that it may go on nor that it is broken. A domain that is hardly used gets more
# once it was without an error for as long as there is patience.
ENOUGH_TO_GO_ON = 200
ENOUGH_TO_GO_BACK = 50
# More errors are the canary's fault if the shares differ by half a percent and three standard deviations.
ERROR_MARGIN = 0.005
DEVIATIONS = 3.0
# Slower is the canary's fault beyond half as much again and 50 ms, in the 99th percentile.
LATENCY_FACTOR = 1.5
LATENCY_MARGIN_MS = 50.0

APP = "registry.gitlab.com/mcommerce/mcommerce/app"


class Verdict(Enum):
    GOOD = "good"
    UNCLEAR = "unclear"
    BAD = "bad"


@dataclass(frozen=True)
class Track:
    """What callers saw of one track of a domain."""

    requests: float
    errors: float
    p99_ms: float | None

    @property
    def error_share(self) -> float:
        return self.errors / self.requests if self.requests else 0.0


def judge(stable: Track, canary: Track, patient: bool = False) -> tuple[Verdict, str]:
    """Whether the canary is no worse than stable, and the figures that say so; `patient`: it had all its time."""
    figures = (
        f"canary {canary.errors:.0f}/{canary.requests:.0f} errors, p99 {_ms(canary)}; "
        f"stable {stable.errors:.0f}/{stable.requests:.0f} errors, p99 {_ms(stable)}"
    )
    few = Verdict.GOOD if patient and canary.requests > 0 and canary.errors == 0 else Verdict.UNCLEAR
    if min(canary.requests, stable.requests) < ENOUGH_TO_GO_BACK:
        return few, f"few requests: {figures}"
    share = (canary.errors + stable.errors) / (canary.requests + stable.requests)
    deviation = math.sqrt(share * (1 - share) * (1 / canary.requests + 1 / stable.requests))
    if canary.error_share - stable.error_share > ERROR_MARGIN + DEVIATIONS * deviation:
        return Verdict.BAD, f"more errors: {figures}"
    if canary.requests < ENOUGH_TO_GO_ON or canary.p99_ms is None or stable.p99_ms is None:
        return few, f"few requests: {figures}"
    if canary.p99_ms > stable.p99_ms * LATENCY_FACTOR + LATENCY_MARGIN_MS:
        return Verdict.BAD, f"slower: {figures}"
    return Verdict.GOOD, figures


def _ms(track: Track) -> str:
    return "unknown" if track.p99_ms is None else f"{track.p99_ms:.0f} ms"


_WEIGHTS = re.compile(
    r"(?P<head>^kind: CanaryWeights\n(?:(?!---).*\n)*?  name: (?P<domain>[a-z-]+)\n(?:(?!---).*\n)*?)"
    r"stable: (?P<stable>\d+)\ncanary: (?P<canary>\d+)\n",
    re.MULTILINE,
)


def read_weights(text: str) -> dict[str, int]:
    """The canary's weight by domain."""
    found = {match["domain"]: (int(match["stable"]), int(match["canary"])) for match in _WEIGHTS.finditer(text)}
    if len(found) != text.count("kind: CanaryWeights"):
        raise ValueError("some weights can't be read")
    for domain, weights in found.items():
        if sum(weights) != 100:
            raise ValueError(f"the weights of {domain} do not add up to 100")
    return {domain: canary for domain, (_, canary) in found.items()}


def write_weights(text: str, canary: dict[str, int]) -> str:
    """The same file with other weights for the domains that are named."""

    def replaced(match: re.Match[str]) -> str:
        weight = canary.get(match["domain"], int(match["canary"]))
        return f"{match['head']}stable: {100 - weight}\ncanary: {weight}\n"

    return _WEIGHTS.sub(replaced, text)


def _tag(name: str) -> re.Pattern[str]:
    return re.compile(
        rf"(^ *- name: {re.escape(name)}\n(?: +new(?!Tag).*\n)*? +newTag: )[\"']?([\w.-]+)[\"']?$", re.MULTILINE
    )


def read_tag(text: str, name: str) -> str:
    """The tag that `images:` of a kustomization gives an image."""
    match = _tag(name).search(text)
    if match is None:
        raise ValueError(f"no newTag of {name}")
    return match[2]


def write_tag(text: str, name: str, tag: str) -> str:
    """The same file with another tag. Quoted: a short SHA may look like a number."""
    return _tag(name).sub(lambda match: f'{match[1]}"{tag}"', text)


class Web:
    """JSON over HTTP."""

    def __init__(self, base: str, headers: dict[str, str] | None = None):
        self._base, self._headers = base.rstrip("/"), headers or {}

    def ask(self, path: str, body: object | None = None) -> dict:
        data = None if body is None else json.dumps(body).encode()
        headers = self._headers | ({"content-type": "application/json"} if data else {})
        request = urllib.request.Request(self._base + path, data, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


class Prometheus:
    def __init__(self, web: Web):
        self._web = web

    def track(self, domain: str, version: str, seconds: int) -> Track:
        """What callers, the edge among them, saw of one track in the last seconds."""
        which = (
            f'reporter=~"source|waypoint",destination_version="{version}",'
            f'destination_service="{domain}-mesh.mcommerce.svc.cluster.local"'
        )
        total = self._value(f"sum(increase(istio_requests_total{{{which}}}[{seconds}s]))")
        errors = self._value(f'sum(increase(istio_requests_total{{{which},response_code=~"5.."}}[{seconds}s]))')
        p99 = self._value(
            "histogram_quantile(0.99, sum by (le) "
            f"(rate(istio_request_duration_milliseconds_bucket{{{which}}}[{seconds}s])))"
        )
        return Track(total or 0.0, errors or 0.0, p99)

    def _value(self, query: str) -> float | None:
        answer = self._web.ask("/api/v1/query?" + urllib.parse.urlencode({"query": query}))
        result = answer["data"]["result"]
        value = float(result[0]["value"][1]) if result else math.nan
        return None if math.isnan(value) else value


@dataclass(frozen=True)
class File:
    path: str
    text: str
    commit: str


class Git:
    """One branch of a GitLab project, through its API."""

    def __init__(self, web: Web, project: str, branch: str):
        self._web, self._branch = web, branch
        self._at = f"/projects/{urllib.parse.quote(project, safe='')}/repository"

    def read(self, path: str) -> File:
        quoted = urllib.parse.quote(path, safe="")
        found = self._web.ask(f"{self._at}/files/{quoted}?ref={urllib.parse.quote(self._branch)}")
        return File(path, base64.b64decode(found["content"]).decode(), found["last_commit_id"])

    def committed(self, file: File) -> float:
        """When a file was changed last, in seconds since 1970."""
        return datetime.fromisoformat(self._web.ask(f"{self._at}/commits/{file.commit}")["committed_date"]).timestamp()

    def write(self, file: File, text: str, message: str) -> None:
        """Commits a file, unless somebody changed it since it was read."""
        action = {"action": "update", "file_path": file.path, "content": text, "last_commit_id": file.commit}
        # Nothing is to be built of it.
        message = f"{message}\n\n[skip ci]"
        self._web.ask(f"{self._at}/commits", {"branch": self._branch, "commit_message": message, "actions": [action]})


def lead(git: Git, prometheus: Prometheus, weights_path: str, images_path: str, now: float) -> int:
    """One look at all canaries, and one commit at the most. The exit code: 1 where somebody should look."""
    weights_file, images_file = git.read(weights_path), git.read(images_path)
    weights = read_weights(weights_file.text)
    running = {domain: weight for domain, weight in weights.items() if weight > 0}
    if not running:
        say("no canary")
        return 0
    old, new = read_tag(images_file.text, APP), read_tag(images_file.text, f"{APP}-canary")
    since = now - max(git.committed(weights_file), git.committed(images_file)) - SYNC
    window = int(min(since, PATIENCE))
    if window < SYNC:
        say(f"the last commit is settling: {window} s")
        return 0

    found = {}
    for domain in running:
        stable = prometheus.track(domain, "stable", window)
        canary = prometheus.track(domain, "canary", window)
        # Once both run the same image it is stable that is new.
        tracks = (stable, canary) if old != new else (canary, stable)
        found[domain] = judge(*tracks, patient=window >= PATIENCE)
        say(f"{domain} at {running[domain]}: {found[domain][0].value}, {found[domain][1]}")
    report = "\n".join(f"{domain}: {figures}" for domain, (_, figures) in found.items())
    verdicts = {verdict for verdict, _ in found.values()}

    if Verdict.BAD in verdicts:
        if old == new:
            say("stable does worse than the canary with the same image: left as it is")
            return 1
        back = write_weights(weights_file.text, dict.fromkeys(running, 0))
        git.write(weights_file, back, f"Roll back the canary {new}\n\n{report}")
        return 1
    if Verdict.UNCLEAR in verdicts or window < WINDOW:
        say("waiting")
        return 0
    if old == new:
        end = write_weights(weights_file.text, dict.fromkeys(running, 0))
        git.write(weights_file, end, f"End the canary {new}: stable runs it\n\n{report}")
    elif min(running.values()) >= STEPS[-1]:
        git.write(images_file, write_tag(images_file.text, APP, new), f"Promote {new}, in place of {old}\n\n{report}")
    else:
        more = {domain: next((step for step in STEPS if step > weight), weight) for domain, weight in running.items()}
        shares = ", ".join(f"{domain} {weight}" for domain, weight in more.items())
        git.write(weights_file, write_weights(weights_file.text, more), f"Canary {new}: {shares}\n\n{report}")
    return 0


def say(text: str) -> None:
    print(text, flush=True)


def main() -> int:
    with open(os.environ["GIT_TOKEN_FILE"], encoding="ascii") as file:
        token = file.read().strip()
    git = Git(Web(os.environ["GIT_API"], {"private-token": token}), os.environ["GIT_PROJECT"], os.environ["GIT_BRANCH"])
    prometheus = Prometheus(Web(os.environ["PROMETHEUS_URL"]))
    try:
        return lead(git, prometheus, os.environ["WEIGHTS_FILE"], os.environ["IMAGES_FILE"], time.time())
    except urllib.error.HTTPError as error:
        # The body says why, of a commit that came too late for instance. It never holds the token.
        say(f"{error.url}: {error.code} {error.read(1000).decode(errors='replace')}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
