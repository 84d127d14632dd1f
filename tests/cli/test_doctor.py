"""`voiceforge doctor`: one run for real, and how it tells of what fails."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

import cli.doctor
from cli.doctor import directory_rows
from cli.doctor_engines import models, preferred, row_engines, row_models, row_speech_models, timed
from cli.main import main
from mediaserver.calls.routes import AgentSpec
from mediaserver.config import load
from mediaserver.errors import EngineMissingError
from mediaserver.storage import flows, keys, prompts
from mediaserver.storage.prompts import NewPrompt
from tests.model_server import KEY, model_server
from tests.pipelines.flows.test_library_references import document

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.78"
"""An address of our own, so that no server of this machine is in the way."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the embedded database's own user may enter (pytest's tmp_path is closed to others)."""
    path = Path(tempfile.mkdtemp(prefix="vf-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A machine of our own: address and data folder that nobody else uses."""
    monkeypatch.setenv("VOICEFORGE_DATA", str(folder / "data"))
    monkeypatch.setenv("VOICEFORGE_SIP__HOST", HOST)
    monkeypatch.setenv("VOICEFORGE_HTTP__HOST", HOST)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return monkeypatch


def test_a_sound_machine_has_its_database_and_engines_ready(environment: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-m", "mediaserver", "doctor", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100)
    report = json.loads(done.stdout)
    found = {check["name"]: check for check in report["checks"]}
    assert (done.returncode, done.stderr, report["ok"]) == (0, "", True)
    assert found["database"]["detail"].startswith("PostgreSQL 18")
    for engine in ("engine vad", "engine pocketsphinx", "engine espeak-ng"):
        assert " ready in " in found[engine]["detail"]


def test_what_fails_is_named_on_stderr_and_in_the_report(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def load(*_: object) -> str:
        return "not looked at here"

    for name in ("load_vad", "load_stt", "load_tts"):
        environment.setattr(cli.doctor, name, load)
    environment.setenv("DATABASE_URL", f"postgresql://nobody:secret@{HOST}:9/none")
    with socket.socket() as held:
        held.bind((HOST, 0))
        held.listen()
        environment.setenv("VOICEFORGE_HTTP__PORT", str(held.getsockname()[1]))
        assert main(["doctor", "--json"]) == 1
    output, errors = capsys.readouterr()
    report = json.loads(output)
    failed = {check["name"]: check for check in report["checks"] if check["required"] and not check["ok"]}
    assert failed.keys() == {"port http", "database"}
    assert all(check["mend"] for check in failed.values())
    assert not report["ok"]
    assert errors == "voiceforge: the server cannot work here: port http, database\n"
    assert "secret" not in output


async def test_rows_that_make_no_sense_are_found_as_a_running_server_would(pool: asyncpg.Pool) -> None:
    assert await directory_rows(pool, load()) == []
    await pool.execute(
        """
        insert into agents (name, kind, flow) values ('odd', 'oracle', ''), ('lost', 'flow', 'no such flow');
        insert into routes (pattern, agent, valid_from, valid_until) values ('x', 'odd', now(), now())
        """
    )
    found = await directory_rows(pool, load())
    assert [finding.name.split()[0] for finding in found] == ["agent", "agent", "route"]
    assert {finding.name for finding in found} >= {"agent odd", "agent lost"}
    assert all(not finding.ok and not finding.fatal and finding.mend for finding in found)


async def test_a_row_that_searches_documents_that_nobody_added_is_found(pool: asyncpg.Pool) -> None:
    await pool.execute(
        """
        insert into agents (name, kind, tools) values
            ('desk', 'llm', '{examples.restaurant,knowledge/house,knowledge/gone}');
        insert into knowledge_documents (collection, name, digest, language, config, passages, bytes)
            values ('house', 'rules.md', repeat('0', 64), 'en', 'english', 1, 10)
        """
    )
    (finding,) = await directory_rows(pool, load())
    assert finding.name == "tools of agent desk" and not finding.fatal
    assert "no documents in 'gone'" in finding.detail
    assert "voiceforge knowledge add gone FILE" in finding.mend


async def test_sound_files_that_flows_and_assistants_may_not_play_are_found(pool: asyncpg.Pool) -> None:
    ann = (await keys.add_key(pool, "ann", keys.new_secret(), set())).id
    leaving = '{"voicemail": "hi", "voicemail_prompt": "%s"}'
    for agent, owner, sound in (("desk", None, "anns"), ("shop", ann, "anns"), ("till", ann, "shared")):
        await pool.execute(
            "insert into agents (name, kind, prompt, assistant, owner) values ($1, 'llm', 'x', $2, $3)",
            agent, leaving % sound, owner,
        )  # fmt: skip
    for sound, owner in (("anns", ann), ("shared", None)):
        await prompts.add_prompt(pool, NewPrompt(sound, "", "wav", "x", 16_000, 1, b"\0\0"), owner)
    for flow, owner in (("open", None), ("shut", ann)):
        playing = {"id": "hear", "type": "play", "prompt": "anns"}
        async with pool.acquire() as connection:
            drawn = document(playing, name=flow)
            await flows.save(connection, flow, drawn, state="valid", owner=owner)
            await flows.publish(connection, flow, 1)
    found = [each for each in await directory_rows(pool, load()) if "sound file" in each.detail]
    assert [(each.name, each.detail) for each in found] == [
        ("flow open", "node hear: there is no sound file 'anns'"),
        ("voicemail of agent desk", "there is no sound file 'anns': its words are said in its place"),
    ]
    assert "voiceforge prompts add anns FILE" in found[1].mend


async def test_languages_of_a_row_that_no_engine_speaks_are_found(pool: asyncpg.Pool) -> None:
    await pool.execute(
        """
        insert into agents (name, kind, flow, assistant)
        values ('desk', 'llm', '', '{"languages": ["en", "de", "xx"]}')
        """
    )
    found = await directory_rows(pool, load())
    assert [(finding.name, finding.detail) for finding in found] == [
        ("agent desk", "its calls cannot go on in de: no engine for stt speaks it"),
        ("agent desk", "its calls cannot go on in xx: no language is known by this tag"),
    ]
    assert not any(finding.ok or finding.fatal for finding in found)


async def test_a_language_that_an_engines_own_name_says_is_spoken(pool: asyncpg.Pool) -> None:
    """Those of MMS's thousand are in no list; where nobody names one, it is none."""
    await pool.execute(
        """
        insert into agents (name, kind, flow, stt, tts, assistant) values
            ('desk', 'llm', '', '{hf-endpoint-stt}', '{espeak,mms-tts:quc}', '{"languages": ["en", "quc"]}'),
            ('lost', 'llm', '', '{hf-endpoint-stt}', '{espeak,mms-tts:de}', '{"languages": ["en", "quc"]}')
        """
    )
    told = [finding for finding in await directory_rows(pool, load()) if "go on in" in finding.detail]
    assert [(finding.name, finding.detail) for finding in told] == [
        ("agent lost", "its calls cannot go on in quc: no engine for tts speaks it")
    ]


async def test_a_database_without_tables_has_no_rows_to_look_at(pool: asyncpg.Pool) -> None:
    await pool.execute("drop table routes, agents cascade")
    assert await directory_rows(pool, load()) == []


async def test_a_loader_that_works_tells_how_long_it_took() -> None:
    async def load() -> str:
        return "silero"

    finding = await timed("engine vad", load)
    assert finding.ok
    assert finding.detail.startswith("silero, ready in ")


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (EngineMissingError("espeak lacks its data:\n install it"), "espeak lacks its data: install it"),
        (ValueError("torn file"), "ValueError: torn file"),
    ],
)
async def test_a_loader_that_fails_is_a_finding_with_a_way_out(error: Exception, detail: str) -> None:
    async def load() -> str:
        raise error

    finding = await timed("engine tts", load)
    assert (finding.fatal, finding.detail) == (True, detail)
    assert finding.mend


async def test_one_engine_of_a_list_that_works_is_enough() -> None:
    async def load(name: str) -> str:
        if name != "good":
            raise EngineMissingError(f"there is no engine {name!r}: did you mean 'good'?")
        return name

    both = await preferred(["goood", "good"], load)
    assert [(each.name, each.ok, each.fatal) for each in both] == [
        ("engine goood", False, False), ("engine good", True, False),
    ]  # fmt: skip
    assert "did you mean 'good'" in both[0].detail and both[0].mend
    (none,) = await preferred(["goood"], load)
    assert none.fatal


def test_engines_that_rows_name_and_nobody_has_are_found() -> None:
    rows = [
        AgentSpec(UUID(int=1), "desk", 1, "flow", stt=("pocketsphynx", "pocketsphinx")),
        AgentSpec(UUID(int=2), "shop", 1, "flow", stt=("pocketsphynx",), tts=("espeak-ng",)),
    ]
    (found,) = row_engines(rows, load())
    assert (found.name, found.fatal) == ("engine pocketsphynx", False)
    assert "did you mean 'pocketsphinx'" in found.detail
    assert "desk, shop" in found.mend


def test_rows_of_models_that_hear_and_speak_name_no_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    named = AgentSpec(UUID(int=1), "desk", 1, "realtime", llm=("local",))
    usual = AgentSpec(UUID(int=2), "shop", 1, "realtime")
    assert row_engines([named, usual], load()) == []
    found = row_speech_models([named, usual], load())
    assert [(each.name, each.fatal) for each in found] == [("agent desk", False), ("agent shop", False)]
    assert "no speech-to-speech model local" in found[0].detail and "OPENAI_API_KEY" in found[1].mend
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert [each.name for each in row_speech_models([named, usual], load())] == ["agent desk"]


async def test_a_model_that_only_a_row_names_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    config = tmp_path / "voiceforge.toml"
    async with model_server() as server:
        config.write_text(
            f'[engines.options.openai]\nbase_url = "{server.url}/v1"\napi_key_env = "OPENAI_API_KEY"\n'
        )
        rows = [AgentSpec(UUID(int=1), "desk", 1, "llm", llm=("openai:tiny", "openai:tyni", "anthropic"))]
        (found,) = await row_models(rows, load(config))
        assert not server.asked, "no token is spent"
    assert (found.name, found.fatal) == ("engine openai:tyni", False)
    assert "knows no model 'tyni' (it has tiny)" in found.detail and "desk" in found.mend


async def test_a_language_model_that_cannot_be_asked_is_found_without_spending_a_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await models(load()) == []
    async with model_server() as server:
        tables = {"openai": f"{server.url}/v1", "openai:gone": "http://127.0.0.1:1/v1"}
        toml = [f'[engines.options."{name}"]\nbase_url = "{url}"\n' for name, url in tables.items()]
        config = tmp_path / "voiceforge.toml"
        key = 'api_key_env = "OPENAI_API_KEY"\n'
        config.write_text(toml[0] + key + 'model = "tiny"\n' + toml[1] + 'model = "x"\n')
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        fine, gone = await models(load(config))
        assert (fine.ok, gone.ok, gone.fatal) == (True, False, False)
        assert "cannot be reached" in gone.detail and gone.mend
        config.write_text(toml[0] + key + 'model = "huge"\n')
        (unknown,) = await models(load(config))
        assert "knows no model 'huge' (it has tiny)" in unknown.detail
        monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong")
        (refused,) = await models(load(config))
        assert "refuses the key in OPENAI_API_KEY" in refused.detail
        assert not server.asked
