"""What a grammar tells a recogniser that knows none."""

from __future__ import annotations

from pipelines.engines.stt.rolling.by_grammar import GrammarView

JSGF = "#JSGF V1.0; grammar when; public <when> = at (two | three) [thirty] [p m];"


def test_its_words_are_hints_and_its_sentences_are_known() -> None:
    grammar = GrammarView({"name": "when", "jsgf": JSGF})
    assert grammar.hints == "at two three thirty p m" and grammar.spells
    assert grammar.verdict("At two thirty.") == {"complete": True, "extensible": True}
    assert grammar.verdict("At two, P M!") == {"complete": True, "extensible": False}
    assert grammar.verdict("at") == {"complete": False, "extensible": False}
    assert grammar.verdict("") == {"complete": False, "extensible": False}


def test_open_speech_and_a_broken_grammar_have_no_verdict() -> None:
    for told in (None, {"name": "x", "jsgf": "no grammar"}):
        grammar = GrammarView(told)
        assert (grammar.hints, grammar.spells, grammar.verdict("yes")) == ("", False, {})
