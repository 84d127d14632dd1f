"""Keys that are pressed in a provider's call."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mediaserver.errors import ProviderFault, TelephonyError
from providers.provider import Capability
from tests.providers.calls.telephony import Telephony
from tests.providers.fake_provider import ALL, FakeStream, incoming, kind, token_of


async def up(telephony: Telephony) -> FakeStream:
    decision = await telephony.desk.incoming(incoming(), 5.0)
    return await telephony.stream(telephony.carried, token_of(decision))


async def test_a_provider_that_can_presses_them_in_their_order(telephony: Telephony) -> None:
    stream = await up(telephony)
    hold = telephony.provider.holds["send_digits"] = asyncio.Event()
    telephony.bench.board.send_digits(telephony.call.id, "1")
    await telephony.settle()
    telephony.bench.board.send_digits(telephony.call.id, "2" * 32 + "#")
    await telephony.settle()
    assert telephony.provider.pressed == [("in-1", "1")], "one request at a time"
    hold.set()
    await telephony.settle()
    assert telephony.provider.pressed == [("in-1", "1"), ("in-1", "2" * 32), ("in-1", "#")]
    assert stream.digits == ""


async def test_without_such_a_request_they_go_by_the_stream(tmp_path: Path) -> None:
    keyless = kind("keyless", ALL - {Capability.SEND_DIGITS})
    telephony = await Telephony(tmp_path, {"main": {"kind": "keyless"}}, (keyless,)).ready()
    stream = await up(telephony)
    telephony.bench.board.send_digits(telephony.call.id, "1#")
    await telephony.settle()
    assert stream.digits == "1#" and telephony.provider.pressed == []
    await telephony.close()


async def test_what_the_provider_does_not_press_goes_as_tones(
    telephony: Telephony, monkeypatch: pytest.MonkeyPatch
) -> None:
    await up(telephony)
    tones: list[str] = []
    monkeypatch.setattr(telephony.carried.leg, "send_tone", lambda digit, ms: tones.append(digit))
    telephony.provider.fails["send_digits"] = TelephonyError("not now", ProviderFault.DOWN)
    telephony.bench.board.send_digits(telephony.call.id, "5#")
    await telephony.settle()
    assert tones == ["5", "#"]
