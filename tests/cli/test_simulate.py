"""`voiceforge simulate` by text: what it prints, keeps and returns."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest

from cli.database import server_database
from cli.main import main
from mediaserver.config import load
from mediaserver.storage import calls, flows, turns
from mediaserver.storage.records import CallAnswered, CallEnded, CallStarted, TurnSaid
from pipelines.engines.protocols import LlmEvent, LlmText
from tests.fakes import FakeLlm
from tests.speech import shelf

BOOKING = Path(__file__).parents[1] / "callers" / "simulated" / "booking.json"


@pytest.fixture(autouse=True)
def data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Nobody's own data is looked at."""
    monkeypatch.setenv("VOICEFORGE_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def personas(tmp_path: Path, *values: dict[str, Any]) -> str:
    path = tmp_path / "personas.json"
    path.write_text(json.dumps(list(values)))
    return str(path)


def simulate(*words: str) -> int:
    return main(["simulate", "demo", "--text", *words])


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(capsys.readouterr().out)
    return value


GONE = {"name": "gone", "expect": {"outcome": ""}, "behaviour": {"hangs_up_after": 1}}
WRONG = {**GONE, "name": "wrong \x1b[2J[red]", "expect": {"outcome": "confirmed"}}


def test_a_run_of_every_temperament_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate("--persona", str(BOOKING), "--calls", "21") == 0
    shown = capsys.readouterr().out
    assert "21 of 21 calls to demo passed (100.0%), by text" in shown
    assert "confirmed 18, none 3" in shown


def test_the_same_seed_is_the_same_run(capsys: pytest.CaptureFixture[str]) -> None:
    figures = []
    for seed in ("3", "3", "4"):
        simulate("--persona", str(BOOKING), "--calls", "14", "--seed", seed, "--json")
        result = told(capsys)
        figures.append([result["all"][name] for name in ("turns", "repetitions", "interruptions")])
    assert figures[0] == figures[1] != figures[2]


def test_failed_calls_are_kept_and_fail_the_build(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, data: Path
) -> None:
    path = personas(tmp_path, GONE, WRONG)
    junit = tmp_path / "junit.xml"
    assert simulate("--persona", path, "--junit", str(junit), "--calls", "4") == 1
    shown = capsys.readouterr().out
    assert "\x1b[2J" not in shown and "call 2: outcome none, not confirmed" in shown
    kept = sorted(each.name for each in (data / "simulations" / "demo-text").glob("*/*"))
    assert kept == ["wrong-2J-red-2.txt", "wrong-2J-red-4.txt"]
    text = next((data / "simulations").rglob("*-2.txt")).read_text()
    assert "FAILED  outcome none, not confirmed" in text and "agent   Hello" in text and "\x1b" not in text
    root = ElementTree.parse(junit).getroot()
    assert (root.get("tests"), root.get("failures")) == ("4", "2")
    failure = root.find("./testsuite/testcase/failure")
    assert failure is not None and failure.get("message") == "outcome none, not confirmed"


def test_a_threshold_says_how_many_must_pass(tmp_path: Path) -> None:
    path = personas(tmp_path, GONE, WRONG)
    assert simulate("--persona", path, "--threshold", "0.5") == 0
    assert simulate("--persona", path, "--threshold", "0.51") == 1


def test_a_run_is_compared_with_the_one_before(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = personas(tmp_path, GONE, {**GONE, "name": "other", "expect": {"outcome": "confirmed"}})
    simulate("--persona", path, "--json")
    assert told(capsys)["changes"] == {}
    path = personas(tmp_path, GONE, {**GONE, "name": "other"})
    simulate("--persona", path, "--json")
    assert told(capsys)["changes"] == {"all": "better", "gone": "same", "other": "better"}
    path = personas(tmp_path, {**GONE, "expect": {"outcome": "x"}})
    simulate("--persona", path)
    assert "1/1 → 0/1" in capsys.readouterr().out


def test_a_run_before_that_cannot_be_read_is_none(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, data: Path
) -> None:
    path = personas(tmp_path, GONE)
    simulate("--persona", path)
    kept = data / "simulations" / "demo-text.json"
    for spoilt in ("{", "[]", '{"all": 4, "personas": {}}', '{"all": {"calls": "x"}, "personas": {}}'):
        kept.write_text(spoilt)
        assert simulate("--persona", path) == 0
    assert json.loads(kept.read_text())["passed"] == 1


def test_old_folders_of_failed_calls_go(tmp_path: Path, data: Path) -> None:
    kept = data / "simulations" / "demo-text"
    for day in range(10, 25):
        (kept / f"2020-01-{day}").mkdir(parents=True)
    simulate("--persona", personas(tmp_path, WRONG))
    names = sorted(each.name for each in kept.iterdir())
    assert len(names) == 10 and names[0] == "2020-01-16"


def test_failed_calls_go_where_they_are_wanted(tmp_path: Path, data: Path) -> None:
    simulate("--persona", personas(tmp_path, WRONG), "--out", str(tmp_path / "a" / "b"))
    assert [each.name for each in (tmp_path / "a" / "b").iterdir()] == ["wrong-2J-red-1.txt"]
    assert not (data / "simulations" / "demo-text").exists()


def test_personas_are_chosen_by_name_and_by_tag(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = personas(tmp_path, GONE, {**GONE, "name": "deaf", "tags": ["phone"]}, {**GONE, "name": "ann"})
    assert simulate("--persona", path, "--json") == 0
    assert set(told(capsys)["personas"]) == {"gone", "ann"}
    assert simulate("--persona", path, "--only", "AN", "--json") == 0
    assert set(told(capsys)["personas"]) == {"ann"}
    assert simulate("--persona", path, "--only", "deaf") == 1
    assert "every persona is tagged" in capsys.readouterr().err
    assert simulate("--persona", path, "--only", "zoe") == 1
    assert "no persona's name holds zoe; there are gone, deaf, ann" in capsys.readouterr().err


def test_a_model_plays_the_callers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    answers = ['{"say": "book a room"}', '{"press": "4"}', "hm", '{"hang_up": true}']
    script: list[list[LlmEvent]] = [[LlmText(text)] for text in answers]
    monkeypatch.setattr(
        "pipelines.engines.builtin.registry", lambda: shelf({}, {}, {"clever": FakeLlm(*script)})
    )
    persona = {"name": "ann", "tags": ["model"], "expect": {"ended_by": "caller", "outcome": ""}}
    assert simulate("--persona", personas(tmp_path, persona), "--llm", "clever", "--json") == 0
    result = told(capsys)
    assert result["about"]["llm"] == "clever" and result["all"]["turns"]["p50"] == 3


def test_a_model_may_judge_besides(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    script: list[list[LlmEvent]] = [[LlmText('{"objection": "it was rude"}')], [LlmText('{"objection": ""}')]]
    engines = shelf({}, {}, {"strict": FakeLlm(*script)})
    monkeypatch.setattr("pipelines.engines.builtin.registry", lambda: engines)
    assert simulate("--persona", personas(tmp_path, GONE), "--judge", "strict", "--calls", "2", "--json") == 1
    result = told(capsys)
    assert result["passed"] == 1
    assert result["failed"][0]["failures"] == ["the model that judges: it was rude"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--persona", "nobody.json"], "cannot read nobody.json: No such file"),
        (["--junit", "/nowhere/x.xml"], "/nowhere/x.xml cannot be written"),
        (["--out", "/proc/x"], "/proc/x cannot be made"),
        (["--loss", "3"], "leave out --text"),
        (["--server", "sip:x@y"], "leave out --text"),
        (["--noise", "babble:15"], "leave out --text"),
    ],
)
def test_what_cannot_be_run_says_why(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate(*words) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["--noise", "rain:5"],
        ["--noise", "babble"],
        ["--loss", "101"],
        ["--calls", "0"],
        ["--threshold", "2"],
        ["--parallel", "many"],
    ],
)
def test_wrong_usage_is_told_as_such(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        simulate(*words)
    assert ended.value.code == 2


def test_a_flow_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "nowhere:Nobody", "--text", "--persona", str(BOOKING)]) == 1
    assert "nowhere" in capsys.readouterr().err
    assert main(["simulate", "nowhere", "--text"]) == 1
    assert "nowhere is no flow and no agent of this database" in capsys.readouterr().err


# ---- flows that are drawn

FLOW: dict[str, Any] = {
    "format": 1,
    "name": "door",
    "outcomes": ["opened", "closed"],
    "variables": [{"name": "pin", "kind": "number"}],
    "keep": {"pin": "pin"},
    "nodes": [
        {"id": "start", "type": "start"},
        {
            "id": "pin", "type": "collect", "variable": "pin", "text": "Your number?",
            "slot": {"kind": "number", "least": 1, "most": 9}, "by": ["keys"],
        },
        {"id": "open", "type": "end_call", "text": "The door is open. That was $5.", "outcome": "opened"},
        {"id": "bye", "type": "end_call", "text": "Goodbye.", "outcome": "closed"},
    ],
    "edges": [
        {"source": "start", "target": "pin", "type": "next"},
        {"source": "pin", "target": "open", "type": "expression", "when": "pin == 7"},
        {"source": "pin", "target": "bye", "type": "next"},
    ],
}  # fmt: skip
SEVEN = {
    "name": "seven",
    "facts": {"pin": {"asked": ["your number"], "keys": "7"}},
    "expect": {"outcome": "opened", "data": {"pin": 7}, "ended_by": "agent"},
}


def drawn(tmp_path: Path, value: Any) -> str:
    path = tmp_path / "door.json"
    path.write_text(json.dumps(value))
    return str(path)


def test_a_file_brings_its_flow_and_its_personas(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["simulate", drawn(tmp_path, {"document": FLOW, "personas": [SEVEN]}), "--text"]) == 0
    assert "1 of 1 calls to door passed" in capsys.readouterr().out
    path = personas(tmp_path, SEVEN)
    assert main(["simulate", drawn(tmp_path, FLOW), "--text", "--persona", path]) == 0


def test_a_price_that_stands_in_the_flow_is_none_that_was_made_up(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    other = json.loads(json.dumps(FLOW))
    other["nodes"][2]["text"] = "That was {{ '$' }}{{ pin }}8."
    assert main(["simulate", drawn(tmp_path, {"document": other, "personas": [SEVEN]}), "--text"]) == 1
    assert "named an amount that it has from nowhere: 78" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [("{", "is no JSON"), ("[]", "is no flow"), ('{"format": 1}', "no document of a flow")],
)
def test_a_file_that_is_no_flow_says_why(
    text: str, said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    assert main(["simulate", str(path), "--text"]) == 1
    assert said in capsys.readouterr().err


def test_every_version_of_a_flow_of_the_database_can_be_called(
    own_database: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    newer = json.loads(json.dumps(FLOW))
    newer["edges"][1]["when"] = "pin == 8"
    asyncio.run(_saved(FLOW, newer))
    path = personas(tmp_path, SEVEN)
    found = []
    for words in ([], ["--version", "1"], ["--version", "2"]):
        code = main(["simulate", "door", "--text", "--persona", path, "--json", *words])
        found.append((code, told(capsys)["about"]["version"]))
    assert found == [(1, 2), (0, 1), (1, 2)]
    assert main(["simulate", "door", "--text", "--persona", path, "--version", "3"]) == 1
    assert "the flow door has no version 3" in capsys.readouterr().err


async def _saved(*documents: dict[str, Any]) -> None:
    async with server_database(load()) as connection:
        for document in documents:
            await flows.save(connection, "door", document, state="valid")


# ---- past calls


def test_past_calls_are_played_again(
    own_database: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["simulate", "demo", "--replay"]) == 1
    assert "no call to demo is kept" in capsys.readouterr().err
    asyncio.run(_called())
    assert main(["simulate", "demo", "--replay", "--json"]) == 1
    result = told(capsys)
    assert (result["calls"], result["same"], result["outcome_changed"]) == (2, 1, 0)
    (different,) = result["different"]
    assert (different["turn"], different["caller"]) == (1, "book a room")
    assert different["before"] == "Which room?" and different["now"].startswith("Which office")
    assert main(["simulate", "demo", "--replay", "--threshold", "0.5"]) == 0
    shown = capsys.readouterr().out
    assert "before  Which room?" in shown and "1 of 2 calls to demo go as they went" in shown
    assert main(["simulate", "demo", "--replay", "--since", "1d"]) == 1
    assert "no call to demo is kept since then" in capsys.readouterr().err


async def _called() -> None:
    """Two calls in which the desk asked for the office, once in other words."""
    first = "Hello, this is the room desk. To reserve a meeting room, say: book a room."
    began = datetime(2026, 11, 2, 12, tzinfo=UTC)
    async with server_database(load()) as connection:
        for number, asked in enumerate(
            ("Which office would you like? For example Mountain View, or London.", "Which room?")
        ):
            call = UUID(int=number + 1)
            await calls.started(
                connection,
                CallStarted(call, "inbound", "sip:a@b", "sip:demo@b", "agent", began, "demo", 1),
                None,
            )
            await calls.answered(connection, CallAnswered(call, began))
            said = [("agent", first), ("caller", "book a room"), ("agent", asked)]
            for index, (speaker, text) in enumerate(said):
                at = 3_000 * index
                await turns.said(connection, TurnSaid(call, index, speaker, text, text, at, at + 1_000))
            await calls.ended(connection, CallEnded(call, began, "caller", "hangup", None))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--replay", "--llm", "x"], "leave out --persona, --server, --llm and --canary"),
        (["--replay", "--since", "yesterday"], "give a date"),
        (["--text", "--since", "7d"], "--since says which calls to --replay"),
        (["--canary"], "name it with --server"),
        (["--canary", "--server", "sip:demo@127.0.0.1", "--llm", "x"], "are scripted"),
        (["--text", "--alert", "https://x.example"], "are a --canary's"),
        (["--canary", "--server", "sip:demo@127.0.0.1", "--metrics", "/nowhere/x"], "/nowhere/x cannot be"),
    ],
)
def test_options_that_say_nothing_together_are_refused(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", "demo", *words]) == 1
    assert said in capsys.readouterr().err
