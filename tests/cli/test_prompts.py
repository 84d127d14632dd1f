"""`voiceforge prompts`, in a real database and with a real reader of audio."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import asyncpg
import pytest

from cli.main import FAILED, OK, main
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from tests.api.telephony.test_prompts import wav


@pytest.fixture
def folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pool: asyncpg.Pool, postgres: EmbeddedPostgres
) -> Path:
    (tmp_path / "hello.wav").write_bytes(wav(1.0))
    (tmp_path / "short.wav").write_bytes(wav(0.5, 8_000, 1))
    (tmp_path / "notes.txt").write_text("no audio")
    monkeypatch.setenv("DATABASE_URL", postgres.dsn)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_sound_files_are_added_shown_replaced_and_removed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prompts", "list"]) == OK
    assert "there is none" in capsys.readouterr().out
    assert main(["prompts", "add", "hello", "hello.wav", "--text", "good day"]) == OK
    assert capsys.readouterr().out == "hello is added: 1.0 s\n"
    assert main(["prompts", "add", "hello", "short.wav"]) == FAILED
    assert "give --replace" in capsys.readouterr().err
    assert main(["prompts", "add", "hello", "short.wav", "--replace"]) == OK
    capsys.readouterr()
    assert main(["prompts", "list", "--json"]) == OK
    (row,) = json.loads(capsys.readouterr().out)["prompts"]
    assert (row["name"], row["seconds"], row["rate"], row["text"]) == ("hello", 0.5, 8_000, "good day")
    assert (row["version"], row["owner"]) == (2, None)
    assert main(["prompts", "list"]) == OK
    assert "everybody's" in capsys.readouterr().out
    assert main(["prompts", "remove", "hello"]) == OK
    assert main(["prompts", "remove", "hello"]) == FAILED


def test_one_that_an_agent_leaves_stays_until_it_is_forced(
    folder: Path, postgres: EmbeddedPostgres, capsys: pytest.CaptureFixture[str]
) -> None:
    async def add_agent() -> None:
        connection = await open_connection(postgres.dsn)
        await connection.execute(
            "insert into agents (name, kind, prompt, assistant) values ('desk', 'llm', 'x', $1)",
            '{"voicemail": "hi", "voicemail_prompt": "hello"}',
        )
        await connection.close()

    assert main(["prompts", "add", "hello", "hello.wav"]) == OK
    asyncio.run(add_agent())
    assert main(["prompts", "remove", "hello"]) == FAILED
    assert "hello is played by the agent desk" in capsys.readouterr().err
    assert main(["prompts", "remove", "hello", "--force"]) == OK


def test_an_assistant_is_told_to_leave_one_that_is_there(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = ["agents", "set", "desk", "--assistant", "--voicemail", "hi", "--voicemail-prompt", "hello"]
    assert main(desk) == FAILED
    assert (
        "there is no sound file hello: `voiceforge prompts add hello FILE` first" in capsys.readouterr().err
    )
    assert main(["prompts", "add", "hello", "hello.wav"]) == OK
    assert main(desk) == OK


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "no name", "hello.wav"], "is no name"),
        (["add", "x", "gone.wav"], "No such file"),
        (["add", "x", "."], "is no file"),
        (["add", "x", "notes.txt"], "this is not audio"),
    ],
)
def test_what_cannot_be_kept_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["prompts", *words]) == FAILED
    assert said in capsys.readouterr().err
