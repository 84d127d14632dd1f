"""`voiceforge engines serve`: who is let in, and a process that serves, and ends when it is told to."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from cli.main import main
from pipelines.engines.registry import EngineOptions
from pipelines.engines.remote.engine import make_tts

KEY = "0123456789abcdef0123"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--host", "0.0.0.0"], "lets other machines in"),
        (["--tls-key", "key.pem"], "go together"),
        (["--tls-key", "/nowhere", "--tls-certificate", "/nowhere"], "no certificate with its key"),
        (["--key-file", "/nowhere"], "/nowhere cannot be read"),
    ],
)
def test_what_it_refuses_is_said_in_a_line(
    arguments: list[str], why: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENGINES_KEY", KEY)
    assert main(["engines", "serve", "espeak-ng", *arguments]) == 1
    said = capsys.readouterr().err
    assert why in said and len(said.splitlines()) == 1


@pytest.mark.parametrize(("key", "why"), [("", "set ENGINES_KEY"), ("short", "at least 16 random")])
def test_nobody_is_served_without_a_good_key(
    key: str, why: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENGINES_KEY", key)
    assert main(["engines", "serve", "espeak-ng"]) == 1
    assert why in capsys.readouterr().err


async def test_a_served_voice_speaks_and_ends_with_its_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = tmp_path / "ready.json"
    monkeypatch.setenv("ENGINES_KEY", KEY)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mediaserver", "engines", "serve", "espeak-ng"),
        *("--port", "0", "--ready-file", str(ready)),
        env={**os.environ, "VOICEFORGE_DATA": str(tmp_path)},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(30):
            while not ready.exists():  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.05)
        url = json.loads(ready.read_text())["url"]
        tts = make_tts(EngineOptions(settings={"urls": url}, name="remote:espeak-ng"))
        await tts.start()
        audio = np.concatenate([chunk.samples async for chunk in tts.speak("hello there")])
        assert len(audio) > 4000 and np.abs(audio).max() > 1000
        assert tts.manifest.speaks("de") and not tts.manifest.speaks("tlh")
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
        async with asyncio.timeout(10):
            while tts.ready:  # noqa: ASYNC110 - until it has noticed
                await asyncio.sleep(0.01)
        await tts.stop()
    finally:
        if process.returncode is None:
            process.kill()
        said = (await process.communicate())[1].decode()
    assert KEY not in said and "serving espeak-ng" in said
