"""`voiceforge chat` with flows whose nodes do more than talk."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from cli.main import main

CODE = """
def rooms(place):
    return {"free": 3, "at": place}
"""


def flow(name: str, nodes: list[dict[str, Any]], *edges: tuple[str, ...], **more: Any) -> dict[str, Any]:
    """Edges are pairs of nodes, `next`, or with an error or an outcome."""
    made = []
    for source, target, *kind in edges:
        type, *what = kind or ["next"]
        extra = {"outcome": what[0]} if type == "outcome" else {}
        made.append({"source": source, "target": target, "type": type, **extra})
    nodes = [{"id": "start", "type": "start"}, *nodes]
    return {"name": name, "nodes": nodes, "edges": made, **more}


def desk(entry: str, agent: str) -> dict[str, Any]:
    use = {"kind": "python", "entry": entry, "arguments": {"place": "'Ulm'"}}
    return flow(
        "desk",
        [
            {"id": "look", "type": "tool", "use": use, "save": {"free": "result.body.free"}},
            {"id": "say", "type": "say", "text": "{{ free }} rooms."},
            {"id": "hear", "type": "listen", "variable": "words"},
            {"id": "mail", "type": "record", "text": "Speak.", "variable": "message"},
            {"id": "wait", "type": "wait", "seconds": 60},
            {"id": "on", "type": "agent_transfer", "agent": agent},
            {"id": "failed", "type": "end_call", "text": "It failed."},
        ],
        ("start", "look"), ("look", "say"), ("say", "hear"), ("hear", "mail"), ("mail", "wait"),
        ("wait", "on"), ("*", "failed", "error"), ("*", "failed", "timeout"),
        variables=[
            {"name": "free", "kind": "number"}, {"name": "words"}, {"name": "message", "kind": "object"},
        ],
    )  # fmt: skip


BYE = flow(
    "bye",
    [{"id": "end", "type": "end_call", "text": "You said {{ words }}, of {{ free }}. Goodbye."}],
    ("start", "end"),
    variables=[{"name": "words", "given": "words"}, {"name": "free", "kind": "number", "given": "free"}],
)


@pytest.fixture
def own_code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "rooms_of_a_test.py").write_text(CODE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("VOICEFORGE_DATA", str(tmp_path))


def chatted(
    documents: list[dict[str, Any]],
    lines: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> list[str]:
    for document in documents:
        name = document["name"]
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
        assert main(["flows", "import", str(tmp_path / f"{name}.json"), "--publish"]) == 0
        assert main(["agents", "set", name, "--flow", name]) == 0
    capsys.readouterr()
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    assert main(["chat", "desk"]) == 0
    return [line for line in capsys.readouterr().out.splitlines() if line.startswith(("agent", "ended"))]


def test_code_listening_a_message_a_wait_and_another_agent_work_in_text(
    own_database: str,
    own_code: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("VOICEFORGE_FLOWS__PYTHON_MODULES", '["rooms_of_a_test"]')
    documents = [BYE, desk("rooms_of_a_test:rooms", "bye")]
    assert chatted(documents, "good day\ncall me\n", monkeypatch, capsys, tmp_path) == [
        "agent   3 rooms.",
        "agent   Speak.",
        "agent   You said good day, of 3. Goodbye.",
        "ended   completed by agent",
    ]


def test_code_in_a_module_that_is_not_listed_is_not_called_and_an_agent_that_is_gone_is_an_error(
    own_database: str,
    own_code: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    documents = [desk("rooms_of_a_test:rooms", "bye")]
    assert chatted(documents, "", monkeypatch, capsys, tmp_path)[0] == "agent   It failed."
    monkeypatch.setenv("VOICEFORGE_FLOWS__PYTHON_MODULES", '["rooms_of_a_test"]')
    said = chatted(documents, "good day\ncall me\n", monkeypatch, capsys, tmp_path)
    assert said[-2:] == ["agent   It failed.", "ended   completed by agent"]


def test_in_text_nobody_is_waited_for_and_a_text_is_told_and_not_sent(
    own_database: str,
    own_code: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    document = flow(
        "desk",
        [
            {"id": "who", "type": "who_answered"},
            {"id": "sms", "type": "send_sms", "message": "https://example.com/{{ call.direction }}"},
            {"id": "end", "type": "end_call", "text": "It is sent."},
            {"id": "not", "type": "end_call", "text": "It is not."},
        ],
        ("start", "who"), ("who", "sms", "outcome", "unknown"), ("who", "not"),
        ("sms", "end", "outcome", "sent"), ("sms", "not", "outcome", "not sent"),
    )  # fmt: skip
    (tmp_path / "desk.json").write_text(json.dumps(document))
    assert main(["flows", "import", str(tmp_path / "desk.json"), "--publish"]) == 0
    assert main(["agents", "set", "desk", "--flow", "desk"]) == 0
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert main(["chat", "desk"]) == 0
    shown = capsys.readouterr().out
    assert "would send a text to the caller: https://example.com/inbound" in shown
    assert "agent   It is sent." in shown
