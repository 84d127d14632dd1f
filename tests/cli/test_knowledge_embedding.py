"""`voiceforge knowledge` with a model for embeddings, the doctor's look at it, and the agents' searches:
against a strict server and a real database.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from cli.doctor_engines import embedder
from cli.knowledge_embedding import vectors_finding
from cli.main import FAILED, OK, main
from cli.serving.engines import open_engines, open_meaning
from cli.serving.speech import Speech
from cli.serving.tools import AgentTools
from mediaserver.config import load
from mediaserver.storage import vectors
from mediaserver.storage.postgres import EmbeddedPostgres, open_pool
from pipelines.engines.builtin import registry
from pipelines.tools.mcp.servers import McpServers
from tests.embedding_server import KEY, MODEL, EmbeddingServer, Odd, embedding_server
from tests.pipelines.tools.calling import called, said

HOUSE = "# Parking\nBehind the house.\n# Fees\nTwelve pounds a year."
SETTINGS = """
[engines]
embedding = "openai-embeddings:here"
embedding_within_ms = 2000

[engines.options."openai-embeddings:here"]
base_url = "{url}"
model = "{model}"
api_key_file = "{key}"
connect_s = 1
"""


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    """On a thread of its own: each command has a loop of its own."""
    running: list[EmbeddingServer] = []
    up = threading.Event()
    loop = asyncio.new_event_loop()
    down = asyncio.Event()

    async def serve() -> None:
        async with embedding_server() as made:
            running.append(made)
            up.set()
            await down.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert up.wait(10)
    yield running[0]
    loop.call_soon_threadsafe(down.set)
    thread.join()
    loop.close()
    assert running[0].faults == []


@pytest.fixture
def folder(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pool: asyncpg.Pool,
    postgres: EmbeddedPostgres,
    server: EmbeddingServer,
) -> Path:
    (tmp_path / "house.md").write_text(HOUSE)
    (tmp_path / "tea.txt").write_text("Tea is at four.")
    (tmp_path / "key").write_text(KEY)
    configure(tmp_path, server.url)
    monkeypatch.setenv("DATABASE_URL", postgres.dsn)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def configure(folder: Path, url: str, model: str = MODEL) -> None:
    text = SETTINGS.format(url=url, model=model, key=folder / "key")
    (folder / "voiceforge.toml").write_text(text)


def knowledge(*words: str) -> int:
    return main(["knowledge", *words])


def listed(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert knowledge("list", "--json") == OK
    rows = json.loads(capsys.readouterr().out)["documents"]
    return {row["name"]: row["embedded"] for row in rows}


def test_what_is_added_is_embedded_and_found_by_its_meaning(
    folder: Path, server: EmbeddingServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert knowledge("add", "house", "house.md", "tea.txt") == OK
    out = capsys.readouterr().out
    assert "house.md is added: 2 passages" in out
    assert "house: 3 passages embedded with ngrams in 64 dimensions, 12 tokens" in out
    assert listed(capsys)["house.md"] == [{"model": "ngrams", "dimensions": 64, "vectors": 2}]
    assert knowledge("list") == OK
    assert "all by ngrams (64)" in " ".join(capsys.readouterr().out.split())
    assert knowledge("search", "house", "how", "much", "is", "it") == OK
    found = capsys.readouterr().out
    assert found.startswith("by words and meaning\nhouse.md, Fees (0.00, similarity 0.")
    assert knowledge("search", "house", "parking", "--json") == OK
    told = json.loads(capsys.readouterr().out)
    assert told["search"] == {"by": "words and meaning", "model": "ngrams", "tokens": 3}
    # What is there already is paid for once, but for the word that asks whether the server is there.
    asked = len(server.asked)
    assert knowledge("embed") == OK
    assert capsys.readouterr().out.startswith("house: all passages are embedded with ngrams in 64 dimensions")
    assert [each["input"] for each in server.asked[asked:]] == [["dimensions"]]


def test_what_cannot_be_embedded_is_stored_and_embedded_later(
    folder: Path, server: EmbeddingServer, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(folder, "http://127.0.0.1:9/v1")
    assert knowledge("add", "house", "house.md") == OK
    told = capsys.readouterr()
    assert told.out == "house.md is added: 2 passages\n"
    assert "stored, and found by words, but not embedded: openai-embeddings:here: " in told.err
    assert "`voiceforge knowledge embed house`" in told.err
    assert listed(capsys) == {"house.md": []}
    assert knowledge("search", "house", "parking") == OK
    told = capsys.readouterr()
    assert told.out.startswith("by words: openai-embeddings:here: http://127.0.0.1:9/v1 cannot be reached")
    assert "house.md, Parking" in told.out
    assert knowledge("embed", "house") == FAILED
    assert "cannot be reached" in capsys.readouterr().err
    configure(folder, server.url)
    assert knowledge("embed", "house") == OK
    assert "house: 2 passages embedded" in capsys.readouterr().out


def test_another_model_is_noticed_and_its_predecessors_vectors_are_removed_on_demand(
    folder: Path, server: EmbeddingServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert knowledge("add", "house", "house.md") == OK
    server.dimensions = 48  # the server has another model under the same name
    capsys.readouterr()
    assert knowledge("search", "house", "parking") == OK
    assert "by words: nothing in house is embedded with ngrams in 48" in capsys.readouterr().out
    assert knowledge("embed", "--prune") == OK
    out = capsys.readouterr().out
    assert "2 passages embedded with ngrams in 48 dimensions" in out
    assert "house: 2 vectors of other models removed" in out
    assert listed(capsys)["house.md"] == [{"model": "ngrams", "dimensions": 48, "vectors": 2}]


def test_without_a_model_nothing_is_embedded_and_that_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "voiceforge.toml").write_text("")
    assert knowledge("add", "house", "house.md") == OK
    assert capsys.readouterr().err == "reading house.md\nstoring house.md\n"
    assert knowledge("embed") == FAILED
    assert "name one in engines.embedding" in capsys.readouterr().err
    assert knowledge("embed", "huose") == FAILED
    assert "there is no collection huose" in capsys.readouterr().err


def test_the_doctor_says_whether_the_engine_and_pgvector_are_there(
    folder: Path, server: EmbeddingServer, pool: asyncpg.Pool, postgres: EmbeddedPostgres
) -> None:
    async def look() -> list[Any]:
        settings = load(None)
        own = await open_pool(postgres.dsn, 1)
        try:
            return [*await embedder(settings), await vectors_finding(own, settings)]
        finally:
            await own.close()

    engine, extension = asyncio.run(look())
    assert engine.ok and "openai-embeddings:here: ngrams in 64 dimensions, ready in" in engine.detail
    assert extension.ok and extension.detail.endswith("added with the first vectors")
    server.odd.append(Odd(b"<html>"))
    engine, _ = asyncio.run(look())
    assert not engine.ok and not engine.required and "does not answer as it should" in engine.detail
    configure(folder, server.url, "huge")
    engine, _ = asyncio.run(look())
    assert "knows no model 'huge'" in engine.detail and "until then documents" in engine.mend


@pytest.mark.parametrize(
    ("there", "named", "ok", "detail"),
    [
        (None, True, False, "the database has none"),
        (None, False, True, "the database has none, and nothing needs it"),
        (vectors.Pgvector("0.5.1", "public"), True, False, "0.5.1 is too old: 0.7 or later is needed"),
        (vectors.Pgvector("0.8.1", "public"), True, True, "0.8.1"),
        (vectors.Pgvector("0.8.1", "public"), False, True, "0.8.1; engines.embedding names no model"),
    ],
)
async def test_a_database_without_pgvector_is_a_finding_where_it_is_needed(
    monkeypatch: pytest.MonkeyPatch, there: Any, named: bool, ok: bool, detail: str
) -> None:
    async def found(_: Any) -> Any:
        return there

    monkeypatch.setattr(vectors, "pgvector", found)
    if named:
        monkeypatch.setenv("VOICEFORGE_ENGINES__EMBEDDING", "openai-embeddings")
    finding = await vectors_finding(None, load(None))  # type: ignore[arg-type]
    assert finding.ok is ok and finding.detail.startswith(detail) and not finding.fatal


def test_an_agent_of_the_server_searches_by_meaning_and_its_engine_is_watched(
    folder: Path, server: EmbeddingServer, postgres: EmbeddedPostgres
) -> None:
    assert knowledge("add", "house", "house.md") == OK

    async def ask(limit_s: float) -> tuple[Any, list[Any]]:
        settings = load(None)
        async with AsyncExitStack() as undo:
            engines = open_engines(settings, registry(), undo)
            tools = AgentTools(McpServers([]))
            tools.meaning = open_meaning(settings, engines)
            await engines.settle(limit_s)
            tools.database = pool = await open_pool(postgres.dsn)
            undo.push_async_callback(pool.close)
            box = tools.box(["knowledge/house"])
            made = box.get("search_house")
            assert made is not None
            speech = Speech(engines, settings.engines, lambda: None, ())
            return await called(made, {"question": "how much is it"}), speech.findings()

    outcome, findings = asyncio.run(ask(20))
    assert said(outcome).startswith('<passage from="house.md, Fees">\nTwelve pounds')
    assert outcome.quoted[0].text == "Twelve pounds a year." and outcome.about["by"] == "words and meaning"
    assert not [each for each in findings if "embeddings" in each.name]
    configure(folder, "http://127.0.0.1:9/v1")
    outcome, findings = asyncio.run(ask(20))
    assert outcome.about["by"] == "words" and "cannot be reached" in outcome.about["why"]
    (finding,) = [each for each in findings if "embeddings" in each.name]
    assert not finding.ok and not finding.fatal and "engines.embedding" in finding.mend
