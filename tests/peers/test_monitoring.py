"""A running server shows every metric that its dashboard and alerts ask for."""

from __future__ import annotations

import json
import urllib.request

from tests import dashboard
from tests.peers.conftest import ServerProcess
from tests.test_monitoring import RULES


def test_dashboard_and_alerts_ask_for_nothing_that_is_not_there(server: ServerProcess) -> None:
    with urllib.request.urlopen(f"{server.http}/metrics", timeout=10) as reply:  # loopback only
        shown = dashboard.metrics_shown(reply.read().decode())
    drawn = dashboard.expressions(json.loads(dashboard.FILE.read_text()))
    assert dashboard.metrics_named(drawn) - shown == set()
    assert dashboard.metrics_named([(RULES / "alerts.yml").read_text()]) - shown == set()
