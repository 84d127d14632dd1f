"""The silence around a stream of speech."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.engines.tts.worker.edges import LEAD_KEPT, NOTHING, TAIL_KEPT, Edges, Pcm


def silence(samples: int) -> Pcm:
    return np.zeros(samples, np.int16)


LOUD = np.full(500, 8_000, np.int16)


@pytest.mark.parametrize("step", [7, 160, 100_000])
def test_the_same_is_kept_however_the_stream_is_cut(step: int) -> None:
    """Of the silence on either side as much as is to be kept, also when the stream ends in its middle."""
    whole = np.concatenate([silence(3_000), LOUD, silence(900), LOUD, silence(3_000)])
    edges = Edges()
    made = [edges.process(whole[at : at + step]) for at in range(0, len(whole), step)]
    made.append(edges.process(NOTHING, last=True))
    audio = np.concatenate(made)
    assert len(audio) == LEAD_KEPT + 500 + 900 + 500 + TAIL_KEPT
    assert edges.begun == 3_000 - LEAD_KEPT and edges.end == 3_000 + 500 + 900 + 500 + TAIL_KEPT


def test_nothing_comes_of_silence() -> None:
    edges = Edges()
    assert not len(edges.process(silence(9_000))) and not len(edges.process(silence(10), last=True))
    assert edges.begun is None
