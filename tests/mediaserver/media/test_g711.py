from __future__ import annotations

import numpy as np
import pytest

from mediaserver.media.g711 import CODECS, PCMA, PCMU, Codec
from tests.testdata import TESTDATA

VECTORS = TESTDATA / "g711"


@pytest.mark.parametrize(("codec", "name"), [(PCMU, "sweep-r.u"), (PCMA, "sweep-r.a")])
def test_every_sample_value_is_coded_as_the_itu_vectors_say(codec: Codec, name: str) -> None:
    if not VECTORS.is_dir():
        pytest.skip("the ITU-T G.191 vectors are not on this machine")
    source = np.fromfile(VECTORS / "sweep.src", "<i2")
    wanted = np.fromfile(VECTORS / name, "<i2")
    assert len(source) == 65_536
    assert np.array_equal(codec.encode(source), wanted.astype(np.uint8))


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_decoding_and_coding_again_gives_the_same_octet(codec: Codec) -> None:
    octets = np.arange(256, dtype=np.uint8)
    again = codec.encode(codec.decode(octets))
    # mu-law has two zeros; both are coded as the positive one.
    differs = octets[again != octets].tolist()
    assert differs == ([0x7F] if codec is PCMU else [])


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_error_stays_within_half_a_step(codec: Codec) -> None:
    pcm = np.arange(-32_768, 32_768, dtype=np.int32).astype(np.int16)
    error = np.abs(codec.decode(codec.encode(pcm)).astype(int) - pcm)
    assert np.all(
        error[np.abs(pcm.astype(int)) < 32_000]
        <= np.maximum(8, np.abs(pcm.astype(int)) / 16)[np.abs(pcm.astype(int)) < 32_000]
    )


def test_batches_of_any_shape_and_stride() -> None:
    pcm = np.arange(640, dtype=np.int16).reshape(2, 320)[:, ::2]
    assert PCMU.encode(pcm).shape == (2, 160)
    assert np.array_equal(PCMU.encode(pcm)[1], PCMU.encode(pcm[1]))


def test_known_octets() -> None:
    assert PCMU.decode(np.array([0xFF, 0x00, 0x80], np.uint8)).tolist() == [0, -32_124, 32_124]
    assert PCMA.decode(np.array([0xD5, 0x55, 0x2A], np.uint8)).tolist() == [8, -8, -32_256]
    assert PCMU.silence == PCMU.encode(np.zeros(1, np.int16))[0]
    assert PCMA.silence == PCMA.encode(np.zeros(1, np.int16))[0]


def test_peak_tells_speech_from_quiet() -> None:
    assert PCMU.peak(bytes([0xFF]) * 160) == 0
    assert PCMU.peak(PCMU.encode(np.array([100, -9_000, 3], np.int16)).tobytes()) == pytest.approx(
        9_000, abs=300
    )
    assert PCMU.peak(b"") == 0
