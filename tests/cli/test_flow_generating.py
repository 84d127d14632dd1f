"""`voiceforge flows generate`, against the real tables and a server of language models."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from tests.model_server import KEY, Answer, ModelServer, chat_chunks, model_server
from tests.pipelines.flows.generating.test_author import ASK_PEOPLE, GOOD, WRONG

pytestmark = pytest.mark.usefixtures("own_database")


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ModelServer]:
    """The one of the configuration."""
    async with model_server() as running:
        config = tmp_path / "voiceforge.toml"
        config.write_text(
            f'[engines.options.openai]\nbase_url = "{running.url}/v1"\nmodel = "tiny"\n'
            'api_key_env = "OPENAI_API_KEY"\n'
        )
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("VOICEFORGE_CONFIG", str(config))
        monkeypatch.chdir(tmp_path)
        yield running


async def told(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    capsys.readouterr()
    assert await asyncio.to_thread(main, ["flows", *words]) == code
    said = capsys.readouterr()
    return said.err if code else said.out


def answers(server: ModelServer, *documents: Any) -> None:
    server.answers.extend(Answer(chat_chunks(json.dumps(each))) for each in documents)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


async def test_a_flow_is_drawn_changed_and_saved_after_a_yes(
    server: ModelServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(server, GOOD)
    monkeypatch.setattr(sys, "stdin", Terminal("no\n"))
    shown = await told(capsys, "generate", "ask for a day", "--name", "days")
    assert "day (collect): Which day?" in shown
    assert "nothing is saved" in shown
    assert "no flow days" in await told(capsys, "show", "days", code=1)

    answers(server, GOOD)
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    assert "saved as version 1" in await told(capsys, "generate", "ask for a day", "--name", "days")

    answers(server, ASK_PEOPLE)
    words = ("generate", "after the day, ask how many come", "--edit", "days")
    made = json.loads(await told(capsys, *words, "--yes", "--json"))
    assert (made["version"], made["answers"]) == (2, 1)
    assert any(each["what"] == "node" and each["change"] == "added" for each in made["changes"])
    history = json.loads(await told(capsys, "history", "days", "--json"))
    assert "generated: after the day" in json.dumps(history)
    [flow] = json.loads(await told(capsys, "list", "--json"))["flows"]
    assert flow["published"] is None


async def test_nothing_with_errors_is_saved(server: ModelServer, capsys: pytest.CaptureFixture[str]) -> None:
    answers(server, *[WRONG] * 4)
    error = await told(capsys, "generate", "ask for a day", "--yes", code=1)
    assert "no flow without errors came of 4 answers" in error
    assert json.loads(await told(capsys, "list", "--json"))["flows"] == []


async def test_without_a_terminal_only_yes_saves(
    server: ModelServer, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(server, GOOD)
    made = json.loads(await told(capsys, "generate", "ask for a day", "--json"))
    assert (made["version"], made["document"]["name"]) == (None, "days")
    assert json.loads(await told(capsys, "list", "--json"))["flows"] == []


async def test_without_a_model_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert "no language model is configured" in await told(capsys, "generate", "ask for a day", code=1)
