"""Cuts a stream of text, as a language model gives it, into whole sentences for `Say`.

A voice that is given less than a sentence says it in pieces, each with a sentence's melody and the pause
after it; one that is given the whole answer begins late.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable

from pipelines.engines.protocols import LlmEvent, LlmText
from pipelines.spoken.sentences import SentenceCutter


async def sentences(
    stream: AsyncIterable[LlmEvent | str], *, eager: bool = False
) -> AsyncGenerator[str, None]:
    """Each sentence as soon as the next one has begun, which tells an end from the dot of an abbreviation or
    a decimal; what is left at the end of the stream. `eager`: the first clause of all, too, without waiting
    for its sentence. Of a model's events those that are no text pass by unseen. Whatever the stream raises
    comes after what was whole before it."""
    cutter = SentenceCutter(eager=eager)
    async for event in stream:
        match event:
            case str(piece) | LlmText(text=piece):
                for sentence in cutter.feed(piece) if piece else ():
                    yield sentence
            case _:
                continue
    for sentence in cutter.end():
        yield sentence
