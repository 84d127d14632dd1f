"""`voiceforge simulate` by text: what it prints, keeps and returns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from cli.main import main
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
