"""python3 -m unittest discover .gitlab/scripts"""

import json
import threading
import unittest
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest import mock

import dora

NOW = datetime(2026, 3, 1, tzinfo=timezone.utc)
DAY = timedelta(days=1)


def record(sha, succeeded, days_ago, minutes=0):
    return dora.Record(sha, succeeded, NOW - days_ago * DAY + timedelta(minutes=minutes))


def figures(records, commits=None, days=30):
    """The figures, where each commit is a change made a day before NOW unless it is said otherwise."""
    changes = dora.changes_of(records, lambda _, sha: (commits or {}).get(sha, [NOW - DAY]))
    found = dora.figures(records, changes, NOW, days * DAY)
    return {name.removeprefix("mcommerce_dora_"): value for name, value in found.items()}


class Figures(unittest.TestCase):
    def test_an_empty_window_tells_counts_and_nothing_else(self):
        self.assertEqual(
            figures([]),
            {
                "deployments": 0,
                "deployment_frequency_per_day": 0,
                "failing_since_timestamp_seconds": 0,
                "window_seconds": 30 * 86400,
            },
        )

    def test_a_change_counts_once_however_often_it_is_found_healthy(self):
        found = figures([record("a", True, 5), record("a", True, 4), record("b", True, 3)])
        self.assertEqual(found["deployments"], 2)
        self.assertAlmostEqual(found["deployment_frequency_per_day"], 2 / 30)
        self.assertEqual(found["last_deployment_timestamp_seconds"], (NOW - 3 * DAY).timestamp())

    def test_what_lies_before_the_window_is_not_counted(self):
        found = figures([record("old", False, 31), record("old", True, 31, 5), record("new", True, 1)])
        self.assertEqual(found["deployments"], 1)
        self.assertEqual(found["change_failure_ratio"], 0)
        self.assertNotIn("time_to_restore_seconds", found)

    def test_the_lead_time_is_the_median_over_commits(self):
        hours = [1, 2, 30]
        commits = {"b": [NOW - DAY - timedelta(hours=hour) for hour in hours]}
        found = figures([record("a", True, 9), record("b", True, 1)], commits)
        self.assertEqual(found["lead_time_seconds"], 2 * 3600)

    def test_commits_of_a_failed_change_wait_for_the_next_that_succeeds(self):
        commits = {"b": [NOW - 5 * DAY], "c": [NOW - 3 * DAY]}
        found = figures([record("a", True, 9), record("b", False, 4), record("c", True, 2)], commits)
        self.assertEqual(found["lead_time_seconds"], (3 + 1) / 2 * 86400)

    def test_promotions_and_rollbacks_are_steps_of_the_change_before(self):
        records = [record("a", True, 9), record("canary", True, 5), record("stable", True, 4)]
        records += [record("worse", False, 3), record("rollback", True, 3, 20)]
        found = figures(records, {"stable": [], "rollback": []})
        self.assertEqual(found["deployments"], 2)
        self.assertAlmostEqual(found["change_failure_ratio"], 1 / 3)
        self.assertEqual(found["time_to_restore_seconds"], 1200)

    def test_a_change_that_degrades_after_it_was_healthy_has_failed(self):
        records = [record("a", True, 4), record("a", False, 3), record("b", True, 2), record("c", True, 1)]
        found = figures(records)
        self.assertAlmostEqual(found["change_failure_ratio"], 1 / 3)
        self.assertEqual(found["deployments"], 3)
        self.assertEqual(found["time_to_restore_seconds"], 86400)

    def test_a_change_that_never_became_healthy_was_tried_and_not_deployed(self):
        found = figures([record("a", True, 3), record("b", False, 2), record("c", True, 2, 30)])
        self.assertEqual(found["deployments"], 2)
        self.assertAlmostEqual(found["change_failure_ratio"], 1 / 3)
        self.assertEqual(found["time_to_restore_seconds"], 1800)

    def test_failures_in_a_row_are_one_outage_from_the_first_on(self):
        records = [record("a", False, 2), record("b", False, 2, 10), record("c", True, 2, 40)]
        self.assertEqual(figures(records)["time_to_restore_seconds"], 2400)

    def test_an_outage_that_lasts_is_told_by_its_beginning(self):
        found = figures([record("a", True, 2), record("b", False, 1), record("c", False, 0.5)])
        self.assertEqual(found["failing_since_timestamp_seconds"], (NOW - DAY).timestamp())
        self.assertNotIn("time_to_restore_seconds", found)

    def test_an_outage_that_began_before_the_window_counts_when_it_ends_in_it(self):
        found = figures([record("a", False, 31), record("b", True, 29)])
        self.assertEqual(found["time_to_restore_seconds"], 2 * 86400)

    def test_records_may_come_in_any_order(self):
        records = [record("a", True, 4), record("b", False, 2), record("b", True, 1)]
        self.assertEqual(figures(records), figures(records[::-1]))


class Api(BaseHTTPRequestHandler):
    """A GitLab with two pages of deployments, and a Pushgateway."""

    pushed = {}

    def do_GET(self):
        at = lambda minutes: (datetime.now(timezone.utc) - timedelta(minutes=minutes)).isoformat()
        page = "page=2" in self.path
        if "/repository/compare" in self.path:
            assert "from=aaa&to=bbb" in self.path
            body = {
                "commits": [
                    {"message": "Sell teapots", "committed_date": at(70)},
                    {"message": "Deploy bbb to staging\n\n[skip ci]", "committed_date": at(11)},
                ]
            }
        elif page:
            body = [
                {"sha": "bbb", "status": "running", "created_at": at(10)},
                {"sha": "bbb", "status": "success", "created_at": at(10)},
            ]
        else:
            body = [{"sha": "aaa", "status": "success", "created_at": at(60)}]
        self.send_response(200 if self.headers["PRIVATE-TOKEN"] == "secret" else 401)
        self.send_header("x-next-page", "2" if "deployments" in self.path and not page else "")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def do_PUT(self):
        Api.pushed[self.path] = self.rfile.read(int(self.headers["content-length"])).decode()
        self.send_response(202)
        self.end_headers()

    def log_message(self, *_):
        pass


class Command(unittest.TestCase):
    def test_it_reads_all_pages_and_pushes(self):
        server = HTTPServer(("127.0.0.1", 0), Api)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        url = f"http://127.0.0.1:{server.server_port}"
        environment = {"CI_API_V4_URL": url, "CI_PROJECT_ID": "1", "DORA_TOKEN": "secret", "PUSHGATEWAY_URL": url}
        with mock.patch.dict("os.environ", environment), mock.patch("sys.argv", ["dora.py", "staging"]):
            dora.main()
        text = Api.pushed["/metrics/job/mcommerce_dora/environment/staging"]
        values = dict(line.split() for line in text.splitlines() if not line.startswith("#"))
        self.assertEqual(values["mcommerce_dora_deployments"], "2")
        self.assertAlmostEqual(float(values["mcommerce_dora_lead_time_seconds"]), 3600, delta=1)


if __name__ == "__main__":
    unittest.main()
