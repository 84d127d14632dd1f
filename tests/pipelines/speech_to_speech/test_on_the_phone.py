"""A real call to an agent whose model hears and speaks by itself: the greeting is heard, what the caller says
reaches the model as sound, and the model ends the call."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from callers.voiced import Clip
from tests.faults.calling import all_stored, calls, poll, stored
from tests.peers.conftest import ServerProcess, start_server, stop_server
from tests.pipelines.speech_to_speech.realtime_server import KEY, Answer, serving

ROOT = Path(__file__).resolve().parents[3]


def add_agent(server: ServerProcess) -> None:
    """As a user does, while the server runs."""
    told = subprocess.run(
        [sys.executable, "-m", "mediaserver", "agents", "set", "concierge", "--realtime", "--prompt",
         "You answer the phone of a hotel.", "--config", str(server.folder / "voiceforge.toml")],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "VOICEFORGE_DATA": str(server.folder / "data")},
    )  # fmt: skip
    assert told.returncode == 0, told.stderr


async def test_a_caller_talks_with_a_model_that_hears_and_speaks_by_itself() -> None:
    folder = Path(tempfile.mkdtemp(prefix="vf-"))
    await asyncio.to_thread(folder.chmod, 0o755)
    async with serving(
        Answer("Good evening, this is the hotel.", 800),
        Answer("", 0, (("end_call", {}),)),
        Answer("Good night.", 600),
    ) as model:
        model.transcripts.append("a room for two please")
        options = (
            f'[engines.speech_to_speech.here]\nurl = "{model.url}"\nmodel = "test"\n'
            'api_key_env = "MODEL_KEY"\n[engines]\nstt_workers = 1\ntts_workers = 1\n'
        )
        server = await asyncio.to_thread(start_server, folder, "127.0.0.58", options, {"MODEL_KEY": KEY})
        try:
            await asyncio.to_thread(add_agent, server)
            async with calls(server, "concierge") as (one,):
                await poll("the greeting", lambda: bool(one.all("heard")))
                voice = (6_000 * np.sin(np.arange(4_800) / 3)).astype(np.int16)
                await one.call.talk.say(Clip.of("voice", voice))
                await one.ended()
                await all_stored(server)
                kept = await stored(server, one.id)
        finally:
            await asyncio.to_thread(stop_server, server)
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    said = [(turn["speaker"], turn["heard"]) for turn in kept["transcript"]]
    assert said == [
        ("agent", "Good evening, this is the hotel."),
        ("caller", "a room for two please"),
        ("agent", "Good night."),
    ]
    assert kept["ended_by"] == "agent"
    usage = [event["data"]["usage"] for event in kept["events"] if event["kind"] == "llm"]
    assert usage[0]["total_tokens"] == 30
    assert [event["data"]["name"] for event in kept["events"] if event["kind"] == "tool"] == ["end_call"]
