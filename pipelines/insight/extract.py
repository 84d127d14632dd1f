"""A summary without a model: what the caller said that stands for most of the call, in the caller's words.

Each thing that the caller said is taken with the question that it answers, and ranked by its centrality
among all of them: the stationary weights of a random walk over their likeness in words (LexRank: Erkan and
Radev, "LexRank: Graph-based Lexical Centrality as Salience in Text Summarization", JAIR 22, 2004, in its
continuous form). The walk starts more often at what was said first, which is mostly why somebody calls.
What says the same as one that was chosen is passed over (maximal marginal relevance: Carbonell and
Goldstein, 1998). The same call gives the same words always, and nothing of it leaves the machine.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mediaserver.in_words import fields_in_words
from pipelines.insight.language_words import phrases_of, terms
from pipelines.insight.summary import (
    CHARACTERS,
    SENTENCES,
    CallSummary,
    one_line,
    outcome_by_facts,
    outcome_by_flows,
)
from pipelines.insight.transcript import EndedCall

DAMPING = 0.85
"""Of the walk (the paper's, and PageRank's)."""
STEPS = 50
"""Of the walk; weights change by less than 0.85^50 = 0.0003 after that."""
FIRST_WEIGHT = 3.0
"""How much more often the walk starts at what the caller said first."""
SAME_AGAIN = 0.6
"""How much of its likeness to what was chosen counts against a further one."""
SAME = 0.9
"""What is as like as this to what was chosen says nothing else."""
MOST = 150
"""Exchanges that are compared: a matrix of 150 x 150 costs a millisecond or two."""
QUESTION_CHARACTERS, ANSWER_CHARACTERS = 120, 200
WHOLE_TERMS = 4
"""An answer with fewer terms means nothing without its question."""

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Exchange:
    """Something that the caller said, and what was said to the caller right before."""

    question: str
    answer: str


def extracted(call: EndedCall) -> CallSummary:
    """The summary of a call in its own words; that of one without words says so."""
    words = phrases_of(call.language)
    if not call.caller_spoke:
        return CallSummary(words.nothing, "no conversation")
    made = next((_outcome(each) for each in reversed(call.outcomes)), "")
    said = exchanges(call)
    parts = [_shown(said[at], call.language) for at in _chosen(said, SENTENCES - bool(made), call.language)]
    text = one_line(" ".join([*parts, made]), CHARACTERS)
    return CallSummary(text, outcome_by_facts(call) or outcome_by_flows(call))


def exchanges(call: EndedCall) -> list[Exchange]:
    """What the caller said, each with its question; of a long call its beginning and its end."""
    found, question = [], ""
    for line in call.lines:
        if line.speaker == "caller":
            found.append(Exchange(question, line.text))
            question = ""
        else:
            question = line.text
    return found if len(found) <= MOST else found[: MOST // 3] + found[-(MOST - MOST // 3) :]


def _chosen(said: Sequence[Exchange], most: int, language: str) -> list[int]:
    """Indices of those that stand for the call, in the order in which they were said."""
    bags = [Counter(terms(f"{each.question} {each.answer}", language)) for each in said]
    # What the caller's own words say counts; a long question with "yes" behind it is the agent's.
    answers = [Counter(terms(each.answer, language)) for each in said]
    own = np.array([1.0 - 0.5 ** len(answer) for answer in answers])
    worth, alike = centrality(likeness(bags)) * own, likeness(answers)
    chosen: list[int] = []
    left = [at for at in range(len(said)) if own[at] > 0] or [0]
    while left and len(chosen) < most:
        best = max(left, key=lambda at: (_novel(worth, alike, at, chosen), -at))
        chosen.append(best)
        left = [at for at in left if at != best and alike[at, best] < SAME]
    return sorted(chosen)


def _novel(worth: Matrix, alike: Matrix, at: int, chosen: Sequence[int]) -> float:
    again = max((float(alike[at, other]) for other in chosen), default=0.0)
    return float(worth[at]) * (1.0 - SAME_AGAIN * again)


def likeness(bags: Sequence[Counter[str]]) -> Matrix:
    """Cosines of the texts' terms, those that stand in few of them weighing most; 1 on the diagonal."""
    vocabulary = {term: at for at, term in enumerate(dict.fromkeys(term for bag in bags for term in bag))}
    rare = Counter(term for bag in bags for term in bag.keys())
    rows = np.zeros((len(bags), max(1, len(vocabulary))))
    for at, bag in enumerate(bags):
        for term, times in bag.items():
            rows[at, vocabulary[term]] = times * math.log(1.0 + len(bags) / rare[term])
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    rows /= np.where(norms > 0, norms, 1.0)
    alike: Matrix = rows @ rows.T
    np.fill_diagonal(alike, 1.0)
    return alike


def centrality(alike: Matrix) -> Matrix:
    """The weight of each text: how often the walk is there. They sum to 1."""
    count = len(alike)
    start = np.ones(count)
    start[0] = FIRST_WEIGHT
    start /= start.sum()
    onward = alike / alike.sum(axis=1, keepdims=True)
    weights = start
    for _ in range(STEPS):
        weights = DAMPING * (weights @ onward) + (1.0 - DAMPING) * start
    return weights


def _shown(said: Exchange, language: str) -> str:
    words = phrases_of(language)
    answer = f"{words.caller}: “{one_line(said.answer, ANSWER_CHARACTERS)}”."
    if not said.question or len(terms(said.answer, language)) >= WHOLE_TERMS:
        return answer
    question = one_line(said.question, 10_000)
    if len(question) > QUESTION_CHARACTERS:  # the question itself stands at the end
        question = "…" + question[-QUESTION_CHARACTERS:].partition(" ")[2]
    return f"{words.agent}: “{question}” – {answer}"


def _outcome(made: Mapping[str, Any]) -> str:
    """What a flow achieved, as one sentence."""
    parts = fields_in_words(made["data"])
    status = one_line(f"{made['flow']}: {made['status']}", QUESTION_CHARACTERS)
    return one_line(f"{status} ({parts})" if parts else status, ANSWER_CHARACTERS) + "."
