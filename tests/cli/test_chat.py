"""`voiceforge chat`: an agent in text, from a pipe, for people and for programs."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from cli.main import main
from pipelines.engines.protocols import LlmText, LlmToolCall, LlmUsage
from tests.fakes import FakeLlm
from tests.speech import shelf


@pytest.fixture(autouse=True)
def no_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody's own data is looked at."""
    monkeypatch.setenv("VOICEFORGE_DATA", str(tmp_path))


def test_a_booking_by_voice_and_keys_from_a_pipe(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        "sys.stdin", io.StringIO("book a room\nlondon\ntoday\n/1430\nhalf an hour\n/2#\nyes\n")
    )
    assert main(["chat", "demo", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ended"] == "completed by agent"
    assert told["lines"][0]["speaker"] == "agent"
    outcomes = [kept for kept in told["kept"] if kept["record"] == "OutcomeMade"]
    assert [kept["status"] for kept in outcomes] == ["held", "confirmed"]
    assert outcomes[-1]["data"]["time"] == "14:30"


def test_the_end_of_the_input_hangs_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("on sunday\n"))
    assert main(["chat", "examples.hours:OpeningHours"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith("agent   Hello")
    assert shown[-1] == "ended   hung up by the caller"


def test_what_an_agent_says_cannot_act_on_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "rude_of_a_test.py").write_text(
        "from pipelines.conversation.agent import Say, Transfer\n"
        "class Rude:\n"
        "    async def respond(self, said, context):\n"
        "        yield Say('a\\x1b[2J\\u202eb\\nkept    forged')\n"
        "        yield Transfer('sip:\\x9b2J@h')\n"
        "    def heard(self, line, text, cut): ...\n"
        "    def hung_up(self): return ()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO("hello\n"))
    assert main(["chat", "rude_of_a_test:Rude"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(line.isprintable() for line in lines)
    assert lines[:2] == [r"agent   a\x1b[2J\u202eb", "        kept    forged"]
    assert main(["chat", "rude_of_a_test:Rude", "--json"]) == 0
    shown = capsys.readouterr().out
    assert all(line.isprintable() for line in shown.splitlines())
    assert "\u202e" in json.loads(shown)["lines"][0]["text"]


def test_an_agent_that_does_not_exist_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chat", "dmeo"]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "did you mean 'demo'" in error


def test_a_row_of_the_database_is_an_agent_too(
    own_database: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["agents", "set", "demo", "--python", "examples.hours:OpeningHours"]) == 0
    capsys.readouterr()
    monkeypatch.setattr("sys.stdin", io.StringIO("tuesday\n"))
    assert main(["chat", "demo"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown == [
        "agent   Hello, this is the library. On which day do you want to come?",
        "agent   We are open from nine to six. Goodbye.",
        "ended   completed by agent",
    ]


def test_a_row_with_a_model_thinks_with_it(
    own_database: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    (tmp_path / "thinker_of_a_test.py").write_text(
        "from pipelines.conversation.agent import End, Say\n"
        "class Thinker:\n"
        "    def __init__(self, llm): self.llm = llm\n"
        "    async def respond(self, said, context):\n"
        "        async for event in self.llm.stream([]):\n"
        "            yield Say(event.text)\n"
        "        yield End()\n"
        "    def heard(self, line, text, cut): ...\n"
        "    def hung_up(self): return ()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    wise = FakeLlm((LlmText("I think so."),))
    monkeypatch.setattr("pipelines.engines.builtin.registry", lambda: shelf({}, {}, {"wise": wise}))
    row = ["agents", "set", "thinker", "--python", "thinker_of_a_test:Thinker"]
    assert main([*row, "--llm", "wise"]) == 0
    capsys.readouterr()
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert main(["chat", "thinker"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "agent   I think so."
    assert main([*row, "--llm", "wize"]) == 0
    assert main(["chat", "thinker"]) == 1
    assert "did you mean 'wise'" in capsys.readouterr().err
    assert main(row) == 0
    assert main(["chat", "thinker"]) == 1
    assert "thinks with a language model, and none is named" in capsys.readouterr().err


def test_an_assistant_is_talked_to_with_its_tools(
    own_database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wise = FakeLlm(
        (LlmText("Let me look. "), LlmToolCall("c1", "free_tables", {"day": "2026-11-24", "people": 2})),
        (LlmText("At 18:00."), LlmUsage(10, 5, model="wise-1", cost=0.01)),
    )
    monkeypatch.setattr("pipelines.engines.builtin.registry", lambda: shelf({}, {}, {"wise": wise}))
    row = ["agents", "set", "bella", "--assistant", "--tools", "examples.restaurant"]
    assert main([*row, "--llm", "wise"]) == 0
    capsys.readouterr()
    monkeypatch.setattr("sys.stdin", io.StringIO("a table for two\n"))
    assert main(["chat", "bella", "--json"]) == 0
    chat = json.loads(capsys.readouterr().out)
    assert [line["text"] for line in chat["lines"]] == [
        "Hello, how can I help you?",
        "a table for two",
        "Let me look. At 18:00.",
    ]
    assert [kept["kind"] for kept in chat["kept"]] == ["tool", "llm"]
    monkeypatch.setattr("sys.stdin", io.StringIO("hello\n"))
    assert main(row) == 0
    assert main(["chat", "bella"]) == 1
    assert "OPENAI_API_KEY" in capsys.readouterr().err


def test_no_agent_is_wrong_usage() -> None:
    with pytest.raises(SystemExit) as stop:
        main(["chat"])
    assert stop.value.code == 2
