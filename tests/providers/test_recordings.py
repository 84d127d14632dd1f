"""A recording piece by piece, or nothing at all."""

from __future__ import annotations

from typing import Any

import pytest

from mediaserver.errors import FetchError, FetchFault, ProviderFault, TelephonyError
from mediaserver.fetching.answer import FetchAnswer
from mediaserver.fetching.protocols import Take
from mediaserver.fetching.request import FetchRequest
from providers.recordings import WAITING, pieces

REQUEST = FetchRequest("https://media.example.com/x.wav")


class Saved:
    """Hands over these pieces, then this answer."""

    def __init__(self, given: list[bytes], status: int = 200, error: FetchError | None = None) -> None:
        self.given, self.status, self.error = given, status, error
        self.taken = 0
        self.ended = False

    async def download(self, request: FetchRequest, take: Take, **limits: Any) -> FetchAnswer:
        try:
            for piece in self.given:
                await take(piece)
                self.taken += 1
            if self.error is not None:
                raise self.error
            return FetchAnswer(self.status, {"content-type": "text/html"}, b"", 1)
        finally:
            self.ended = True


async def got(saved: Saved) -> bytes:
    return b"".join([piece async for piece in pieces(saved, REQUEST)])


async def test_wav_and_mp3_come_as_they_are() -> None:
    assert await got(Saved([b"RI", b"", b"FF1234", b"5"])) == b"RIFF12345"
    assert await got(Saved([b"ID3\x04rest"])) == b"ID3\x04rest"
    assert await got(Saved([b"\xff\xfb\x90\x00rest"])) == b"\xff\xfb\x90\x00rest"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, ProviderFault.REFUSED),
        (401, ProviderFault.KEY),
        (403, ProviderFault.KEY),
        (404, ProviderFault.REFUSED),
        (429, ProviderFault.LIMIT),
        (503, ProviderFault.DOWN),
    ],
)
async def test_a_page_is_no_recording(status: int, kind: ProviderFault) -> None:
    with pytest.raises(TelephonyError) as caught:
        await got(Saved([b"<html>", b"x" * 100_000], status))

    assert caught.value.kind is kind


@pytest.mark.parametrize("given", [[], [b""], [b"RI"]])
async def test_too_little_is_no_recording(given: list[bytes]) -> None:
    with pytest.raises(TelephonyError):
        await got(Saved(given))


async def test_what_breaks_off_is_an_error_behind_what_came() -> None:
    broken = FetchError("the answer breaks off", FetchFault.BAD_ANSWER)
    heard = []

    with pytest.raises(TelephonyError, match="breaks off") as caught:
        async for piece in pieces(Saved([b"RIFF1"], error=broken), REQUEST):
            heard.append(piece)

    assert heard == [b"RIFF1"] and caught.value.kind is ProviderFault.DOWN


async def test_an_address_that_we_do_not_go_to_is_no_fault_of_the_provider() -> None:
    refused = FetchError("10.0.0.1 is private", FetchFault.REFUSED_ADDRESS)

    with pytest.raises(TelephonyError) as caught:
        await got(Saved([], error=refused))

    assert caught.value.kind is ProviderFault.REFUSED and not caught.value.retryable


async def test_whoever_stops_reading_stops_the_fetching() -> None:
    saved = Saved([b"RIFF"] + [b"x"] * 1_000)
    reading = pieces(saved, REQUEST)

    first = await anext(reading)
    await reading.aclose()  # type: ignore[attr-defined]

    assert first == b"RIFF" and saved.ended and saved.taken <= WAITING + 1
