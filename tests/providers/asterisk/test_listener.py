"""Calls by AudioSocket over real sockets: audio both ways at every rate, keys, ends, and who is no call."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import numpy as np
import pytest

from mediaserver.media.leg import Digit, Ended, EndedBy, Termination, Why
from providers.asterisk import audiosocket as wire
from providers.asterisk.listener import AudioSocketLimits
from tests.providers.asterisk.bench import LINE, Dialplan, loud, open_bench, until
from tests.providers.matrix import Feature, Who, shows
from tests.standins.asterisk.audiosocket import key_message, named_message

RATES = {0x10: 8_000, 0x12: 16_000, 0x13: 24_000, 0x16: 48_000}


@shows(Who.AUDIOSOCKET, Feature.CALLS_IN)
async def test_the_agent_learns_who_calls_and_whom() -> None:
    async with open_bench() as bench:
        id = bench.announce(about={"asterisk": {"dialled": "500"}})
        asterisk = await Dialplan.connect(bench, id)
        leg, invitation = await bench.come(), bench.invited[0]
        assert invitation.dialled == "500" and invitation.from_uri == "sip:0301234567@127.0.0.1"
        assert invitation.about == {"asterisk": {"dialled": "500"}}
        assert (leg.kind, leg.codec, leg.ref) == ("asterisk", "pcm16/8000", str(id))
        assert len(bench.door) == 1 and not bench.listener.unproven
        asterisk.close()


@pytest.mark.parametrize(("kind", "rate"), RATES.items())
async def test_audio_goes_both_ways_at_each_rate(kind: int, rate: int) -> None:
    async with open_bench() as bench:
        asterisk = await Dialplan.connect(bench, bench.announce(), rate)
        leg = await bench.come()
        asterisk.sound(rate, 9)
        await until(lambda: leg.stats().packets == 10)
        assert np.median(bench.hear(8)[-960:]) == pytest.approx(1_000, abs=20)
        bench.say(*[loud()] * 3)
        heard = [await asterisk.next() for _ in range(3)]
        assert {(told, len(octets)) for told, octets in heard} == {(kind, rate // 50 * 2)}
        assert np.abs(np.frombuffer(heard[-1][1], "<i2")).max() == pytest.approx(8_000, rel=0.1)


async def test_silence_travels_so_that_asterisk_hears_somebody_there() -> None:
    """`AudioSocket()` gives up after 2 s without a frame either way."""
    async with open_bench() as bench:
        asterisk = await Dialplan.connect(bench, bench.announce())
        await bench.come()
        bench.say(None, None, np.zeros(320, np.int16))
        for _ in range(3):
            assert await asterisk.next() == (0x10, bytes(320))


async def test_a_phone_that_sends_nothing_is_a_call_too() -> None:
    async with open_bench(limits=AudioSocketLimits(rate_s=0.05)) as bench:
        await Dialplan.connect(bench, bench.announce(), None)
        assert (await bench.come()).codec == "pcm16/8000"


@shows(Who.AUDIOSOCKET, Feature.KEYS_IN, Feature.KEYS_OUT)
async def test_keys_arrive_and_ours_are_sounds() -> None:
    async with open_bench() as bench:
        asterisk = await Dialplan.connect(bench, bench.announce(), None)
        asterisk.send(key_message("7"))  # before any audio
        asterisk.sound()
        asterisk.send(key_message("#"))
        leg = await bench.come()
        await until(lambda: len(bench.events) == 2)
        assert [event.digit for event in bench.events if isinstance(event, Digit)] == ["7", "#"]
        leg.send_digit("5", 100)
        bench.say(*[None] * 5)
        sounds = [np.frombuffer((await asterisk.next())[1], "<i2") for _ in range(5)]
        assert min(np.abs(sound).max() for sound in sounds) > 1_000
        with pytest.raises(ValueError, match="DTMF"):
            leg.send_digit("x")


@pytest.mark.parametrize("way", ["message", "close"])
@shows(Who.AUDIOSOCKET, Feature.HANGS_UP, Feature.LOST_STREAM)
async def test_asterisk_hangs_up(way: str) -> None:
    async with open_bench() as bench:
        asterisk = await Dialplan.connect(bench, bench.announce())
        await bench.come()
        if way == "message":
            asterisk.send(wire.HANGUP)
        else:
            asterisk.close()
        await until(lambda: bench.events)
        (end,) = bench.events
        assert end == Ended(Termination(EndedBy.PEER, Why.HANGUP))
        await until(lambda: not len(bench.listener))
        assert len(bench.door) == 0 and bench.wire.active == 0


async def test_an_error_of_asterisk_ends_the_call() -> None:
    async with open_bench() as bench:
        asterisk = await Dialplan.connect(bench, bench.announce())
        await bench.come()
        asterisk.send(b"\xff\x00\x01\x02")
        await until(lambda: bench.events)
        (end,) = bench.events
        assert (
            isinstance(end, Ended)
            and end.termination.why is Why.FAILED
            and "code 2" in end.termination.detail
        )


@shows(Who.AUDIOSOCKET, Feature.HANGS_UP)
async def test_our_hang_up_is_told_and_the_connection_closed() -> None:
    async with open_bench() as bench:
        asterisk = await Dialplan.connect(bench, bench.announce())
        leg = await bench.come()
        bench.say(loud())
        await leg.hangup(Termination(EndedBy.AGENT, Why.COMPLETED))
        assert (await asterisk.next())[0] == 0x10  # what was said before is heard
        assert await asterisk.closed()
        assert bench.events == [Ended(Termination(EndedBy.AGENT, Why.COMPLETED))]


async def test_strangers_are_closed_unread() -> None:
    async with open_bench(networks=("192.0.2.0/24",)) as bench:
        asterisk = await Dialplan.connect(bench, LINE)
        assert await asterisk.next() == (-1, b"")
        assert not bench.invited and bench.listener.refused == 1


@shows(Who.AUDIOSOCKET, Feature.FORGED)
async def test_an_unknown_call_is_closed() -> None:
    async with open_bench() as bench:
        asterisk = await Dialplan.connect(bench, uuid4())
        assert await asterisk.closed() and not bench.invited
        await until(lambda: not len(bench.listener))


@shows(Who.AUDIOSOCKET, Feature.REPLAYED)
async def test_a_second_connection_for_a_call_is_closed_and_the_first_goes_on() -> None:
    async with open_bench() as bench:
        id = bench.announce()
        await Dialplan.connect(bench, id)
        await bench.come()
        second = await Dialplan.connect(bench, id)
        assert await second.closed()
        assert len(bench.invited) == 1 and bench.leg.termination is None


async def test_a_line_is_called_again_and_again_and_its_uuid_is_told_nobody() -> None:
    async with open_bench() as bench:
        for _ in range(2):
            await Dialplan.connect(bench, LINE)
        await until(lambda: len(bench.invited) == 2)
        assert {each.dialled for each in bench.invited} == {"demo"}
        assert not any(str(LINE) in each.leg.ref for each in bench.invited)


@pytest.mark.parametrize("octets", [b"GET / HTTP/1.1\r\n\r\n", named_message(LINE) + b"\x10\xff\xff"])
async def test_garbage_is_closed(octets: bytes) -> None:
    async with open_bench() as bench:
        asterisk = await Dialplan.connect(bench)
        asterisk.send(octets)
        assert await asterisk.closed() and not bench.invited and bench.listener.refused == 1


async def test_garbage_in_a_call_ends_it() -> None:
    async with open_bench() as bench:
        asterisk = await Dialplan.connect(bench, bench.announce())
        await bench.come()
        asterisk.send(b"\x03\x00\x01x")
        assert await asterisk.closed()
        (end,) = bench.events
        assert isinstance(end, Ended) and end.termination.why is Why.FAILED


@pytest.mark.parametrize("rate", [12_000, 44_100])
async def test_a_rate_that_we_do_not_have_is_refused(rate: int) -> None:
    async with open_bench() as bench:
        asterisk = await Dialplan.connect(bench, bench.announce(), rate)
        assert await asterisk.closed() and not bench.invited


async def test_who_names_no_call_in_time_is_closed() -> None:
    async with open_bench(limits=AudioSocketLimits(name_s=0.05)) as bench:
        asterisk = await Dialplan.connect(bench)
        asterisk.send(named_message(LINE)[:10])
        assert await asterisk.closed()
        await until(lambda: not len(bench.listener))


async def test_there_is_an_end_to_connections_that_are_no_calls() -> None:
    async with open_bench(limits=AudioSocketLimits(unproven=2)) as bench:
        waiting = [await Dialplan.connect(bench) for _ in range(2)]
        await until(lambda: len(bench.listener.unproven) == 2)
        third = await Dialplan.connect(bench)
        assert await third.closed()
        waiting[0].send(named_message(LINE))
        waiting[0].sound()
        await bench.come()


async def test_there_is_an_end_to_calls() -> None:
    async with open_bench(most=1) as bench:
        await Dialplan.connect(bench, LINE)
        await bench.come()
        second = await Dialplan.connect(bench, LINE)
        assert await second.closed() and len(bench.invited) == 1


async def test_an_asterisk_that_says_nothing_more_is_given_up() -> None:
    async with open_bench(limits=AudioSocketLimits(silence_s=0.1)) as bench:
        asterisk = await Dialplan.connect(bench, bench.announce())
        await bench.come()
        assert await asterisk.closed()
        (end,) = bench.events
        assert isinstance(end, Ended) and end.termination.why is Why.MEDIA_TIMEOUT


async def test_an_asterisk_that_reads_nothing_loses_audio_and_then_the_call() -> None:
    """What it does not read is never kept for long: it would be heard late."""
    async with open_bench(limits=AudioSocketLimits(unread_s=0.1, linger_s=0.1)) as bench:
        asterisk = await Dialplan.connect(bench, bench.announce(), 48_000)
        asterisk.read_nothing()
        await bench.come()

        def talk_on() -> bool:
            asterisk.sound(48_000)
            bench.say(*[loud()] * 50)
            return bool(bench.events)

        await until(talk_on)
        (end,) = bench.events
        assert isinstance(end, Ended) and end.termination.why is Why.LOST
        assert bench.leg.stats().detail["dropped_frames"] > 0
        await until(lambda: not len(bench.listener))


async def test_closing_the_listener_ends_all() -> None:
    async with open_bench() as bench:
        called, waiting = await Dialplan.connect(bench, LINE), await Dialplan.connect(bench)
        await bench.come()
        await bench.listener.close()
        assert (await asyncio.gather(called.next(), waiting.next()))[1] == (-1, b"")
        (end,) = bench.events
        assert isinstance(end, Ended) and end.termination.why is Why.SHUTDOWN
