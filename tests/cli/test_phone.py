"""`voiceforge phone`: its options, and that it answers, says its line and is busy meanwhile."""

from __future__ import annotations

import argparse
import asyncio

import pytest

from callers.answering import AnsweringParty
from callers.calling import CallingParty
from cli import phone
from mediaserver.errors import CallError, PortInUseError


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    phone.add_parser(parser.add_subparsers())
    return parser.parse_args(["phone", *words])


def test_options_of_a_phone() -> None:
    args = parsed()
    assert (args.host, args.port, args.play, args.calls, args.gap) == ("127.0.0.1", 5062, [], None, 700.0)
    args = parsed("--port", "0", "--play", "a.wav", "b.wav", "--calls", "2")
    assert (args.port, args.play, args.calls) == (0, ["a.wav", "b.wav"], 2)


@pytest.mark.parametrize("words", [("--port", "70000"), ("--port", "x"), ("--calls", "0")])
def test_a_phone_with_options_that_make_no_sense(words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as end:
        parsed(*words)
    assert end.value.code == 2


async def test_it_rings_answers_and_is_busy_for_others() -> None:
    async with AnsweringParty("127.0.0.1", 0, rings_s=0.0) as answering:
        async with CallingParty(f"sip:phone@127.0.0.1:{answering.port}") as party:
            call = await party.call()
            answered, caller = await answering.answered()
            assert caller.startswith("sip:caller@") and answered.leg.termination is None
            with pytest.raises(CallError) as busy:
                await party.call()
            assert busy.value.code == 486
            await call.hang_up()
            await asyncio.wait_for(answered.ended.wait(), 5)
            await answered.hang_up()
            again = await party.call()
            second, _ = await answering.answered()
            await second.hang_up()
            await again.hang_up()


async def test_a_port_that_is_taken_is_told() -> None:
    async with AnsweringParty("127.0.0.1", 0) as first:
        with pytest.raises(PortInUseError, match=str(first.port)):
            async with AnsweringParty("127.0.0.1", first.port):
                pass
