#!/usr/bin/env python3
"""The four DORA figures of one environment, from GitLab's records of deployments, pushed to a Prometheus Pushgateway.

    dora.py ENVIRONMENT [--days 30] [--print]

ArgoCD records each commit that reached a cluster and was healthy (success), and each that could not be synced or
degraded (failed); see argocd/notifications.yaml. Commits that machines make to deploy others are no changes themselves.

    mcommerce_dora_deployments                       changes that reached the environment in the window
    mcommerce_dora_deployment_frequency_per_day      the same, a day
    mcommerce_dora_lead_time_seconds                 median, from a commit to the deployment that brought it
    mcommerce_dora_change_failure_ratio              changes that failed, of all that were tried
    mcommerce_dora_time_to_restore_seconds           median, from a failure to the next success
    mcommerce_dora_failing_since_timestamp_seconds   when the failure began that nothing has mended yet; 0 if all is well
    mcommerce_dora_last_deployment_timestamp_seconds
    mcommerce_dora_window_seconds

A figure that the window has nothing for is left out, rather than being told as 0.

It wants CI_API_V4_URL and CI_PROJECT_ID as GitLab sets them, DORA_TOKEN (a project access token, scope read_api) and
PUSHGATEWAY_URL.
"""

import argparse
import json
import os
import statistics
import sys
import urllib.parse
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

# What deployments' own commits say; .gitlab/scripts/commit-to-main.sh and the canary's job write them.
OWN_COMMIT = "[skip ci]"


@dataclass
class Record:
    """What ArgoCD told of a commit: at this moment it was found healthy, or failed."""

    sha: str
    succeeded: bool
    at: datetime


@dataclass
class Change:
    """What was deployed, or tried, at once."""

    sha: str
    first: datetime
    # When its commits were made.
    commits: list[datetime]
    deployed: datetime | None = None
    failed: bool = False


def changes_of(records, commits_between):
    """The changes that records tell of, in the order of their first record.

    A commit that brings nothing but deployments' own commits is a step of the change before it: the promotion of a
    canary, or a rollback.
    """
    changes, of_sha, before = [], {}, None
    for record in sorted(records, key=lambda record: record.at):
        if record.sha not in of_sha:
            commits = commits_between(before, record.sha) if before else []
            if before is None or commits:
                changes.append(Change(record.sha, record.at, commits))
            of_sha[record.sha] = changes[-1]
            before = record.sha
        change = of_sha[record.sha]
        if not record.succeeded:
            change.failed = True
        elif change.deployed is None and not (change.failed and record.sha != change.sha):
            # The step after a failure is a rollback, which brings the change nowhere.
            change.deployed = record.at
    return changes


def outages(records):
    """The ended outages as (since, until), and since when one lasts that has not ended, or None.

    Failures that follow each other without a success in between are one outage, from the first of them on.
    """
    ended, since = [], None
    for record in sorted(records, key=lambda record: record.at):
        if not record.succeeded:
            since = since or record.at
        elif since is not None:
            ended.append((since, record.at))
            since = None
    return ended, since


def lead_times(changes, start):
    """The seconds from each commit to the deployment that brought it, of deployments since a moment."""
    found, waiting = [], []
    for change in changes:
        # What a failed change held arrives with the next one that succeeds.
        waiting += change.commits
        if change.deployed is not None:
            if change.deployed >= start:
                found += [(change.deployed - commit).total_seconds() for commit in waiting]
            waiting = []
    return found


def figures(records, changes, now, window):
    """The figures by metric name."""
    start = now - window
    tried = [change for change in changes if change.first >= start]
    deployed = [change.deployed for change in changes if change.deployed is not None]
    recent = [at for at in deployed if at >= start]
    waits = lead_times(changes, start)
    ended, since = outages(records)
    restored = [(until - begin).total_seconds() for begin, until in ended if until >= start]

    found = {
        "deployments": len(recent),
        "deployment_frequency_per_day": len(recent) / (window / timedelta(days=1)),
        "failing_since_timestamp_seconds": since.timestamp() if since else 0,
        "window_seconds": window.total_seconds(),
    }
    if waits:
        found["lead_time_seconds"] = statistics.median(waits)
    if tried:
        found["change_failure_ratio"] = sum(change.failed for change in tried) / len(tried)
    if restored:
        found["time_to_restore_seconds"] = statistics.median(restored)
    if deployed:
        found["last_deployment_timestamp_seconds"] = max(deployed).timestamp()
    return {f"mcommerce_dora_{name}": value for name, value in found.items()}


def exposition(found):
    """The figures in Prometheus' text format."""
    return "".join(f"# TYPE {name} gauge\n{name} {value}\n" for name, value in sorted(found.items()))


def moment(text):
    """A time as GitLab writes it."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)


class GitLab:
    """The project's API."""

    def __init__(self, url, token):
        self.url, self.token = url, token

    def get(self, path, **query):
        """What the path holds, and the number of the next page or an empty text."""
        request = urllib.request.Request(
            f"{self.url}{path}?{urllib.parse.urlencode(query)}", headers={"PRIVATE-TOKEN": self.token}
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response), response.headers.get("x-next-page", "")

    def records(self, environment, since):
        """The records of an environment's deployments since a moment."""
        found, page = [], "1"
        while page:
            items, page = self.get(
                "/deployments",
                environment=environment,
                updated_after=since.isoformat(),
                order_by="updated_at",
                sort="asc",
                per_page=100,
                page=page,
            )
            found += [
                Record(item["sha"], item["status"] == "success", moment(item["created_at"]))
                for item in items
                if item["status"] in ("success", "failed")
            ]
        return found

    def commits_between(self, before, after):
        """When the commits were made that are in one commit's history and not in another's, deployments' own left out."""
        answer, _ = self.get("/repository/compare", **{"from": before, "to": after})
        return [
            moment(commit["committed_date"])
            for commit in answer["commits"]
            if OWN_COMMIT not in commit["message"]
        ]


def push(url, environment, text):
    """Replaces the environment's figures in the Pushgateway."""
    path = f"/metrics/job/mcommerce_dora/environment/{urllib.parse.quote(environment, safe='')}"
    request = urllib.request.Request(
        url.rstrip("/") + path, data=text.encode(), method="PUT", headers={"content-type": "text/plain; version=0.0.4"}
    )
    urllib.request.urlopen(request, timeout=30).close()


def main():
    parser = argparse.ArgumentParser(description="The DORA figures of an environment.")
    parser.add_argument("environment")
    parser.add_argument("--days", type=int, default=30, help="the window they are told for")
    parser.add_argument("--print", action="store_true", help="print them instead of pushing them")
    arguments = parser.parse_args()

    now, window = datetime.now(timezone.utc), timedelta(days=arguments.days)
    project = f"{os.environ['CI_API_V4_URL']}/projects/{os.environ['CI_PROJECT_ID']}"
    gitlab = GitLab(project, os.environ["DORA_TOKEN"])
    # Twice the window, so that its first change knows what was there before and an outage when it began.
    records = gitlab.records(arguments.environment, now - 2 * window)
    changes = changes_of(records, gitlab.commits_between)
    text = exposition(figures(records, changes, now, window))
    if arguments.print:
        sys.stdout.write(text)
    else:
        push(os.environ["PUSHGATEWAY_URL"], arguments.environment, text)


if __name__ == "__main__":
    main()
