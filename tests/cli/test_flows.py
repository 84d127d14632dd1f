"""`voiceforge flows`: documents saved, published, compared, shown and removed, against the real tables."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import jsonschema  # type: ignore[import-untyped]
import pytest

from cli.main import main
from mediaserver.storage import flows as tables
from mediaserver.storage.postgres import open_connection
from mediaserver.storage.records import CallEnded, CallStarted, FlowRun, OutcomeMade
from mediaserver.storage.saving import save

pytestmark = pytest.mark.usefixtures("own_database")

DESK: dict[str, Any] = {
    "format": 1,
    "name": "desk",
    "about": "Says hello.",
    "nodes": [
        {"id": "start", "type": "start"},
        {"id": "hello", "type": "say", "text": "Hello there."},
        {"id": "end", "type": "end_call", "text": "Goodbye.", "outcome": "greeted"},
    ],
    "edges": [
        {"type": "next", "source": "start", "target": "hello"},
        {"type": "next", "source": "hello", "target": "end"},
    ],
}


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., str]:
    """A file with the document, changed."""

    def write(text: str = "Hello there.", **changes: Any) -> str:
        nodes = [{**node, "text": text} if node["id"] == "hello" else node for node in DESK["nodes"]]
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.json"
        path.write_text(json.dumps({**DESK, "nodes": nodes, **changes}))
        return str(path)

    return write


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    assert main(["flows", *words]) == 0
    return capsys.readouterr().out


def data(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    return json.loads(said(capsys, *words, "--json"))


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    assert main(["flows", *words]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error


def in_database(dsn: str, work: Callable[[asyncpg.Connection], Awaitable[None]]) -> None:
    async def go() -> None:
        connection = await open_connection(dsn)
        await work(connection)
        await connection.close()

    asyncio.run(go())


def test_a_flow_is_saved_published_split_and_rolled_back(
    desk: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert "there is none" in said(capsys, "list")
    made = data(capsys, "import", desk(), "--note", "first")
    assert (made["flow"], made["version"], made["state"], made["published"]) == ("desk", 1, "valid", False)
    assert "saved as version 1;" in said(capsys, "import", desk()), "the same again is no new version"
    assert "saved as version 2, which new calls run" in said(capsys, "import", desk("Hi."), "--publish")
    said(capsys, "import", desk("Good day."))
    (flow,) = data(capsys, "list")["flows"]
    assert (flow["published"], flow["newest"], flow["versions"], flow["agents"]) == (2, 3, 3, [])

    assert "30 of 100 new calls run version 3" in said(capsys, "split", "desk", "3", "30")
    assert all(f"(now, {share} %)" in said(capsys, "history", "desk") for share in (70, 30))
    assert "2 (70 %), 3 (30 %)" in said(capsys, "list")
    assert "all new calls" in said(capsys, "split", "desk", "--end")
    assert "are not split" in refused(capsys, "split", "desk", "--end")

    assert "new calls run version 3 of desk" in said(capsys, "publish", "desk")
    assert "new calls run version 2 of desk from now on, no longer 3" in said(capsys, "rollback", "desk")
    assert "no version of the flow desk was published before" in refused(capsys, "rollback", "desk")
    versions = {row["number"]: row for row in data(capsys, "history", "desk")["versions"]}
    assert {number: row["published_at"] is not None for number, row in versions.items()} == {
        3: True, 2: True, 1: False,
    }  # fmt: skip
    assert versions[1]["note"] == "first" and "(now)" in said(capsys, "history", "desk")
    assert "no new call runs desk" in said(capsys, "publish", "desk", "--nothing")


def test_a_flow_is_drawn_as_text(desk: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "import", desk(), "--publish")
    assert said(capsys, "show", "desk").splitlines() == [
        "desk, version 1 (published): 3 nodes, 2 edges", "Says hello.", "",
        "start (start)", "    → hello",
        "hello (say)", "    Hello there.", "    → end",
        "end (end_call: greeted)", "    Goodbye.",
    ]  # fmt: skip
    assert data(capsys, "show", "desk")["document"]["nodes"][1]["text"] == "Hello there."


def test_every_template_is_listed_drawn_and_imported(capsys: pytest.CaptureFixture[str]) -> None:
    found = data(capsys, "list", "--templates")["templates"]
    names = [each["name"] for each in found]
    assert {"booking", "survey", "voicemail"} <= set(names) and len(names) >= 10
    assert "booking" in said(capsys, "list", "--templates")
    for name in names:
        assert f"{name} (a template)" in said(capsys, "show", name)
    for name in names:
        assert data(capsys, "import", "--template", name)["flow"] == name
    assert data(capsys, "import", "--template", "room_booking")["version"] == 1
    assert "did you mean 'survey'?" in refused(capsys, "import", "--template", "survy")


def test_what_is_exported_can_be_imported(
    desk: Callable[..., str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    said(capsys, "import", desk())
    said(capsys, "import", desk("Hi."))
    out = tmp_path / "out.json"
    assert json.loads(said(capsys, "export", "desk", "--version", "1")) == DESK
    assert "(version 2)" in said(capsys, "export", "desk", "--to", str(out))
    assert data(capsys, "import", str(out), "--name", "other")["flow"] == "other"
    assert data(capsys, "show", "other")["document"]["name"] == "other"
    assert "cannot be written" in refused(capsys, "export", "desk", "--to", str(tmp_path / "no" / "where"))


def test_two_versions_or_a_file_are_compared_in_words(
    desk: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "import", desk())
    assert "has nothing published: name the versions" in refused(capsys, "diff", "desk")
    assert "`voiceforge agents set NAME --flow desk`" in said(capsys, "publish", "desk")
    said(capsys, "import", desk("Hi."))
    line = 'node hello: text is "Hi.", it was "Hello there."'
    assert said(capsys, "diff", "desk").startswith("from version 1 to version 2: 1 change\n")
    assert line in said(capsys, "diff", "desk", "1", "2")
    (found,) = data(capsys, "diff", "desk", "2", desk("Good day."))["differences"]
    assert found["text"] == 'node hello: text is "Good day.", it was "Hi."'
    assert "no changes" in said(capsys, "diff", "desk", "2", "2")
    assert "has no version 9" in refused(capsys, "diff", "desk", "1", "9")


def test_a_document_is_validated_from_a_file_and_from_the_database(
    desk: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert "is fine" in said(capsys, "validate", desk())
    said(capsys, "import", desk())
    assert data(capsys, "validate", "desk")["ok"]
    assert "is fine" in said(capsys, "validate", "desk", "--reach")
    silent = {"id": "hello", "type": "tool", "use": {"kind": "http", "url": "http://127.0.0.1:1/"}}
    away = desk(nodes=[DESK["nodes"][0], silent, DESK["nodes"][2]])
    capsys.readouterr()
    assert main(["flows", "validate", away, "--reach"]) == 1
    told = capsys.readouterr()
    assert "names what cannot be reached now: 1 error" in told.err, "it could be published all the same"
    assert "error: node hello use.url: " in told.out


def test_a_file_is_validated_where_there_is_no_database_and_none_is_made(
    desk: Callable[..., str],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("VOICEFORGE_DATA", str(tmp_path / "data"))
    assert "is fine" in said(capsys, "validate", desk())
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "it is no JSON"),
        (b"[]", "it is no JSON object"),
        (b"\xff", "it is no JSON"),
        (b"[" * 5000, "more than 40 deep"),
        (b'{"document": {}}', "name: Field required"),
        (b'{"name": "desk", "nodes": [], "nods": 1}', "nods: there is no such field"),
        (b'"' + b"x" * 1_100_000 + b'"', "1,000,000 is the most"),
    ],
)
def test_a_file_that_is_no_document_is_one_line_and_saves_nothing(
    content: bytes, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad.json"
    file.write_bytes(content)
    for action in ("validate", "import"):
        error = refused(capsys, action, str(file))
        assert why in error and "bad.json" in error
    assert data(capsys, "list") == {"flows": []}


def test_what_is_not_there_is_said_with_the_way_on(
    capsys: pytest.CaptureFixture[str], desk: Callable[..., str]
) -> None:
    for words in (
        ["show"], ["history"], ["publish"], ["rollback"], ["split"], ["remove"], ["export"], ["diff"],
        ["validate"],
    ):  # fmt: skip
        assert "there is no flow nowhere: see `voiceforge flows list`" in refused(capsys, *words, "nowhere")
    assert "cannot be read" in refused(capsys, "import", "nowhere.json")
    said(capsys, "import", desk())
    assert "has no version 7" in refused(capsys, "publish", "desk", "7")
    assert "how many of a hundred" in refused(capsys, "split", "desk", "1")
    assert "has nothing published" in refused(capsys, "split", "desk", "1", "5")
    assert "name two versions to compare" in refused(capsys, "split", "desk")
    assert "give VERSION and PERCENT, or --end" in refused(capsys, "split", "desk", "1", "5", "--end")


def test_a_flow_that_agents_run_is_removed_only_by_force(
    desk: Callable[..., str], capsys: pytest.CaptureFixture[str], own_database: str
) -> None:
    async def named(connection: asyncpg.Connection) -> None:
        await connection.execute("update agents set flow = 'desk' where name = 'demo'")

    said(capsys, "import", desk())
    in_database(own_database, named)
    assert "(demo)" in said(capsys, "publish", "desk")
    assert "demo could take no more calls" in refused(capsys, "remove", "desk")
    assert "is removed" in said(capsys, "remove", "desk", "--force")
    assert data(capsys, "list") == {"flows": []}


def test_two_versions_are_compared_by_their_calls(
    desk: Callable[..., str], capsys: pytest.CaptureFixture[str], own_database: str
) -> None:
    start = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

    async def calls(connection: asyncpg.Connection) -> None:
        for number in range(4):
            call_id = UUID(int=number + 1)
            version = 1 if number < 3 else 2
            await save(connection, CallStarted(call_id, "inbound", "sip:a@h", "sip:b@h", "desk", start))
            await save(connection, FlowRun(call_id, "desk", version))
            if number:
                await save(connection, OutcomeMade(call_id, "desk", "greeted", {}, version))
            await save(
                connection, CallEnded(call_id, start + timedelta(seconds=9), "caller", "hung up", None)
            )

    said(capsys, "import", desk(), "--publish")
    said(capsys, "import", desk("Hi."))
    said(capsys, "split", "desk", "2", "25")
    in_database(own_database, calls)
    first, second = data(capsys, "split", "desk")["versions"]
    assert (first["version"], first["percent"], first["calls"], first["none"]) == (1, 75, 3, 1)
    assert (second["version"], second["percent"], second["outcomes"]) == (2, 25, {"greeted": 1})
    shown = said(capsys, "split", "desk", "--compare", "2", "1")
    assert "greeted 2 (67 %)" in shown and "25 %" in shown
    assert "has no version 8" in refused(capsys, "split", "desk", "--compare", "1", "8")


def test_a_draft_is_saved_and_not_published(capsys: pytest.CaptureFixture[str], own_database: str) -> None:
    async def draft(connection: asyncpg.Connection) -> None:
        finding = {
            "severity": "error",
            "node": "hello",
            "field": "",
            "what": "leads nowhere",
            "remedy": "add",
        }
        await tables.save(connection, "desk", {**DESK, "edges": []}, state="draft", findings=[finding])

    in_database(own_database, draft)
    assert "error: node hello: leads nowhere; add" in said(capsys, "show", "desk")
    assert "1 (draft)" in said(capsys, "list") and "1 error" in said(capsys, "history", "desk")
    assert "version 1 of the flow desk is a draft" in refused(capsys, "publish", "desk")


def test_secrets_come_from_stdin_and_are_never_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    monkeypatch.setenv("VOICEFORGE_DATA", str(folder))
    assert "there is none" in said(capsys, "secrets", "list") and not folder.exists()
    for value, word in (("hunter2", "kept"), ("hunter3", "replaced")):
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{value}\n"))
        out = said(capsys, "secrets", "set", "CRM", "--host", "CRM.example.com")
        assert f"CRM is {word}; it goes to crm.example.com alone" in out
    (secret,) = data(capsys, "secrets", "list")["secrets"]
    assert (secret["name"], secret["host"], secret["fault"]) == ("CRM", "crm.example.com", "")
    assert "hunter" not in said(capsys, "secrets", "list")
    (folder / "secret.key").write_bytes(b"k" * 32)
    assert "cannot be used" in said(capsys, "secrets", "list")
    assert "CRM is removed" in said(capsys, "secrets", "remove", "CRM")
    assert "there is no secret CRM" in refused(capsys, "secrets", "remove", "CRM")
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert "has 0 characters" in refused(capsys, "secrets", "set", "CRM", "--host", "crm.example.com")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Bücher.example.", "xn--bcher-kva.example"),
        ("API.example.com:8443", "api.example.com:8443"),
        ("::1", "[::1]"),
        ("[fd00::7]:8443", "[fd00::7]:8443"),
        ("10.0.0.7", "10.0.0.7"),
    ],
)
def test_a_host_is_kept_as_requests_are_compared_with_it(
    given: str,
    kept: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("VOICEFORGE_DATA", str(tmp_path))
    monkeypatch.setattr(sys, "stdin", io.StringIO("hunter2\n"))
    assert f"it goes to {kept} alone" in said(capsys, "secrets", "set", "CRM", "--host", given)


@pytest.mark.parametrize(
    "host", ["https://api.example.com", "http://a:80/b", "api.example.com/x", "2130706433", "a b", ""]
)
def test_what_is_no_host_is_refused_before_a_value_is_asked_for(
    host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = refused(capsys, "secrets", "set", "CRM", "--host", host)
    assert "give a host such as api.example.com" in told and "int()" not in told


def test_a_value_on_the_command_line_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["flows", "secrets", "set", "CRM", "hunter2", "--host", "crm.example.com"])
    assert caught.value.code == 2


def test_an_agent_runs_a_flow_once_it_is_published_and_it_can_be_tried_in_text(
    desk: Callable[..., str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    setting = ["agents", "set", "front", "--flow", "desk"]
    assert main(setting) == 1 and "there is no flow 'desk'" in capsys.readouterr().err
    said(capsys, "import", desk())
    assert main(setting) == 1 and "the flow desk has nothing published" in capsys.readouterr().err
    said(capsys, "publish", "desk")
    assert main(setting) == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    capsys.readouterr()
    assert main(["chat", "front", "--json"]) == 0
    talk = json.loads(capsys.readouterr().out)
    assert talk["lines"] == [{"speaker": "agent", "text": "Hello there. Goodbye."}]
    outcome = next(each for each in talk["kept"] if each["record"] == "OutcomeMade")
    assert (outcome["flow"], outcome["flow_version"], outcome["status"]) == ("desk", 1, "greeted")

    said(capsys, "publish", "desk", "--nothing")
    assert main(["agents", "list", "--json"]) == 0
    agents = {agent["name"]: agent for agent in json.loads(capsys.readouterr().out)["agents"]}
    assert agents["front"]["fault"] == "the flow desk has nothing published" and not agents["demo"]["fault"]


def test_what_a_flow_names_and_is_not_there_is_told_and_no_part_of_the_version(
    desk: Callable[..., str], capsys: pytest.CaptureFixture[str], own_database: str
) -> None:
    hands_over = {"id": "over", "type": "agent_transfer", "agent": "sales"}
    edges = [
        DESK["edges"][0],
        {"type": "next", "source": "hello", "target": "over"},
        {"type": "error", "source": "over", "target": "end"},
    ]
    file = desk(nodes=[*DESK["nodes"], hands_over], edges=edges)
    made = data(capsys, "import", file, "--publish")
    assert made["state"] == "valid"
    assert [(each["node"], each["what"]) for each in made["findings"] if each["node"] == "over"] == [
        ("over", "there is no agent 'sales'")
    ]
    assert main(["agents", "set", "sales", "--echo"]) == 0
    again = data(capsys, "import", file)
    assert (again["version"], again["findings"]) == (1, [])


def test_a_document_with_errors_is_a_draft_that_nobody_publishes(
    desk: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    file = desk(edges=DESK["edges"][:1])
    assert "cannot be published" in refused(capsys, "validate", file)
    capsys.readouterr()
    assert main(["flows", "import", file, "--publish"]) == 1
    out = capsys.readouterr()
    assert "desk is saved as version 1, a draft" in out.out and "not published" in out.err
    assert "is a draft: no call may have it" in refused(capsys, "publish", "desk")
    assert data(capsys, "show", "desk")["findings"]


def test_a_template_brings_along_those_that_it_runs_through(capsys: pytest.CaptureFixture[str]) -> None:
    made = data(capsys, "import", "--template", "opening-hours", "--publish")
    assert (made["state"], made["published"], made["subflows"]) == ("valid", True, ["voicemail"])
    published = {flow["name"]: flow["published"] for flow in data(capsys, "list")["flows"]}
    assert published == {"opening-hours": 1, "voicemail": 1}
    assert data(capsys, "import", "--template", "opening-hours")["subflows"] == []


def test_a_draft_that_lacked_only_what_is_there_now_is_published_as_a_new_version(
    desk: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    inner = {"id": "hello", "type": "subflow", "flow": "inner"}
    nodes = [inner if node["id"] == "hello" else node for node in DESK["nodes"]]
    edges = [*DESK["edges"], {"type": "error", "source": "hello", "target": "end"}]
    assert data(capsys, "import", desk(nodes=nodes, edges=edges))["state"] == "draft"
    assert "is a draft" in refused(capsys, "publish", "desk")
    said(capsys, "import", desk(), "--name", "inner", "--publish")
    assert "new calls run version 2 of desk" in said(capsys, "publish", "desk")
    assert [row["state"] for row in data(capsys, "history", "desk")["versions"]] == ["valid", "draft"]


def test_the_schema_is_printed_for_editors(
    desk: Callable[..., str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql:///nowhere?host=/nowhere")
    schema = json.loads(said(capsys, "schema"))
    jsonschema.validate(json.loads(Path(desk()).read_text()), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**DESK, "nods": []}, schema)
