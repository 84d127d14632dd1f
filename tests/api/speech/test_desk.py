"""What keeps requests for speech from taking more than their share."""

from __future__ import annotations

import asyncio
import json

import pytest

from api.speech.sending import json_in_pieces
from api.speech_desk import FREE_PIECES, PIECE_S, PiecePace, RequestPlaces
from mediaserver.errors import CapacityError


async def test_places_are_given_in_turn_and_never_to_more_than_wait() -> None:
    places = RequestPlaces("texts are spoken", 1, 1)
    order: list[str] = []
    leave = asyncio.Event()

    async def visit(name: str) -> None:
        async with places.place():
            order.append(name)
            await leave.wait()

    first, second = asyncio.create_task(visit("first")), asyncio.create_task(visit("second"))
    await asyncio.sleep(0)
    assert order == ["first"]
    with pytest.raises(CapacityError, match="too many texts are spoken"):
        places.check()
    with pytest.raises(CapacityError):
        await visit("third")
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    places.check()
    leave.set()
    await first
    await visit("fourth")
    assert order == ["first", "fourth"]


async def test_the_beginning_of_a_text_waits_for_nobody_and_its_rest_for_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    pace = PiecePace(now=lambda: 1000.0)
    monkeypatch.setattr(asyncio, "sleep", sleep)
    for sent in range(FREE_PIECES):
        await pace.wait(sent)
    assert slept == []
    for _ in range(10):  # of several texts
        await pace.wait(FREE_PIECES)
    assert slept == pytest.approx([sent * PIECE_S for sent in range(10)])


def test_long_lists_are_written_as_json_has_them() -> None:
    content = {"text": 'a\n"', "list": [{"a": 1.5, "b": None}, "é"], "empty": [], "none": None}
    assert json.loads(json_in_pieces(content)) == content
