"""What the documents promise exists: targets, commands, files behind links; no machine's paths."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, fields
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, cast

import pytest

from api.app import ApiContext, build_app
from cli.main import COMMANDS
from mediaserver.storage.records import HearingReport
from pipelines.conversation.floor import FLOOR, Cue
from pipelines.conversation.interruption import Sensitivity
from pipelines.conversation.turn_settings import (
    AWAKE,
    AWAKE_RANGE,
    RANGES,
    SENSITIVITY,
    WAKE_WORD,
    TurnSettings,
)
from pipelines.conversation.wake_word import AWAKE_MS
from pipelines.engines.builtin import registry
from pipelines.engines.protocols import Kind
from tests.matrices.every import MATRICES
from tests.matrices.matrix import Matrix
from tests.providers.interop import PROVIDERS
from tests.providers.matrix import Feature, Who

ROOT = Path(__file__).resolve().parents[1]
MARKDOWN = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
PROMISED_TARGETS = set("run demo test fmt lint types it load cov".split())
FENCE = re.compile(r"^(`{3,}|~{3,})[^\n]*\n(.*?)^\1", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def code(text: str) -> Iterator[str]:
    """The code of a Markdown document: fenced blocks and inline spans."""
    yield from (match[2] for match in FENCE.finditer(text))
    yield from re.findall(r"`([^`\n]+)`", FENCE.sub("", text))


def anchors(text: str) -> set[str]:
    """The names under which headings can be linked, as the usual renderers make them."""
    headings = re.findall(r"^#+ +(.+?) *$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def own_files() -> Iterator[Path]:
    """Every file of the project itself, without asking git (a copy of the tree may have none)."""
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text().split()] + [".git"]
    for folder, folders, files in os.walk(ROOT):
        ours = [name for name in folders + files if not any(fnmatch(name, pattern) for pattern in ignored)]
        folders[:] = [name for name in folders if name in ours]
        yield from (Path(folder, name) for name in files if name in ours)


def test_the_promised_make_targets_exist() -> None:
    assert targets() >= PROMISED_TARGETS


def test_the_readme_names_the_targets_one_starts_with() -> None:
    named = set(re.findall(r"\bmake ([a-z]+)", "\n".join(code((ROOT / "README.md").read_text()))))
    assert named >= {"run", "demo", "test"}


@pytest.mark.parametrize("path", MARKDOWN, ids=lambda p: str(p.name))
def test_make_targets_in_documents_exist(path: Path) -> None:
    named = {t for span in code(path.read_text()) for t in re.findall(r"\bmake ((?:[a-z]+ ?)+)", span)}
    assert {word for target in named for word in target.split()} <= targets()


@pytest.mark.parametrize("path", MARKDOWN, ids=lambda p: str(p.name))
def test_commands_in_documents_exist(path: Path) -> None:
    named = {c for span in code(path.read_text()) for c in re.findall(r"\bvoiceforge ([a-z]\w*)", span)}
    assert named <= COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_module(name: str) -> None:
    module = importlib.import_module(f"cli.{name}")
    assert callable(module.add_parser)
    assert callable(module.run)


@pytest.mark.parametrize("path", MARKDOWN, ids=lambda p: str(p.name))
def test_links_lead_somewhere(path: Path) -> None:
    dead = []
    for link in LINK.findall(FENCE.sub("", path.read_text())):
        if re.match(r"[a-z]+:", link):
            continue  # elsewhere; tests do not need the network
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        if not target.exists() or (anchor and anchor not in anchors(target.read_text())):
            dead.append(link)
    assert not dead


@pytest.mark.parametrize("path", MARKDOWN, ids=lambda p: str(p.name))
def test_every_row_stands_in_a_table(path: Path) -> None:
    """A row behind an empty line is shown as text."""
    lines = ["", *FENCE.sub("", path.read_text()).splitlines(), ""]
    begun = [
        (line, after)
        for before, line, after in zip(lines, lines[1:], lines[2:], strict=False)
        if line.startswith("|") and not before.startswith("|")
    ]
    assert [line for line, after in begun if not re.match(r"\|( :?-+:? \|)+$", after)] == []


def test_the_page_of_engines_tells_of_each_what_its_user_asks() -> None:
    """How it is installed, its licence and languages, what it costs, and times, or that they were not
    measured; language models behind an endpoint and engines elsewhere have pages of their own."""
    sections = re.split(r"^###? ", (ROOT / "docs" / "engines.md").read_text(), flags=re.MULTILINE)
    asked = ("install|comes? with the server", "licen[cs]e", "languages", "cost|free", "measured")
    for kind, name in registry().entries:
        if kind not in (Kind.STT, Kind.TTS, Kind.LLM) or name in ("openai", "anthropic", "remote"):
            continue
        named = rf"[`*| ,]{re.escape(name)}[`*| ,:]"
        about = [section for section in sections if re.search(named, f" {section} ".replace("\n", " "))]
        told = [[bool(re.search(word, section, re.IGNORECASE)) for word in asked] for section in about]
        assert any(all(each) for each in told), f"docs/engines.md leaves something out of {name}"


def test_the_page_of_the_api_has_every_route_and_no_other() -> None:
    app = build_app(cast(ApiContext, None))
    routes = {
        f"{route.method} {route.resource.canonical}"
        for route in app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    page = (ROOT / "docs" / "api.md").read_text()
    cells = [row.split(" | ")[0] for row in page.splitlines() if row.startswith("| `")]
    told = {each for cell in cells for each in re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^`]*)`", cell)}
    assert told == routes


def test_the_page_of_the_api_has_every_live_event_and_no_other() -> None:
    sources = [
        path.read_text()
        for folder in ("cli", "mediaserver", "pipelines")
        for path in (ROOT / folder).rglob("*.py")
    ]
    kinds = {
        kind
        for source in sources
        for kind in re.findall(r'(?:\.publish\(|LiveEvent\(NO_CALL,)\s*"(\w+)"', source)
    }
    speakers = {"agent", "operator"}  # who says a line is the name of its event
    page = (ROOT / "docs" / "api.md").read_text()
    table = page.partition("### Events")[2].partition("\n## ")[0]
    cells = [row.split(" | ")[0] for row in table.splitlines() if row.startswith("| `")]
    assert {each for cell in cells for each in re.findall(r"`(\w+)`", cell)} == kinds | speakers


def test_the_page_of_agents_has_every_setting_of_turn_taking_and_no_other() -> None:
    usual = TurnSettings()
    of_fields = asdict(usual.waits) | asdict(usual.limits)
    known = {key: (f"{of_fields[key.removesuffix('_ms')]}", f"{a}, {b}") for key, (a, b) in RANGES.items()}
    known[SENSITIVITY] = (str(usual.sensitivity), ", ".join(Sensitivity))
    known[WAKE_WORD] = ("none", "a phrase, or a list")
    known[AWAKE] = (f"{AWAKE_MS}", ", ".join(map(str, AWAKE_RANGE)))
    page = (ROOT / "docs" / "agents.md").read_text().partition("### Turn-taking\n")[2].partition("\n#")[0]
    told = {
        key: (value, bounds)
        for key, value, bounds in re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|", page, re.M)
    }
    assert told == known


def test_the_page_of_operations_has_every_figure_of_a_hearing_report_and_no_other() -> None:
    page = (ROOT / "docs" / "operations.md").read_text().partition("## When callers are hard to hear")[2]
    table = page.partition("| field |")[2].partition("\n\n")[0]
    cells = [row.split(" | ")[0] for row in table.splitlines() if row.startswith("| `")]
    kept = {field.name for field in fields(HearingReport)} - {"call_id"}
    assert {each for cell in cells for each in re.findall(r"`(\w+)`", cell)} == kept


def test_the_drawing_of_the_floor_has_every_way_of_its_table_and_no_other() -> None:
    anywhere = {
        Cue.CANCEL,
        Cue.END,
        Cue.INTERJECT,
        Cue.KEY,
        Cue.RETURNED,
        Cue.TROUBLE,
    }  # told in words below it
    table = {(a.name, b.name) for (a, cue), b in FLOOR.items() if a is not b and cue not in anywhere}
    page = (ROOT / "docs" / "architecture.md").read_text()
    drawing = page.partition("stateDiagram-v2")[2].partition("```")[0]
    drawn = set(re.findall(r"^ +([A-Z]+) --> ([A-Z]+)", drawing, re.MULTILINE))
    assert drawn - {("ENDED", "THINKING")} == table


def test_no_path_of_one_machine_is_in_the_project() -> None:
    patterns = [rb"/(?:home|Users)/[a-z][\w.-]*/", rb"/root/"]
    if len(ROOT.parts) > 2:
        patterns.append(re.escape(os.fsencode(ROOT)) + rb"\b")
    wanted = re.compile(rb"|".join(patterns))
    found = [
        f"{path.relative_to(ROOT)}: {match[0].decode()}"
        for path in own_files()
        if path != Path(__file__) and (match := wanted.search(path.read_bytes()))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("script", ["scripts/setup.sh", "scripts/lock.sh", ".ci/run"])
def test_scripts_parse_and_may_be_run(script: str) -> None:
    path = ROOT / script
    assert os.access(path, os.X_OK)
    subprocess.run(["bash", "-n", str(path)], check=True)


def locked(name: str) -> dict[str, str]:
    pins = re.findall(r"^([\w.\-\[\]]+)==([^\s;]+)", (ROOT / name).read_text(), re.MULTILINE)
    return dict(pins)


def test_the_tools_lock_agrees_with_the_servers_lock() -> None:
    """`make test` must not test other versions than those `make run` installs."""
    server, tools = locked("requirements.lock"), locked("requirements-dev.lock")
    assert server
    assert server.items() <= tools.items()
    assert "torch" not in server.keys() | tools.keys()


@pytest.mark.parametrize("matrix", MATRICES, ids=lambda matrix: matrix.page)
def test_the_matrix_is_what_the_tests_declare(matrix: Matrix[Any, Any]) -> None:
    cells = matrix.declared()
    assert not matrix.faults(cells)
    again = "draw it anew: make it, or .venv/bin/python -m tests.matrices --write"
    assert matrix.on_the_page() == matrix.drawn(cells), again


def test_what_tests_in_classes_show_stands_in_the_matrix() -> None:
    assert (
        "twilio/test_webhooks.py::test_messages_are_taken_once_and_what_becomes_of_ours_is_told"
        in (PROVIDERS.declared()[Who.TWILIO, Feature.SMS_IN])
    )
