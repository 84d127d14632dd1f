"""What stands in deploy/ for Grafana and Prometheus: drawn anew, checked by Prometheus' own tool."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests import dashboard

RULES = dashboard.ROOT / "deploy" / "prometheus"
OWN = dashboard.ROOT / "build" / "promtool" / "promtool"
PROMTOOL = str(OWN) if OWN.exists() else shutil.which("promtool")
needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason="promtool is missing: scripts/setup.sh promtool")


def promtool(*words: str, folder: Path = RULES) -> subprocess.CompletedProcess[str]:
    assert PROMTOOL is not None
    return subprocess.run(
        [PROMTOOL, *words], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


def test_the_dashboard_is_as_it_is_drawn() -> None:
    mend = "run python -m tests.dashboard --write"
    assert dashboard.FILE.read_text() == dashboard.drawn(), mend


def test_each_panel_asks_for_something_and_has_a_place_of_its_own() -> None:
    panels = [each for each in json.loads(dashboard.FILE.read_text())["panels"] if each["type"] != "row"]
    places = {(each["gridPos"]["x"], each["gridPos"]["y"]) for each in panels}
    assert len(places) == len({each["id"] for each in panels}) == len(panels) >= 20
    assert all(each["targets"] and each["description"] for each in panels)


@needs_promtool
def test_the_alert_rules_are_rules() -> None:
    checked = promtool("check", "rules", "alerts.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr


@needs_promtool
def test_each_alert_fires_where_it_is_to_and_nowhere_else() -> None:
    tested = promtool("test", "rules", "alerts_test.yml")
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_each_alert_has_a_case_in_which_it_fires_and_one_in_which_it_is_silent() -> None:
    alerts = re.findall(r"- alert: (\w+)", (RULES / "alerts.yml").read_text())
    silent, _, firing = (RULES / "alerts_test.yml").read_text().partition("everything is wrong")
    for name in alerts:
        assert f"alertname: {name}," in silent and f"alertname: {name}\n" in firing


@needs_promtool
def test_what_the_dashboard_asks_is_promql(tmp_path: Path) -> None:
    queries = [each for each in dashboard.expressions(json.loads(dashboard.FILE.read_text()))]
    plain = [
        each.replace("$__rate_interval", "5m") for each in queries if not each.startswith("label_values")
    ]
    rules = [{"record": f"query:{number}", "expr": each} for number, each in enumerate(plain)]
    (tmp_path / "queries.yml").write_text(json.dumps({"groups": [{"name": "queries", "rules": rules}]}))
    checked = promtool("check", "rules", "queries.yml", folder=tmp_path)
    assert checked.returncode == 0 and f"{len(plain)} rules found" in checked.stdout, checked.stderr


def test_series_are_known_by_the_types_that_are_declared() -> None:
    exposed = "# TYPE a_total counter\n# TYPE b histogram\n# TYPE c gauge\n"
    assert dashboard.metrics_shown(exposed) == {"a_total", "b_bucket", "b_sum", "b_count", "c"}
    assert dashboard.metrics_named(["rate(voiceforge_x_total[5m]) / voiceforge_y"]) == {
        "voiceforge_x_total", "voiceforge_y",
    }  # fmt: skip
