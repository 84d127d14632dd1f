"""`voiceforge agents`: rows for people who do not write SQL."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest

from cli.main import main
from mediaserver.storage.migrations import migrate
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection


@pytest.fixture(autouse=True)
def database(postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty one of our own, for the command to find."""

    async def empty() -> None:
        connection = await open_connection(postgres.dsn)
        await connection.execute("drop schema public cascade; create schema public")
        await migrate(connection)
        await connection.close()

    asyncio.run(empty())
    monkeypatch.setenv("DATABASE_URL", postgres.dsn)
    yield


def listed(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    capsys.readouterr()
    assert main(["agents", "list", "--json"]) == 0
    return {agent["name"]: agent for agent in json.loads(capsys.readouterr().out)["agents"]}


def test_a_fresh_database_has_the_demo_and_the_echo(capsys: pytest.CaptureFixture[str]) -> None:
    agents = listed(capsys)
    assert {name: agent["addresses"] for name, agent in agents.items()} == {
        "demo": ["demo"],
        "echo": ["echo"],
    }
    assert main(["agents", "list"]) == 0
    assert "booking" in capsys.readouterr().out


def test_an_agent_is_set_changed_and_removed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["agents", "set", "hours", "--python", "examples.hours:OpeningHours"]) == 0
    assert listed(capsys)["hours"]["addresses"] == ["hours"]

    words = ["--flow", "booking", "--at", "+1555*", "--at", "demo", "--stt", "cloud, pocketsphinx"]
    assert main(["agents", "set", "hours", *words, "--no-recording"]) == 0
    agents = listed(capsys)
    assert agents["demo"]["addresses"] == []
    hours = agents["hours"]
    assert (hours["version"], hours["is"], hours["recording"]) == (2, "booking", False)
    assert hours["addresses"] == ["hours", "+1555*", "demo"]
    assert hours["stt"] == ["cloud", "pocketsphinx"]

    assert main(["agents", "remove", "hours"]) == 0
    assert "hours" not in listed(capsys)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["set", "x", "--python", "not a class"], "neither module:Class nor"),
        (["set", "x", "--echo", "--turn", "{"], "--turn is not JSON"),
        (["set", "x", "--echo", "--turn", "3"], "not a JSON object"),
        (["set", "x", "--flow", "boking"], "did you mean 'booking'"),
        (["remove", "nobody"], "there is no agent nobody"),
    ],
)
def test_what_makes_no_sense_is_one_line_and_changes_nothing(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["agents", *words]) == 1
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert set(listed(capsys)) == {"demo", "echo"}
