"""`voiceforge simulate` by phone: a server of the run's own, real SIP, voices, and a judge."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from callers.voices import Voices
from cli.main import main

DOOR: dict[str, Any] = {
    "format": 1,
    "name": "door",
    "outcomes": ["opened"],
    "variables": [{"name": "pin", "kind": "number"}, {"name": "price"}],
    "keep": {"pin": "pin", "price": "price"},
    "nodes": [
        {"id": "start", "type": "start"},
        {
            "id": "pin", "type": "collect", "variable": "pin", "text": "Your number?",
            "slot": {"kind": "number", "least": 1, "most": 9}, "by": ["keys"],
        },
        {
            "id": "ask", "type": "tool", "save": {"price": "string(result.body.price)"},
            "use": {"kind": "http", "method": "GET", "url": "https://prices.example.com/"},
        },
        {"id": "open", "type": "end_call", "text": "That was ${{ price }}.", "outcome": "opened"},
    ],
    "edges": [
        {"source": "start", "target": "pin", "type": "next"},
        {"source": "pin", "target": "ask", "type": "next"},
        {"source": "ask", "target": "open", "type": "next"},
    ],
}  # fmt: skip


def caller(name: str, price: int, said: int) -> dict[str, Any]:
    """One to whom the world gives this price, and who expects that one."""
    return {
        "name": name,
        "behaviour": {"gap_ms": 200},
        "facts": {"pin": {"asked": ["your number"], "keys": "7"}},
        "world": {"tools": {"ask": {"body": {"price": price}}}},
        "expect": {
            "outcome": "opened", "data": {"pin": 7, "price": str(said)}, "ended_by": "agent",
            "max_turns": 2, "max_dead_air_s": 15.0,
        },
    }  # fmt: skip


@pytest.fixture(autouse=True)
def data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VOICEFORGE_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)


def test_two_callers_at_once_meet_their_worlds_and_one_is_disappointed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A real server, real SIP and keys; the flow's tool is the persona's."""
    path = tmp_path / "door.json"
    path.write_text(json.dumps({"document": DOOR, "personas": [caller("ann", 3, 3), caller("bob", 4, 5)]}))
    out = tmp_path / "failed"
    words = ["--parallel", "2", "--json", "--out", str(out), "--loss", "1"]
    assert main(["simulate", str(path), *words]) == 1
    result = json.loads(capsys.readouterr().out)
    assert result["failed"][0]["failures"] == ['wrong outcome: price is "4", not "5"'], result["failed"]
    assert (result["calls"], result["passed"], result["about"]["by"]) == (2, 1, "phone")
    assert result["about"]["caller_late_p99_ms"] is not None
    assert sorted(each.name for each in out.iterdir()) == ["bob-2.txt", "bob-2.wav"]
    text = (out / "bob-2.txt").read_text()
    assert "caller   /7" in text and "agent   That was $4." in text


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_people_with_voices_book_a_room_in_noise(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    if Voices().missing("slt") or not shutil.which("flite"):
        pytest.skip("flite is not installed")
    booking = Path(__file__).parents[1] / "callers" / "simulated" / "booking.json"
    words = ["--persona", str(booking), "--only", "patient", "--only", "mind", "--calls", "4"]
    assert main(["simulate", "demo", *words, "--noise", "office:25", "--threshold", "0.5", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["all"]["reply_ms"]["n"] > 8 and result["about"]["noise"] == "office:25"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_canary_tells_when_nobody_answers(tmp_path: Path) -> None:
    booking = Path(__file__).parents[1] / "callers" / "simulated" / "booking.json"
    metrics = tmp_path / "canary.prom"
    words = ["--persona", str(booking), "--only", "mind", "--calls", "1", "--metrics", str(metrics)]
    assert main(["simulate", "demo", "--canary", "--server", "sip:demo@127.0.0.1:9", *words]) == 1
    assert 'voiceforge_canary_failed_in_a_row{flow="demo"} 1' in metrics.read_text()
