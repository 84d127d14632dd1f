"""What a real call used, by a running server's own account; through the programs that users have."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from mediaserver.settings.engines import usual_voices
from tests.peers.conftest import ServerProcess

VOICE = usual_voices()[0]


def used(server: ServerProcess) -> dict[tuple[str, str], float]:
    """Amounts by kind and engine, of the demo agent."""
    rows: list[dict[str, Any]] = server.get("/api/usage?by=engine&by=agent&agent=demo")["items"]
    return {(row["kind"], row["engine"]): row["amount"] for row in rows}


def test_a_call_counts_what_it_heard_said_and_lasted(server: ServerProcess) -> None:
    before, known = used(server), server.ids()
    words = [sys.executable, "-m", "mediaserver", "call", f"sip:demo@{server.sip}", "--seconds", "4"]
    called = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert called.returncode == 0, called.stderr
    server.newest("demo", known)

    def counted() -> dict[tuple[str, str], float]:
        now = used(server)
        return {each: amount - before.get(each, 0) for each, amount in now.items()}

    def whole() -> bool:
        return counted().get(("calls", ""), 0) > 0 and used(server).get(("tts_seconds", VOICE), 0) > 0

    server.wait_for("what the call used", whole)
    now, ever = counted(), used(server)
    assert now["calls", ""] == 1
    assert 2 < now["call_seconds", ""] < 30
    # A greeting that an earlier call has heard is kept, and then nothing speaks it anew.
    assert ever["tts_characters", VOICE] > 10 and ever["tts_seconds", VOICE] > 0.5
