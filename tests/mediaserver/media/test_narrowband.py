"""The bank serves any leg of 8 kHz: octets and gaps in, frames out, and back, without RTP."""

from __future__ import annotations

import numpy as np
import pytest

from mediaserver.media.g711 import CODECS, PCMA
from mediaserver.media.leg import Frame
from mediaserver.media.narrowband import CONCEAL, Mend, NarrowBand, NarrowVoice
from mediaserver.media.resample import DOWN_DELAY_SAMPLES, UP_DELAY_SAMPLES


def slots(*voices: NarrowVoice) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    return np.array([voice.slot for voice in voices], np.intp)


def tone(ticks: int, rate: int) -> Frame:
    t = np.arange(ticks * rate // 50) / rate
    return np.asarray(np.rint(8_000 * np.sin(2 * np.pi * 700 * t)), np.int16).reshape(ticks, -1)


def hear(bank: NarrowBand, voice: NarrowVoice, octets: list[bytes | None]) -> Frame:
    """All that a leg of its own hears."""
    frames = []
    for chunk in octets:
        mends: list[Mend] = []
        codes, _ = bank.take(voice, 0, chunk, None, mends)
        batch = np.frombuffer(codes, np.uint8).reshape(1, -1)
        frames.append(bank.widen(slots(voice), batch, [0] if voice.codec is PCMA else [], mends)[0])
    return np.concatenate(frames)


@pytest.mark.parametrize("name", ["PCMU", "PCMA"])
def test_a_leg_of_either_law_goes_up_and_down_again(name: str) -> None:
    bank, law = NarrowBand(), CODECS[name]
    bank.open()  # another leg's place
    voice = bank.open()
    voice.codec = law
    a_law = [0] if law is PCMA else []
    said = tone(20, 8_000)
    wide = hear(bank, voice, [law.encode(frame).tobytes() for frame in said]).reshape(20, 320)
    back = [bank.narrow([voice], slots(voice), a_law, [frame])[0] for frame in wide]
    heard = law.decode(np.frombuffer(b"".join(back), np.uint8)).astype(int)
    delay = UP_DELAY_SAMPLES + DOWN_DELAY_SAMPLES
    error = heard[delay + 400 : 3_000] - said.reshape(-1)[400 : 3_000 - delay]
    assert np.abs(error).max() < 8_000 * 0.06


def test_a_lost_frame_is_bridged_and_silence_is_not() -> None:
    bank = NarrowBand()
    law, said = CODECS["PCMU"], tone(12, 8_000)
    octets: list[bytes | None] = [law.encode(frame).tobytes() for frame in said]
    voice = bank.open()
    wide = hear(bank, voice, [*octets[:6], CONCEAL, *octets[7:]]).astype(int)
    assert np.abs(wide[6 * 320 + 24 : 7 * 320]).mean() > 3_000
    assert np.abs(np.diff(wide[640:])).max() < 1.5 * 8_000 * 2 * np.pi * 700 / 16_000
    assert voice.gap is None
    quiet = hear(bank, bank.open(), [*octets[:6], None, None])
    assert not quiet[7 * 320 :].any()


def test_who_is_silent_costs_nothing_and_keeps_its_place_in_the_batch() -> None:
    bank = NarrowBand()
    voices = [bank.open() for _ in range(4)]
    voices[3].codec = PCMA
    frame = tone(1, 16_000)[0]
    made = bank.narrow(voices, slots(*voices), [3], [None, frame, None, frame])
    assert made[0] == made[2] == voices[0].silence
    assert made[1] == bank.narrow([other := bank.open()], slots(other), [], [frame])[0]
    assert np.abs(PCMA.decode(np.frombuffer(made[3], np.uint8))).max() > 5_000
    # Who falls silent lets the filter's tail out, once.
    after = bank.narrow(voices, slots(*voices), [3], [None] * 4)
    assert after[1] != voices[1].silence
    assert bank.narrow(voices, slots(*voices), [3], [None] * 4) == [voice.silence for voice in voices]


def test_a_place_that_is_given_back_is_given_out_clean() -> None:
    bank = NarrowBand()
    first = bank.open()
    law = CODECS["PCMU"]
    hear(bank, first, [law.encode(frame).tobytes() for frame in tone(3, 8_000)])
    bank.close(first)
    second = bank.open()
    assert second.slot == first.slot
    assert not hear(bank, second, [None]).any()
