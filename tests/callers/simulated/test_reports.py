"""Reports of runs: figures, comparison, JUnit XML."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from callers.simulated.judging import Judged
from callers.simulated.junit import junit
from callers.simulated.keeping import keep_failure
from callers.simulated.persona import Persona
from callers.simulated.record import MadeOutcome, SimulatedCall, SimulatedLine
from callers.simulated.report import MOST_FAILED, as_json, changes, pass_rate, read_run, write_run


def judged(name: str = "ann", failures: Sequence[str] = (), number: int = 1, said: str = "Hello.") -> Judged:
    call = SimulatedCall(Persona(name=name), number, lines=[SimulatedLine("agent", said)], seconds=0.5)
    call.keep(MadeOutcome("booking", "confirmed", {"place": "London"}))
    call.reply_ms = (100.0, 300.0)
    return Judged(call, tuple(failures), 1)


def test_figures_are_by_persona_and_of_all() -> None:
    result = as_json([judged(), judged("bob", ["said: x", "said: y"])], {"flow": "booking"})
    assert (result["calls"], result["passed"], result["pass_rate"]) == (2, 1, 0.5)
    assert result["personas"]["bob"]["failures"] == {"said": 2}
    assert result["all"]["outcomes"] == {"confirmed": 2}
    assert result["all"]["reply_ms"]["n"] == 4
    assert result["failed"] == [
        {"persona": "bob", "number": 1, "call_id": "", "failures": ["said: x", "said: y"]}
    ]


def test_of_many_failed_calls_some_are_named() -> None:
    result = as_json([judged(failures=["x"])] * (MOST_FAILED + 5), {})
    assert (len(result["failed"]), result["failed_not_shown"]) == (MOST_FAILED, 5)


def test_no_calls_are_no_success() -> None:
    assert pass_rate([]) == 0.0
    assert as_json([], {})["all"]["turns"]["p50"] is None


def test_what_was_not_there_before_is_not_compared() -> None:
    now = as_json([judged(), judged("bob", ["x"]), judged("cid")], {})
    before = as_json([judged(failures=["x"]), judged("bob")], {})
    assert changes(now, before) == {"all": "better", "ann": "better", "bob": "worse"}
    assert changes(now, None) == {}


def test_a_run_that_is_kept_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a" / "run.json"
    assert read_run(path) is None
    result = as_json([judged("Zoë")], {})
    write_run(path, result)
    assert read_run(path) == result
    assert [each.name for each in path.parent.iterdir()] == ["run.json"]


def test_no_text_of_a_call_spoils_the_xml() -> None:
    bad = judged("a\x00<b>&", ["\x1b]]> failed\ud800"], said="\x0b</failure> \ufffe 😀")
    root = ElementTree.fromstring(junit([bad, judged()], 'flow "x"'))
    assert [suite.get("name") for suite in root] == ["a\ufffd<b>&", "ann"]
    failure = root.find(".//failure")
    assert failure is not None and failure.get("message") == "\ufffd]]> failed\ufffd"
    assert "\ufffd</failure> \ufffd 😀" in (failure.text or "")


def test_a_failed_call_is_kept_with_its_sound(tmp_path: Path) -> None:
    tone = np.full(800, 1000, np.int16)
    keep_failure(tmp_path, judged("../../x", ["too late"], 7), tone, tone[:400])
    assert sorted(each.name for each in tmp_path.iterdir()) == ["x-7.txt", "x-7.wav"]
    assert (tmp_path / "x-7.txt").read_text().startswith("../../x, call 7\nFAILED  too late\n")
    keep_failure(tmp_path, judged("...", ["x"], 8), tone[:0], tone[:0])
    assert (tmp_path / "persona-8.txt").exists() and not (tmp_path / "persona-8.wav").exists()
