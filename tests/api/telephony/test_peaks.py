"""The picture of a recording: each part at its loudest, whatever its length."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import asyncpg
import numpy as np
import pytest

from api.context import ApiContext
from api.telephony.peaks import BLOCK_FRAMES, peaks_of
from mediaserver.config import load
from mediaserver.diagnosis.health import Health
from mediaserver.metrics import Metrics
from mediaserver.storage.records import RecordingMade
from mediaserver.storage.saving import save
from tests.api.desk import CALLS
from tests.api.telephony.keys import keyed, known
from tests.mediaserver.samples import CALL, ended, started


def wav(samples: np.ndarray[tuple[int, int], np.dtype[np.int16]], channels: int = 2) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(samples.astype("<i2").tobytes())
    return file.getvalue()


@pytest.mark.parametrize("frames", [16_000, 15_999, BLOCK_FRAMES + 12_345])
def test_a_click_is_seen_where_it_is_and_on_its_own_side(frames: int) -> None:
    samples = np.zeros((frames, 2), np.int16)
    samples[frames // 4, 0] = -32768
    samples[frames * 3 // 4, 1] = 16384
    found = peaks_of(io.BytesIO(wav(samples)), 100)
    assert (len(found.caller), len(found.agent), found.seconds) == (100, 100, frames / 16_000)
    assert [at for at, each in enumerate(found.caller) if each] == [frames // 4 * 100 // frames]
    assert [at for at, each in enumerate(found.agent) if each] == [frames * 3 // 4 * 100 // frames]
    assert max(found.caller) == 1.0 and max(found.agent) == 0.5


def test_a_short_sound_has_as_many_points_as_it_has_samples() -> None:
    assert len(peaks_of(io.BytesIO(wav(np.ones((3, 2), np.int16))), 100).caller) == 3
    assert peaks_of(io.BytesIO(wav(np.ones((0, 2), np.int16))), 100).caller == [0.0]


async def test_what_is_no_recording_of_ours_is_told_so(pool: asyncpg.Pool, tmp_path: Path) -> None:
    await known(pool)
    context = ApiContext(load(None, {"data": str(tmp_path)}), Health(), Metrics(), pool=pool)
    folder = context.settings.recordings
    folder.mkdir(parents=True)
    (folder / "good.wav").write_bytes(wav(np.full((1600, 2), 3277, np.int16)))
    (folder / "mono.wav").write_bytes(wav(np.ones((1600, 1), np.int16), 1))
    (folder / "text.wav").write_text("RIFF")
    (tmp_path / "elsewhere.wav").write_bytes((folder / "good.wav").read_bytes())
    client = keyed(context)
    await client.start_server()
    path, told = f"{CALLS}/{CALL}/recording/peaks", {}
    await save(pool, started())
    told["up"] = (await client.get(path, headers={"X-Key": "operator"})).status
    await save(pool, ended())
    told["unrecorded"] = (await client.get(path, headers={"X-Key": "operator"})).status
    response = await client.get(path, headers={"X-Key": "ann"})
    told["another key's"] = response.status
    for file in (folder / "mono.wav", folder / "text.wav", tmp_path / "elsewhere.wav", folder / "good.wav"):
        await save(pool, RecordingMade(CALL, str(file), 0.1, 10))
        response = await client.get(f"{path}?points=10", headers={"X-Key": "operator"})
        told[file.name] = response.status
    assert told == {
        "up": 409, "unrecorded": 404, "another key's": 404,
        "mono.wav": 404, "text.wav": 404, "elsewhere.wav": 404, "good.wav": 200,
    }  # fmt: skip
    assert (await response.json()) == {"seconds": 0.1, "caller": [0.1] * 10, "agent": [0.1] * 10}
    await client.close()
