"""Counters that wrap, and the numbers that everything else is counted in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mediaserver.media import time as media_time
from mediaserver.media.time import ahead_16, ahead_32, distance_32, is_behind_32, unwrap_32

ROOT = Path(__file__).resolve().parents[3]


def test_a_frame_is_20_ms_at_either_rate() -> None:
    assert (media_time.FRAME_SAMPLES, media_time.NARROW_SAMPLES) == (320, 160)
    assert media_time.samples_in(media_time.FRAME_NS) == media_time.FRAME_SAMPLES


def test_steps_are_counted_across_the_wrap() -> None:
    assert ahead_16(2, of=0xFFFE) == 4 and ahead_16(0xFFFE, of=2) == 0xFFFC
    assert ahead_32(160, of=2**32 - 160) == 320
    assert is_behind_32(2**32 - 160, of=160) and not is_behind_32(160, of=2**32 - 160)
    assert distance_32(5, 2**32 - 5) == distance_32(2**32 - 5, 5) == 10


@pytest.mark.parametrize("near", [0, 7, 2**31, 2**32 - 1, 5 * 2**32 + 3])
@pytest.mark.parametrize("step", [-(2**31), -160, 0, 160, 2**31 - 1])
def test_a_number_is_unwrapped_to_its_nearest(near: int, step: int) -> None:
    assert unwrap_32((near + step) & 0xFFFFFFFF, near) == near + step


def test_the_media_path_counts_in_these_numbers_only() -> None:
    """Copies drift apart: whoever handles audio and packets names the frame, the rates and the wraps."""
    literal = re.compile(r"\b(20_000_000|62_500|125_000|16_000|8_000|320|160|0xFFFFFFFF|1 << 31)\b")
    prose = re.compile(r'""".*?"""|#[^\n]*|"[^"\n]*"', re.DOTALL)
    found = []
    for folder in ("mediaserver/media", "mediaserver/rtp"):
        for path in sorted((ROOT / folder).glob("*.py")):
            if path.name != "time.py":
                code = prose.sub("", path.read_text())
                found += [f"{path.name}: {m.group()}" for m in literal.finditer(code)]
    assert not found
