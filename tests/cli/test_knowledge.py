"""`voiceforge knowledge`, in a real database."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import asyncpg
import pytest

from cli.database import InTurn
from cli.main import FAILED, OK, main
from cli.serving.tools import AgentTools
from mediaserver.storage.postgres import EmbeddedPostgres, open_pool
from pipelines.knowledge.tool import knowledge_tool
from pipelines.tools.mcp.servers import McpServers
from tests.pipelines.knowledge.pdfs import pdf
from tests.pipelines.tools.calling import called, said


@pytest.fixture
def folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pool: asyncpg.Pool, postgres: EmbeddedPostgres
) -> Path:
    (tmp_path / "house.md").write_text("# Parking\nBehind the house.\x1b[2J\n# Fees\nTwelve pounds.")
    (tmp_path / "haus.txt").write_text("Die Bücherei öffnet um neun.")
    (tmp_path / "manual.pdf").write_bytes(pdf([["Press the red switch for three seconds."]]))
    (tmp_path / "old.txt").write_bytes("Größe".encode("latin1"))
    (tmp_path / "locked.pdf").write_bytes(pdf([["x"]], password="y"))
    monkeypatch.setenv("DATABASE_URL", postgres.dsn)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_documents_are_added_shown_found_and_removed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["knowledge", "list"]) == OK
    assert "there is none" in capsys.readouterr().out
    assert main(["knowledge", "add", "house", "house.md", "manual.pdf"]) == OK
    assert capsys.readouterr().out == (
        "house.md is added: 2 passages\nmanual.pdf is added: 1 passages, 1 pages\n"
    )
    assert main(["knowledge", "add", "house", "haus.txt", "--language", "de", "--name", "Haus"]) == OK
    assert main(["knowledge", "add", "house", "house.md"]) == OK
    assert "house.md is there already, and the same" in capsys.readouterr().out
    assert main(["knowledge", "list", "house", "--json"]) == OK
    rows = json.loads(capsys.readouterr().out)["documents"]
    assert [(row["name"], row["language"], row["passages"]) for row in rows] == [
        ("Haus", "de", 1), ("house.md", "en", 2), ("manual.pdf", "en", 1),
    ]  # fmt: skip
    assert main(["knowledge", "list"]) == OK
    capsys.readouterr()
    assert main(["knowledge", "search", "house", "where", "is", "parking"]) == OK
    out = capsys.readouterr().out
    assert out.startswith("house.md, Parking (1.00)\nBehind the house.") and "\x1b[2J" not in out
    assert main(["knowledge", "search", "house", "red", "switch", "--json"]) == OK
    (found,) = json.loads(capsys.readouterr().out)["passages"]
    assert (found["document"], found["page"]) == ("manual.pdf", 1)
    assert main(["knowledge", "search", "house", "zebra"]) == OK
    assert capsys.readouterr().out == "nothing fits\n"
    assert main(["knowledge", "remove", "house", "house.md"]) == OK
    assert main(["knowledge", "remove", "house", "--all"]) == OK
    assert capsys.readouterr().out == "removed: 1 document\nremoved: 2 documents\n"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["add", "house", "gone.md"], "cannot read gone.md: No such file or directory"),
        (["add", "house", "old.txt"], "old.txt: it is no UTF-8 text (line 1)"),
        (["add", "house", "locked.pdf"], "locked.pdf: it is encrypted"),
        (["add", "a b", "house.md"], "no collection can be called 'a b'"),
        (["add", "house", "house.md", "haus.txt", "--name", "x"], "--name is for one document"),
        (["search", "house", "x"], "there is no collection house"),
        (["remove", "house"], "name the document, or give --all"),
        (["remove", "house", "x"], "there is no document x in house"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(
    folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], why: str
) -> None:
    assert main(["knowledge", *words]) == FAILED
    err = capsys.readouterr().err
    assert f"voiceforge: {why}" in err


def test_a_document_that_cannot_be_added_keeps_none_of_the_others_out(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["knowledge", "add", "house", "locked.pdf", "house.md", "old.txt"]) == FAILED
    told = capsys.readouterr()
    assert told.out == "house.md is added: 2 passages\n"
    assert "it is encrypted" in told.err and "no UTF-8" in told.err


def test_the_row_of_an_agent_names_a_collection(folder: Path, postgres: EmbeddedPostgres) -> None:
    assert main(["knowledge", "add", "house", "house.md"]) == OK

    async def ask() -> str:
        tools = AgentTools(McpServers([]))
        tools.follow({"desk": ["knowledge/house", "knowledge/a b"]})
        assert "no collection can be called 'a b'" in tools.findings()[0].detail
        (offered,) = (box := tools.box(["knowledge/house"])).offered
        tool = box.get(offered.name)
        assert tool is not None
        early = await called(tool, {"question": "parking"})
        assert early.text == "error: search_house: the documents cannot be searched yet"
        pool = await open_pool(postgres.dsn)
        tools.database = pool
        try:
            return said(await called(tool, {"question": "where can I park"}))
        finally:
            await pool.close()

    assert asyncio.run(ask()).startswith('<passage from="house.md, Parking">\nBehind the house.')


def test_two_searches_at_a_time_over_one_connection_are_answered_in_turn(
    folder: Path, postgres: EmbeddedPostgres
) -> None:
    assert main(["knowledge", "add", "house", "house.md"]) == OK

    async def ask() -> list[str]:
        connection = await asyncpg.connect(postgres.dsn)
        try:
            both = InTurn(connection)
            tool = knowledge_tool("house", lambda: both)
            outcomes = await asyncio.gather(
                *(called(tool, {"question": each}) for each in ("parking", "fees"))
            )
        finally:
            await connection.close()
        return [each.quoted[0].heading for each in outcomes]

    assert asyncio.run(ask()) == ["Parking", "Fees"]
