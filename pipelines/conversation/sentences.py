"""Cuts a stream of text, as a language model gives it, into whole sentences for `Say`.

A voice that is given less than a sentence says it in pieces, each with a sentence's melody and the pause
after it; one that is given the whole answer begins late.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable

from pipelines.conversation.spoken_forms import split_sentences
from pipelines.engines.protocols import LlmEvent, LlmText


async def sentences(stream: AsyncIterable[LlmEvent | str]) -> AsyncGenerator[str, None]:
    """Each sentence as soon as the next one has begun, which tells an end from the dot of an abbreviation or
    a decimal; what is left at the end of the stream. Of a model's events those that are no text pass by
    unseen. Whatever the stream raises comes after what was whole before it."""
    text = ""
    async for event in stream:
        match event:
            case str(piece) | LlmText(text=piece):
                text += piece
            case _:
                continue
        if piece:
            *whole, text = _split(text)
            for sentence in whole:
                yield sentence
    for sentence in split_sentences(text):
        yield sentence


def _split(text: str) -> list[str]:
    """Its sentences, and what may go on: from the beginning of the last one, with the space behind it."""
    *whole, last = split_sentences(text) or [""]
    return [*whole, text[text.rindex(last) :] if last else text]
