"""Clauses put together: no silence before the first, one pause between two, no click where they meet."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.engines.tts.neural.worker.joined import LEAD_KEPT, JoinedClauses
from pipelines.engines.tts.neural.worker.sound import QUIET

Pcm = npt.NDArray[np.int16]


def silence(ms: int) -> Pcm:
    return np.zeros(ms * SAMPLES_PER_MS, np.int16)


def loud(ms: int) -> Pcm:
    return np.full(ms * SAMPLES_PER_MS, 8_000, np.int16)


def quiet_runs(audio: Pcm) -> list[int]:
    """Lengths of the silences inside, in ms."""
    voiced = np.flatnonzero(np.abs(audio.astype(np.int32)) >= QUIET)
    gaps = np.diff(voiced)
    return [round((gap - 1) / SAMPLES_PER_MS) for gap in gaps if gap > SAMPLES_PER_MS]


def test_leading_silence_is_cut_and_what_is_loud_comes_at_once() -> None:
    joined = JoinedClauses()
    assert not len(joined.next(silence(300)))
    out = joined.next(np.concatenate([silence(50), loud(20)]))
    assert len(out) == LEAD_KEPT + 20 * SAMPLES_PER_MS


def test_between_two_clauses_lies_the_pause_that_is_due_and_none_of_the_models() -> None:
    joined = JoinedClauses()
    clause = np.concatenate([silence(400), loud(100), silence(700)])
    parts = [joined.next(clause), joined.end(250), joined.next(clause)]
    assert joined.began == len(parts[0]) + len(parts[1]) + 250 * SAMPLES_PER_MS - len(parts[1])
    parts.append(joined.end(250))
    runs = quiet_runs(np.concatenate(parts))
    assert len(runs) == 1 and 240 <= runs[0] <= 290


def test_silence_inside_a_clause_stays() -> None:
    joined = JoinedClauses()
    out = [joined.next(each) for each in (loud(50), silence(200), silence(100), loud(50))]
    assert quiet_runs(np.concatenate(out)) == [300]


def test_the_end_is_faded_and_a_joined_beginning_too() -> None:
    joined = JoinedClauses()
    hum = np.full(100 * SAMPLES_PER_MS, QUIET - 1, np.int16)
    first = joined.next(np.concatenate([loud(50), hum]))
    tail = joined.end(100)
    assert len(first) == 50 * SAMPLES_PER_MS
    assert abs(int(tail[-1])) < 5 and abs(int(tail[0])) == QUIET - 1
    second = joined.next(loud(50))
    start = int(np.flatnonzero(second)[0])
    assert abs(int(second[start])) < 200


def test_a_clause_without_a_sound_leaves_no_pause() -> None:
    joined = JoinedClauses()
    joined.next(loud(20))
    joined.end(100)
    made = joined.made
    joined.next(silence(500))
    joined.end(100)
    assert joined.made == made
