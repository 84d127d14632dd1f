"""A real call whose caller goes on in Spanish, and is answered in it: a recogniser that writes what is said
in any language, espeak's voices, and a model behind an OpenAI-compatible server."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from pathlib import Path

import pytest

from callers.sound import resample
from callers.voiced import Clip
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from tests.faults.calling import Watched, all_stored, calls, poll, stored
from tests.model_server import KEY, MODEL, Answer, chat_chunks, model_server
from tests.peers.conftest import ServerProcess, start_server, stop_server
from tests.pipelines.assistant.test_on_the_phone import answers
from tests.plugins.acme_speech.buzz import say
from tests.plugins.installing import python_path

SPANISH = "gracias pero necesito hablar con usted"
ROW = """
insert into agents (name, kind, prompt, language, stt, tts, assistant)
values ('assistant', 'llm', 'You keep a diary.', 'en', '{acme-ear}', '{espeak-ng}', $1);
"""
SETTINGS = {
    "greeting": "Hello.",
    "languages": ["en", {"tag": "es", "offer": "Para español, pulse dos.", "key": "2"}],
}


async def put_row(server: ServerProcess) -> None:
    joined = EmbeddedPostgres(server.folder / "data")
    connection = await open_connection(await joined.start())
    try:
        await connection.execute("delete from agents where name = 'assistant'")
        await connection.execute(ROW, json.dumps(SETTINGS))
        await connection.execute("insert into routes (pattern, agent) values ('assistant', 'assistant')")
    finally:
        await connection.close()
        await joined.stop()


async def says(one: Watched, text: str) -> None:
    """In Buzz, when the agent has finished."""
    audio = resample(say(text).astype(float), 16_000, 8_000)
    await one.say(Clip.of(text, audio.astype("int16")))


async def goes_on_in(one: Watched, language: str, words: str) -> None:
    """The caller says this until it is heard in its language: a busy machine swallows letters."""
    for _ in range(3):
        await says(one, words)
        if [told["language"] for told in one.all("language")][-1:] == [language]:
            return
    raise AssertionError(f"no {language} after {one.all('final')}")


@pytest.mark.slow
async def test_a_caller_is_answered_in_the_language_that_is_spoken_and_asked_for() -> None:
    async with model_server() as model:
        folder = Path(tempfile.mkdtemp(prefix="vf-"))
        await asyncio.to_thread(folder.chmod, 0o755)
        options = (
            f'[engines.options.openai]\nbase_url = "{model.url}/v1"\nmodel = "{MODEL}"\n'
            'api_key_env = "MODEL_KEY"\n[engines]\nstt_workers = 1\ntts_workers = 1\n'
        )
        env = {"MODEL_KEY": KEY, "PYTHONPATH": python_path(folder / "site")}
        server = await asyncio.to_thread(start_server, folder, "127.0.0.58", options, env)
        try:
            await put_row(server)
            await poll("the model's engine", lambda: model.connections > 0)
            await poll("an assistant that answers", lambda: asyncio.run(answers(server)))
            async with calls(server, "assistant") as (one,):
                await poll("the greeting", lambda: "pulse dos." in str(one.all("heard")))
                model.answers += [Answer(chat_chunks("Claro, a las 14:30."))] * 3
                await goes_on_in(one, "es", SPANISH)
                await poll("an answer in Spanish", lambda: "Claro, a las 14:30." in str(one.all("heard")))
                model.answers.clear()
                model.answers += [Answer(chat_chunks("Of course."))] * 3
                await goes_on_in(one, "en", "english please")
                await poll("an answer in English", lambda: "Of course." in str(one.all("heard")))
            await all_stored(server)
            kept = await stored(server, one.id)
        finally:
            await asyncio.to_thread(stop_server, server)
            shutil.rmtree(folder, ignore_errors=True)
    changes = [event["data"] for event in kept["events"] if event["kind"] == "language"]
    assert changes == [
        {"language": "es", "before": "en", "why": "heard"},
        {"language": "en", "before": "es", "why": "asked"},
    ]
    asked = json.dumps(model.asked[-1]["messages"])
    assert "answer in Spanish (es) from now on" in asked and "answer in English (en) from now on" in asked
    assert "speak_language" in json.dumps(model.asked[-1]["tools"])
