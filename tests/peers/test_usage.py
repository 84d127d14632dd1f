"""What a real call used, by a running server's own account; through the programs that users have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.peers.conftest import ServerProcess
from tests.peers.phones import OwnCaller

SAID = "This is said in no other call."
"""A greeting that an earlier call has heard is kept, and no engine speaks it anew."""


def used(server: ServerProcess) -> Counter[str]:
    """Amounts by kind, of the demo agent."""
    amounts: Counter[str] = Counter()
    rows: list[dict[str, Any]] = server.get("/api/usage?by=engine&by=agent&agent=demo")["items"]
    for row in rows:
        amounts[row["kind"]] += row["amount"]
    return amounts


def test_a_call_counts_what_it_said_and_lasted(
    server: ServerProcess, own_caller: Callable[..., OwnCaller]
) -> None:
    before, known = used(server), server.ids()
    caller = own_caller(f"sip:demo@{server.sip}", "--seconds", "60")
    server.wait_for("the call", lambda: server.ids() - known)
    (call_id,) = server.ids() - known
    server.wait_for("its answer", lambda: server.records(call_id).get("state") == "answered")
    server.ask("POST", f"/api/telephony/calls/{call_id}/say", {"text": SAID})
    server.wait_for(
        "what is said",
        lambda: SAID in [line["heard"] for line in server.records(call_id)["transcript"]],
    )
    server.ask("POST", f"/api/telephony/calls/{call_id}/hangup")
    caller.report()
    server.newest("demo", known)
    server.wait_for("what the call used", lambda: used(server)["calls"] > before["calls"])
    now = used(server)
    now.subtract(before)
    assert now["calls"] == 1
    assert 1 < now["call_seconds"] < 60
    assert now["tts_characters"] >= len(SAID) and now["tts_seconds"] > 0.5
