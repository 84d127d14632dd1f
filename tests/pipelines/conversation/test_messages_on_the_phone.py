"""Real calls on loopback that leave messages, with a person's recorded voice: one to its end, by a key, and
one that hangs up in the middle of a word. What is kept is what was said."""

from __future__ import annotations

import asyncio
import io
import shutil
import tempfile
import urllib.request
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from callers.lines import clips_of
from callers.sound import PACKET, Samples, clipped, resample
from callers.voiced import Clip, locate
from tests.faults.calling import Watched, all_stored, calls, poll, stored
from tests.peers.conftest import ServerProcess, start_server, stop_server
from tests.testdata import TESTDATA

SPEECH = TESTDATA / "speech" / "cards-002.wav"
pytestmark = pytest.mark.skipif(not SPEECH.exists(), reason="the recorded voice is not here")

OPTIONS = "[engines]\nstt_workers = 1\ntts_workers = 1\n[recording]\nenabled = false\n"
RATE = 8_000


def heard_in(server: ServerProcess, call_id: str, message: dict[str, Any]) -> Samples:
    """A message as the API gives it, at 8 kHz."""
    asked = server.request(f"/api/telephony/calls/{call_id}/messages/{message['index']}")
    with urllib.request.urlopen(asked, timeout=10) as reply:  # loopback only
        content = reply.read()
    assert len(content) == message["size_bytes"]
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getnchannels(), file.getframerate()) == (1, 16_000)
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    assert len(samples) / 16_000 == pytest.approx(message["seconds"])
    return clipped(resample(samples.astype(float), 16_000, RATE))


def level(samples: Samples) -> float:
    """RMS in dB."""
    return float(20 * np.log10(np.sqrt(np.mean(samples.astype(float) ** 2))))


async def left(server: ServerProcess, one: Watched, clip: Clip) -> None:
    """Does not wait for the end of the prompt, and says it all behind the tone."""
    await one.told("agent")
    one.call.stream.press("1")
    assert await one.call.talk.my_turn(within_s=15)
    await one.call.talk.say(clip)
    one.call.stream.press("#")
    assert (await one.told("message"))["ended_by"] == "key"
    await one.ended()


async def hung_up_on(one: Watched, clip: Clip) -> None:
    """Waits for the tone behind the prompt, and hangs up while speaking."""
    assert await one.call.talk.my_turn(gap_ms=1_000, within_s=15)
    playing = one.call.stream.say(clip)
    half = (clip.voice.first + clip.voice.last) // 2 // PACKET
    assert await one.call.talk.until(lambda: len(playing.sent_ns) > half, 15)
    await one.call.hang_up()


async def test_what_callers_say_behind_the_tone_is_kept_also_when_they_hang_up() -> None:
    (clip,) = clips_of([SPEECH])
    folder = Path(tempfile.mkdtemp(prefix="vf-"))
    await asyncio.to_thread(folder.chmod, 0o755)
    server = await asyncio.to_thread(start_server, folder, "127.0.0.59", OPTIONS)
    try:
        told = await asyncio.to_thread(
            server.command, "agents", "set", "desk", "--python", "examples.voicemail:Voicemail"
        )
        assert told.returncode == 0, told.stderr
        async with calls(server, "desk", "desk") as (whole, half):
            await asyncio.gather(left(server, whole, clip), hung_up_on(half, clip))
            ids = (whole.id, half.id)

            def kept() -> bool:
                return all(server.records(each).get("messages") for each in ids)

            await poll("both messages", kept)
            await all_stored(server)
            for each in ids:
                await check(server, each, clip)
    finally:
        await asyncio.to_thread(stop_server, server)
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def check(server: ServerProcess, call_id: str, clip: Clip) -> None:
    found = await stored(server, call_id)
    (message,) = found["messages"]
    samples = await asyncio.to_thread(heard_in, server, call_id, message)
    voice = clip.samples[clip.voice.first : clip.voice.last]
    cut = found["why"] == "hung up" and found["ended_by"] == "caller"
    spoken = voice[: len(voice) // 3] if cut else voice
    # Piece by piece: a jitter buffer on a busy machine may draw a pause out.
    pieces = [locate(piece, samples) for piece in np.array_split(spoken, len(spoken) // (RATE // 4))]
    assert np.median([score for score, _ in pieces]) > 0.9, "it is that voice"
    (first, at), (_, last) = pieces[0], pieces[-1]
    assert first > 0.7, "from its first word on"
    end = last + RATE // 4
    assert end - at == pytest.approx(len(spoken), abs=RATE / 4)
    assert level(samples[at:end]) == pytest.approx(level(spoken), abs=1.5)
    assert np.abs(samples[: max(0, at - RATE // 5)]).max(initial=0) < 500, "nothing but silence before it"
    assert len(samples) - end < (len(voice) if cut else 1.5 * RATE)
    (outcome,) = found["outcomes"]
    assert (outcome["flow"], outcome["status"]) == ("voicemail", "left")
    assert found["recording"] is None
