"""Every cutter of texts knows the dots that end no sentence: they ask one place."""

from __future__ import annotations

import pytest

from pipelines.engines.finish.clauses import clauses as by_clause
from pipelines.engines.tts.neural.worker.clauses import clauses as neural
from pipelines.engines.tts.streamed.texts import pieces as streamed
from pipelines.engines.tts.worker.pieces import pieces as small

NAMES = ("Dr. Smith", "Prof. Maria J. Gomez", "Acme Inc. of Ohio", "Mme. Durand", "the 3.5 p.m. train")


def cuts(text: str) -> list[list[str]]:
    return [
        [piece for _, piece in by_clause(text)],
        [clause.text for clause in neural(text)],
        streamed(text, len(text) - 5),
        [piece for _, piece in small(text)],
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_with_a_dot_is_not_cut(name: str) -> None:
    text = f"I have put you through to the office of {name} upstairs. It takes a while, please wait."
    for pieces in cuts(text):
        assert any(name in piece for piece in pieces), pieces


def test_sentences_are_cut() -> None:
    text = (
        "I have put you through to the office of the doctor now. It takes a while, so please hold the line."
    )
    for pieces in cuts(text):
        assert len(pieces) == 2 and pieces[0].strip().endswith("now."), pieces
