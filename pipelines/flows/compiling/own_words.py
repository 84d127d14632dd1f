"""What a flow says of its own accord: a document's own words, and the usual ones for the rest."""

from __future__ import annotations

from dataclasses import fields, replace
from string import Formatter
from typing import Any

from pipelines.flows.document.document import Document
from pipelines.flows.model import Flow, Prompt
from pipelines.flows.phrases import TROUBLES, Phrases
from pipelines.flows.phrases_by_language import phrases_in

_NAMES = frozenset(each.name for each in fields(Phrases)) - {"troubles"}
START = "begin"
"""The dialogue's node before the first one is entered."""


def flow_words(document: Document) -> Flow:
    """The flow as the dialogue knows it: without slots, and with no node but the one before the first."""
    defaults = document.defaults
    return Flow(
        document.name,
        START,
        {START: Prompt(START, "", "")},
        {},
        defaults.give_up,
        defaults.callback,
        defaults.called_back,
        defaults.unconfirmed,
        _phrases(document),
        document.defaults.language or "en",
    )


def word_problems(document: Document) -> list[str]:
    """What is wrong with a document's own words."""
    problems = []
    for name, text in document.defaults.phrases.items():
        if name not in _NAMES and name not in TROUBLES:
            known = ", ".join(sorted({*_NAMES, *TROUBLES}))
            problems.append(f"defaults.phrases: there is no phrase '{name}': known are {known}")
        if not _plain(text):
            problems.append(f"defaults.phrases.{name}: braces hold {{value}} or nothing")
    return problems


def _plain(text: str) -> bool:
    """Whether Python's formatting of it says no more than the value: neither attributes of it, nor as wide as
    `{value:>999999999}`."""
    try:
        named = [found[1:] for found in Formatter().parse(text) if found[1] is not None]
    except ValueError:
        return False
    return all(each == ("value", "", None) for each in named)


def _phrases(document: Document) -> Phrases:
    own = document.defaults.phrases
    named: dict[str, Any] = {name: text for name, text in own.items() if name in _NAMES}
    troubles = {kind: text for kind, text in own.items() if kind in TROUBLES}
    usual = phrases_in(document.defaults.language)
    return replace(usual, **named, troubles={**usual.troubles, **troubles})
