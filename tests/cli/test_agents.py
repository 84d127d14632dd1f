"""`voiceforge agents`: rows for people who do not write SQL."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from uuid import UUID

import pytest

from cli.main import main
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from mediaserver.storage.records import FactLearnt
from mediaserver.storage.saving import save

pytestmark = pytest.mark.usefixtures("own_database")


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
    words += ["--retention", '{"events_days": 7}', "--redaction", '{"enabled": true}']
    assert main(["agents", "set", "hours", *words, "--no-recording"]) == 0
    agents = listed(capsys)
    assert agents["demo"]["addresses"] == []
    hours = agents["hours"]
    assert (hours["version"], hours["is"], hours["recording"]) == (2, "booking", False)
    assert hours["addresses"] == ["hours", "+1555*", "demo"]
    assert hours["stt"] == ["cloud", "pocketsphinx"]
    assert (hours["retention"], hours["redaction"]) == ({"events_days": 7}, {"enabled": True})

    assert main(["agents", "remove", "hours"]) == 0
    assert "hours" not in listed(capsys)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["set", "x", "--python", "not a class"], "neither module:Class nor"),
        (["set", "x", "--echo", "--turn", "{"], "--turn is not JSON"),
        (["set", "x", "--echo", "--turn", "3"], "not a JSON object"),
        (["set", "x", "--echo", "--redaction", '{"digits": 1}'], "from 3 to 20"),
        (["set", "x", "--echo", "--retention", '{"call_days": 1}'], "nearest known one is 'calls_days'"),
        (["set", "x", "--flow", "boking"], "did you mean 'booking'"),
        (["remove", "nobody"], "there is no agent nobody"),
        (["set", "x", "--echo", "--remember"], "give --assistant"),
        (["set", "x", "--assistant", "--transfer", "sales"], "NAME=TARGET"),
        (["set", "x", "--assistant", "--prompt", "@nowhere.txt"], "the prompt nowhere.txt cannot be read"),
        (["set", "x", "--assistant", "--greeting", "x" * 2000], "greeting that is not text of at most"),
        (["set", "x", "--assistant", "--languages", "en,spanish!"], "'spanish!' is no tag such as 'es'"),
        (["set", "x", "--assistant", "--languages", "[{]"], "--languages is neither tags nor JSON"),
        (
            ["set", "x", "--assistant", "--languages", '[{"tag": "es", "ky": "2"}]'],
            "one is 'key'",
        ),
        (["set", "x", "--flow", "booking", "--languages", "es"], "--languages is for agents that think"),
        (["forget", "ann"], "no telephone number in full"),
    ],
)
def test_what_makes_no_sense_is_one_line_and_changes_nothing(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["agents", *words]) == 1
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert set(listed(capsys)) == {"demo", "echo"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("en, es-MX", ["en", "es-MX"]),
        ('["en", {"tag": "es", "key": "2"}]', ["en", {"tag": "es", "key": "2"}]),
    ],
)
def test_languages_are_tags_or_json(
    given: str, kept: list[object], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "languages"
    file.write_text(given)
    for option in (given, f"@{file}"):
        assert main(["agents", "set", "desk", "--assistant", "--languages", option]) == 0
        assert listed(capsys)["desk"]["assistant"] == {"languages": kept}


def test_an_assistant_is_set_with_all_that_it_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    prompt = tmp_path / "prompt.txt"
    prompt.write_text("You sell hats.")
    words = ["--prompt", f"@{prompt}", "--tools", "examples.restaurant, mcp/shop", "--llm", "openai"]
    more = [
        "--transfer",
        "sales=101",
        "--transfer",
        "Mr. Bell = +15550100",
        "--remember",
        "--fallback",
        "101",
        "--preemptive",
        "off",
    ]
    assert main(["agents", "set", "hats", "--assistant", *words, *more]) == 0
    hats = listed(capsys)["hats"]
    assert (hats["kind"], hats["tools"], hats["fault"]) == ("llm", ["examples.restaurant", "mcp/shop"], "")
    assert hats["assistant"] == {
        "remember": True, "fallback": "101", "transfers": {"sales": "101", "Mr. Bell": "+15550100"},
        "preemptive": False,
    }  # fmt: skip


def test_a_caller_is_forgotten(capsys: pytest.CaptureFixture[str], postgres: EmbeddedPostgres) -> None:
    async def learn() -> None:
        connection = await open_connection(postgres.dsn)
        await save(connection, FactLearnt(UUID(int=7), "demo", "+15550100", "name", "Ann"))
        await connection.close()

    asyncio.run(learn())
    assert main(["agents", "forget", "+1 555 0100"]) == 0
    assert "1 facts about +15550100 are forgotten" in capsys.readouterr().out
    assert main(["agents", "forget", "+15550100", "--agent", "demo"]) == 0
    assert "nothing was kept" in capsys.readouterr().out
