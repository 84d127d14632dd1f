"""Audio as models behind Hugging Face give it: files of any kind, or numbers in JSON. Pure; takes its time,
so on a thread.
"""

from __future__ import annotations

import base64
import io
import json
import math
from typing import Any, NoReturn

import av
import numpy as np
import numpy.typing as npt

from mediaserver.media.time import SAMPLE_RATE

MOST_S = 600
COMMON = 25
"""The least that a rate has in common with ours: 11,025 Hz has so much. With less a resampler's filter would
fill the memory."""
Float = npt.NDArray[np.float32]


def decoded(content: bytes) -> tuple[bytes, int]:
    """int16 little endian, mono, and its rate in Hz. Raises ValueError for what is no audio."""
    try:
        with av.open(
            io.BytesIO(content), "r", container_options={"protocol_whitelist": "none"}, io_open=_shut
        ) as container:
            resampler = av.AudioResampler("s16", "mono", SAMPLE_RATE)
            pieces, samples = [], 0
            for frame in container.decode(audio=0):
                for each in resampler.resample(frame):
                    pieces.append(each.to_ndarray().astype("<i2").tobytes())
                    samples += each.samples
                if samples > MOST_S * SAMPLE_RATE:
                    raise ValueError("audio without an end")
            pieces += [each.to_ndarray().astype("<i2").tobytes() for each in resampler.resample(None)]
    except (av.error.FFmpegError, IndexError) as error:
        raise ValueError(f"no audio ({type(error).__name__})") from None
    return b"".join(pieces), SAMPLE_RATE


def _shut(*_: Any, **__: Any) -> NoReturn:
    """What FFmpeg asks when an answer (a playlist, say) wants a file or an address opened."""
    raise ValueError("a list of other files or addresses")


def told(content: bytes) -> tuple[bytes, int]:
    """The same of JSON: {"audio": base64 or numbers, "sampling_rate": Hz}, alone or in a list. Raises
    ValueError."""
    try:
        value = json.loads(content)
    except RecursionError:
        raise ValueError("JSON that is nested too deeply") from None
    if isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, dict):
        raise ValueError("no audio in its JSON")
    audio = next((value[name] for name in ("audio", "generated_audio", "blob") if name in value), None)
    if isinstance(audio, str):
        return decoded(base64.b64decode(audio))
    return numbers(audio), _rate(value.get("sampling_rate") or value.get("sample_rate"))


def numbers(audio: Any) -> bytes:
    """Numbers from -1 to 1 as int16. Raises ValueError where there are others, or none."""
    try:
        samples = np.asarray(audio, np.float32).ravel()
    except (TypeError, ValueError):
        raise ValueError("audio that is no list of numbers") from None
    if not len(samples) or not np.isfinite(samples).all():
        raise ValueError("audio with values that are no numbers (NaN)" if len(samples) else "no audio")
    pcm: npt.NDArray[np.int16] = np.rint(np.clip(samples, -1.0, 1.0) * 32_767).astype("<i2")
    return pcm.tobytes()


def _rate(value: Any) -> int:
    if not isinstance(value, int) or not 4_000 <= value <= 192_000 or math.gcd(value, SAMPLE_RATE) < COMMON:
        raise ValueError(f"audio of a rate that there is not ({str(value)[:20]})")
    return value
