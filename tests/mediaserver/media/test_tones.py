"""Keys as sounds, by the limits of ITU-T Q.24, and voices that are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from mediaserver.errors import CapacityError
from mediaserver.media.g711 import PCMA, PCMU
from mediaserver.media.tones import HIGH, KEYS, LOW, MOST_WAITING, ToneDetector, TonePlayer
from tests.recordings import read_wav
from tests.testdata import TESTDATA

Audio = npt.NDArray[np.int16]
PLACES = (0, 37, 111, 160, 200, 303)
"""Samples into a frame at which a key is pressed."""


def key(
    digit: str,
    ms: float,
    *,
    off: tuple[float, float] = (0.0, 0.0),
    dbm0: tuple[float, float] = (-9.0, -7.0),
    lead: int = 0,
    noise_dbfs: float | None = None,
) -> Audio:
    """A key after 200 ms of silence and before as much. `off`: of its two pitches, as a share."""
    low, high = LOW[KEYS.index(digit) // 4] * (1 + off[0]), HIGH[KEYS.index(digit) % 4] * (1 + off[1])
    t = np.arange(int(ms * 16)) / 16_000
    volumes = [32_768 * 10 ** ((level - 3.14) / 20) for level in dbm0]
    sound = volumes[0] * np.sin(2 * np.pi * low * t + 1) + volumes[1] * np.sin(2 * np.pi * high * t)
    audio = np.concatenate((np.zeros(3_200 + lead), sound, np.zeros(3_200)))
    if noise_dbfs is not None:
        audio += np.random.default_rng(1).normal(0, 32_768 * 10 ** (noise_dbfs / 20), len(audio))
    return np.clip(np.rint(audio), -32_768, 32_767).astype(np.int16)


def heard(audio: Audio) -> list[tuple[str, int]]:
    """The keys in it, and how long each was."""
    detector, slots = ToneDetector(), np.array([3])
    detector.reset(3)
    frames = np.concatenate((audio, np.zeros(3_200, np.int16)))
    found = []
    for frame in frames[: len(frames) // 320 * 320].reshape(-1, 1, 320):
        found += [(tone.digit, tone.duration_ms) for tone in detector.process(slots, frame)]
    return found


def digits(audio: Audio) -> str:
    return "".join(digit for digit, _ in heard(audio))


@pytest.mark.parametrize("digit", KEYS)
def test_each_key_is_heard_once_wherever_it_falls(digit: str) -> None:
    for lead in PLACES:
        for ms in (40, 55, 100, 400):
            assert digits(key(digit, ms, lead=lead)) == digit


def test_how_long_it_was_is_told_to_a_step() -> None:
    for ms in (50, 100, 250):
        ((_, duration),) = heard(key("5", ms))
        assert abs(duration - ms) <= 20


def test_what_is_too_short_for_a_key_is_none() -> None:
    assert not any(digits(key(digit, 23, lead=lead)) for digit in KEYS for lead in PLACES)


@pytest.mark.parametrize("off", [0.015, -0.015, 0.018, -0.018])
def test_pitches_may_be_off_as_far_as_q24_allows(off: float) -> None:
    for digit in KEYS:
        assert digits(key(digit, 60, off=(off, off))) == digits(key(digit, 60, off=(0.0, off))) == digit


@pytest.mark.parametrize("off", [0.035, -0.035])
def test_pitches_that_are_off_further_are_no_key(off: float) -> None:
    for digit in KEYS:
        assert digits(key(digit, 60, off=(off, off))) == digits(key(digit, 60, off=(off, 0.0))) == ""


@pytest.mark.parametrize("dbm0", [(0, 0), (-27, -27), (-35, -35), (-13, -9), (-9, -17)])
def test_levels_and_twist_of_telephones_are_taken(dbm0: tuple[float, float]) -> None:
    for digit in "159D":
        assert digits(key(digit, 60, dbm0=dbm0)) == digit


@pytest.mark.parametrize("dbm0", [(-50, -50), (-9, -25), (-25, -9)])
def test_what_is_too_faint_or_too_twisted_is_no_key(dbm0: tuple[float, float]) -> None:
    assert not any(digits(key(digit, 60, dbm0=dbm0)) for digit in KEYS)


@pytest.mark.parametrize("noise_dbfs", [-40, -30])
def test_noise_hides_no_key_and_makes_none(noise_dbfs: float) -> None:
    for digit in KEYS:
        assert digits(key(digit, 60, noise_dbfs=noise_dbfs)) == digit


def test_an_interruption_of_10_ms_makes_no_second_key_and_a_pause_of_40_does() -> None:
    for lead in PLACES:
        for pause_ms, expected in ((10, "7"), (40, "77")):
            audio = key("7", 210, lead=lead)
            at = 3_200 + lead + 1_600
            audio[at : at + 16 * pause_ms] = 0
            assert digits(audio) == expected


def test_keys_one_after_the_other_without_a_pause() -> None:
    first, second = key("1", 80)[:-3_200], key("2", 80)[3_200:]
    assert digits(np.concatenate((first, second))) == "12"


@pytest.mark.parametrize("law", [PCMU, PCMA], ids=["PCMU", "PCMA"])
def test_keys_survive_the_telephone(law: object) -> None:
    for digit in KEYS:
        audio = key(digit, 60)
        coded = law.decode(law.encode(audio))  # type: ignore[attr-defined]
        assert digits(coded) == digit


def recordings() -> list[Path]:
    found = sorted((TESTDATA / "speech").glob("*.wav"))
    assert len(found) > 10
    return found


@pytest.mark.parametrize("telephone", [False, True])
def test_recorded_speech_has_no_key(telephone: bool) -> None:
    for path in recordings():
        audio = read_wav(path)
        if telephone:
            audio = np.repeat(PCMU.decode(PCMU.encode(audio[::2])), 2)
        assert digits(audio) == "", path.name


def test_slots_do_not_hear_each_other() -> None:
    detector, slots = ToneDetector(), np.array([0, 40])
    for slot in (0, 40):
        detector.reset(slot)
    one, other = key("3", 100), np.zeros(3_200 * 2 + 1_600, np.int16)
    found = []
    for n in range(len(one) // 320):
        frames = np.stack((one[n * 320 : (n + 1) * 320], other[n * 320 : (n + 1) * 320]))
        found += detector.process(slots, frames)
    assert [(tone.row, tone.digit) for tone in found] == [(0, "3")]


def test_a_slot_that_is_given_out_again_knows_nothing() -> None:
    detector, slots = ToneDetector(), np.array([0])
    detector.reset(0)
    audio = key("3", 100)
    for frame in audio[: 320 * 13].reshape(-1, 1, 320):  # the key is down
        assert detector.process(slots, frame) == []
    detector.reset(0)
    assert not any(detector.process(slots, np.zeros((1, 320), np.int16)) for _ in range(20))


def test_what_is_played_is_heard() -> None:
    player = TonePlayer()
    assert player.next_frame() is None
    for digit in KEYS:
        player.put(digit, 80)
    frames = [np.zeros(320, np.int16)] * 5
    while player.active:
        frame = player.next_frame()
        assert frame is not None
        frames.append(frame)
    assert digits(np.concatenate(frames)) == KEYS
    assert np.abs(np.concatenate(frames).astype(int)).max() < 20_000


def test_what_is_no_key_is_not_played() -> None:
    player = TonePlayer()
    for wrong in ("", "x", "12", "é"):
        with pytest.raises(ValueError, match="no DTMF digit"):
            player.put(wrong)
    for _ in range(MOST_WAITING):
        player.put("1")
    with pytest.raises(CapacityError):
        player.put("1")
