"""The sentences that operators have written and every call may hear: what of them a voice makes may be kept.

Nothing with a place for a value ({name}) is among them: what stands there may be a caller's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from pydantic import BaseModel

from mediaserver.calls.flow_shelf import FlowShelf
from mediaserver.calls.routes import AgentSpec
from pipelines.assistant.phrases import phrases
from pipelines.conversation.own_words import own_words
from pipelines.spoken.marked import is_ssml
from pipelines.spoken.sentences import split_sentences
from pipelines.spoken.ssml import parse_ssml

LONGEST = 2_000
"""Characters of a text; a longer one is a document."""


def of_agent(agent: AgentSpec, language: str) -> Iterator[str]:
    """Of an agent whose calls begin in this language: its greeting, and what is said in its place while a
    model thinks or fails."""
    yield from sentences(strings_in(agent.assistant))
    own, usual = own_words(language), phrases(language)
    yield from sentences([own.apology, own.surrender, own.goodbye, *own.fillers])
    yield from sentences([usual.greeting, usual.connecting, usual.goodbye, usual.withheld, usual.working])


def of_flow(document: object) -> Iterator[str]:
    """Of a flow: whatever in it is a text, prompts among them."""
    return sentences(strings_in(document))


def prompts_on(shelf: FlowShelf[Any], name: str) -> Iterator[str]:
    """Of the flow of this name, as a new call gets it; nothing where there is none."""
    if name and (found := shelf.first(name)) is not None:
        yield from of_flow(found.compiled.compiled.document)


def sentences(texts: Iterable[str]) -> Iterator[str]:
    """As turn-taking cuts them. Names and expressions have no space, and no use here."""
    for text in texts:
        if "{" not in text and (" " in text or text.endswith((".", "!", "?"))) and len(text) <= LONGEST:
            yield from _marked(text) if is_ssml(text) else split_sentences(text)


def _marked(ssml: str) -> Iterator[str]:
    """Sentences of what somebody wrote as SSML; what cannot be read is none."""
    with suppress(ValueError):
        for segment in parse_ssml(ssml):
            whole = segment.said or segment.phonemes
            yield from [segment.text] if whole else split_sentences(segment.text)


def strings_in(value: object) -> Iterator[str]:
    """All texts in a document, however deep. What is no data is passed over."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str(text):
                yield text
            case Mapping() as table:
                waiting += table.values()
            case list() | tuple() as items:
                waiting += items
            case BaseModel() as model:
                waiting += [getattr(model, name) for name in type(model).model_fields]
            case each if dataclasses.is_dataclass(each) and not isinstance(each, type):
                waiting += [getattr(each, field.name) for field in dataclasses.fields(each)]
            case _:
                pass
