"""`voiceforge bench conversation`: its options, its result file, and the table in the page."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from callers.cases.families import ABOUT as FAMILIES
from callers.cases.scenery import Scenery
from callers.cases.script import Case
from callers.cases.tally import Result, as_json
from callers.cases.verdict import Measured
from callers.voices import Voices
from cli import bench
from cli.bench.conversation import _by_reason, _commit, _prepared, agent_row, drawn
from cli.bench.conversation_page import read_page, read_result, table, written
from cli.bench.scripted_agents import AGENTS, PASSAGES, Messenger, ReadingAgent
from mediaserver.errors import VoiceForgeError
from pipelines.agents import load
from pipelines.conversation.agent import Answered, Context, End, Say, Utterance
from tests.fakes import CALL_ID
from tests.mediaserver.calls import rows

ABOUT = {"commit": "abc", "date": "2026-11-22", "machine": "m", "parallel": 8, "left_out": {}}


def outcome(*measured: Measured) -> dict[str, Any]:
    results = [Result(Case("coughs", str(n), ()), m) for n, m in enumerate(measured)]
    return as_json(results, ABOUT)


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    bench.add_parser(parser.add_subparsers())
    return parser.parse_args(["bench", "conversation", *words])


def test_options() -> None:
    args = parsed("--only", "echo", "pauses", "--parallel", "4", "--seeds", "1")
    assert (args.only, args.case, args.parallel, args.seeds) == (["echo", "pauses"], [], 4, 1)
    assert (args.keep, args.save, args.before, args.page, args.quick) == (None, None, None, None, False)
    with pytest.raises(SystemExit):
        parsed("--parallel", "0")


def test_the_names_of_cases_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.run(parsed("--list", "--case", "short-words/stop")) == 0
    assert "short-words/stop/1" in capsys.readouterr().out.split()


def test_a_name_that_no_case_has_is_said() -> None:
    with pytest.raises(VoiceForgeError, match="families are"):
        bench.run(parsed("--only", "nothing of the kind"))


def test_a_miss_is_not_rounded_into_a_hit() -> None:
    text = table(outcome(Measured(interruptions=10_000, taken=9_999, sounds=10_000, wrongly_taken=1)), None)
    assert "| 99.9 % | 0.1 % |" in text


def test_before_and_now_stand_beside_each_other() -> None:
    before = outcome(Measured(("x",), sounds=4, wrongly_taken=2, resumed_soon=1))
    now = outcome(Measured(sounds=4, wrongly_taken=0, resumed_soon=4))
    text = table(now, before)
    assert "0/1 → 1/1" in text and "50 % → 0 %" in text and "25 % → 100 %" in text
    assert "before: commit abc" in drawn(now, before)


def test_the_table_goes_between_its_marks_and_nowhere_else(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    page = "top\n<!-- conversation -->\nold\n<!-- /conversation -->\nbottom\n"
    path.write_text(page)
    assert written(read_page(path), "new") == page.replace("old", "new")


@pytest.mark.parametrize(
    ("option", "place", "why"),
    [
        ("--page", "empty.md", "no place for the table"),
        ("--page", "absent.md", "is no page"),
        ("--save", "absent/now.json", "cannot be written"),
        ("--save", ".", "cannot be written"),
        ("--keep", "empty.md", "cannot be made"),
        ("--cache", "empty.md/speech", "cannot be made"),
    ],
)
def test_what_cannot_be_written_after_the_last_call_is_said_before_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, place: str, why: str
) -> None:
    monkeypatch.setattr("cli.bench.conversation.Scenery", None)  # nothing is made ready
    (tmp_path / "empty.md").touch()
    with pytest.raises(VoiceForgeError, match=why):
        bench.run(parsed("--quick", option, str(tmp_path / place)))


def test_a_run_without_git_has_its_figures_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert _commit() == "?"


def test_all_reasons_why_nothing_can_be_played_are_said(tmp_path: Path) -> None:
    stage = Scenery(Voices(cache=tmp_path, recordings=tmp_path))
    stage.voices.missing = lambda voice: f"no {voice}"  # type: ignore[method-assign]
    cases = [Case("coughs", "x", (), voice="slt"), Case("coughs", "y", (), voice="recorded")]
    with pytest.raises(VoiceForgeError, match="nothing can be played here: no slt; no recorded"):
        _prepared(cases, stage, lambda: None)


def test_missing_recordings_are_said_with_the_folder_where_they_should_be(tmp_path: Path) -> None:
    assert str(tmp_path) in Voices(cache=tmp_path, recordings=tmp_path).missing("recorded")


def test_what_is_left_out_is_told_once_for_each_reason() -> None:
    left_out = {"coughs/x/1": "no flite", "coughs/x/2": "no flite", "echo/y/1": "no people"}
    assert _by_reason(left_out) == {"no flite": ["coughs/x"], "no people": ["echo/y"]}


def test_a_result_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text(json.dumps(outcome(Measured())))
    assert read_result(path)["families"]["all"]["cases"] == 1


@pytest.mark.parametrize("text", ["", "[]", '{"families": 1}', '{"families": {"all": {}}}', "\x00"])
def test_what_is_no_result_file_is_refused_in_words(tmp_path: Path, text: str) -> None:
    path = tmp_path / "r.json"
    path.write_text(text)
    with pytest.raises(VoiceForgeError, match="no result"):
        read_result(path)


def test_a_missing_result_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(VoiceForgeError, match="no result"):
        read_result(tmp_path / "absent.json")


def test_what_cannot_be_said_here_is_left_out_with_its_reason(tmp_path: Path) -> None:
    stage = Scenery(Voices(cache=tmp_path, recordings=tmp_path))
    cases = [Case("coughs", "x", ()), Case("coughs", "y", (), voice="recorded")]
    stage.voices.missing = lambda voice: "no people" if voice == "recorded" else ""  # type: ignore[method-assign]
    left_out = _prepared(cases, stage, lambda: None)
    assert left_out == {"coughs/y/1": "no people"}


def test_every_scripted_agent_can_be_loaded() -> None:
    for name in AGENTS.values():
        load(f"cli.bench.scripted_agents:{name}")


async def test_the_reader_reads_on_and_the_messenger_ends() -> None:
    context = Context(CALL_ID, 1)
    reader = ReadingAgent()
    first = [a async for a in reader.respond(Answered(), context)]
    assert Say(PASSAGES[0]) in first
    told = [a async for a in reader.respond(Utterance("stop"), context)]
    assert told[1:] == [Say("All right."), Say(PASSAGES[1])]
    assert [a async for a in Messenger().respond(Answered(), context)][-1] == End()


def test_every_family_is_explained_in_the_page() -> None:
    page = (Path(__file__).parents[2] / "docs" / "conversation.md").read_text()
    assert all(f"| {family} | {about} |" in page for family, about in FAMILIES.items())


def test_the_rows_of_our_own_agents_have_all_columns() -> None:
    columns = rows.agent("any").keys() - {"id", "version"}
    assert all(agent_row(name).keys() == columns for name in AGENTS)
