"""Who may import whom. Read with `ast`: lazy and type-checking imports count like all others."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

ALLOWED: dict[str, set[str]] = {
    "mediaserver": set(),
    "pipelines": {"mediaserver"},
    "sip": {"mediaserver"},
    "callers": {"mediaserver", "sip", "pipelines"},
    "api": {"mediaserver", "pipelines", "sip"},
    "cli": {"mediaserver", "pipelines", "sip", "callers", "api"},
}
"""Package -> siblings it may import. `cli` is the composition root (DECISIONS.md)."""
EXCEPTIONS = {("mediaserver/__main__.py", "cli")}
"""The entry point hands over to the command line."""
FOREIGN = {
    "torch": "900 MB that the base install does without",
    "silero_vad": "importing it imports torch; only its files are read",
    "onnxruntime": "not in the lock file; Silero runs as matrix products",
}
"""What nobody may import, and why."""


def modules_named(source: str, package: str) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every import in a module of `package`, literal dynamic ones included."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=module, level=0) if module is not None:
                yield node.lineno, module
            case ast.ImportFrom(module=module, level=level, names=names):
                base = package.split(".")[: len(package.split(".")) - level + 1]
                # `from .. import sip` names the module in its names, not in `module`.
                tails = [module] if module else [alias.name for alias in names]
                yield from ((node.lineno, ".".join([*base, tail])) for tail in tails)
            case ast.Call(
                func=ast.Attribute(attr="import_module") | ast.Name(id="import_module" | "__import__"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield node.lineno, name
            case _:
                pass


def wrong_arrows(source: str, path: str) -> list[str]:
    """What a file imports against the rules. `path`: relative to the root, with slashes."""
    owner = path.split("/")[0]
    package = ".".join(path.split("/")[:-1])
    wrong = []
    for line, name in modules_named(source, package):
        target = name.split(".")[0]
        if target in FOREIGN:
            wrong.append(f"{path}:{line} imports {name}: {FOREIGN[target]}")
        elif target == "tests" or target in ALLOWED.keys() - {owner} - ALLOWED[owner]:
            if (path, target) not in EXCEPTIONS:
                wrong.append(f"{path}:{line} imports {name}: {owner} may not import {target}")
    return wrong


def sources() -> list[Path]:
    return sorted(p for package in ALLOWED for p in (ROOT / package).rglob("*.py"))


def test_every_import_follows_the_direction() -> None:
    found = sources()
    assert len(found) > 10, "the packages are not where this test looks"
    wrong = [w for p in found for w in wrong_arrows(p.read_text(), p.relative_to(ROOT).as_posix())]
    assert not wrong, "\n".join(wrong)


def test_every_package_at_the_top_has_a_rule() -> None:
    packages = {p.parent.name for p in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages <= ALLOWED.keys()


def circles(imports: dict[str, set[str]]) -> list[tuple[str, ...]]:
    """Modules that import each other, directly or by way of others. `imports`: module -> what it imports."""
    reach = {name: set(direct) & imports.keys() for name, direct in imports.items()}
    grew = True
    while grew:
        grew = False
        for found in reach.values():
            more = set().union(*(reach[name] for name in found)) - found
            found |= more
            grew = grew or bool(more)
    return sorted(
        {tuple(sorted(m for m in reach if n in reach[m] and m in reach[n])) for n in reach if n in reach[n]}
    )


def test_no_circle_of_modules_in_the_media_path() -> None:
    imports = {}
    for folder in ("mediaserver/media", "mediaserver/rtp"):
        for path in (ROOT / folder).glob("*.py"):
            package = folder.replace("/", ".")
            named = {name for _, name in modules_named(path.read_text(), package)}
            imports[f"{package}.{path.stem}"] = named
    assert len(imports) > 15 and circles(imports) == []


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c", "numpy"}, "c": {"a"}, "d": {"a"}}) == [("a", "b", "c")]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("mediaserver/calls/call.py", "import sip.messages.message"),
        ("mediaserver/calls/call.py", "from pipelines.engines.protocols import Stt"),
        ("mediaserver/calls/call.py", "from cli import main"),
        ("sip/calls/user_agent.py", "from pipelines import turn"),
        ("pipelines/stt/sphinx.py", "import numpy, sip"),
        ("pipelines/conversation/session.py", "def later():\n    from api import app"),
        ("sip/calls/leg.py", "if TYPE_CHECKING:\n    from pipelines.flows import model"),
        ("sip/calls/leg.py", "import importlib\nx = importlib.import_module('pipelines.conversation.turn')"),
        ("api/app.py", "from cli.compose import server"),
        ("api/app.py", "from tests.fakes import Leg"),
        ("pipelines/stt/x.py", "from ...sip import leg"),
        ("pipelines/engines/vad/silero/engine.py", "import torch"),
        ("pipelines/engines/vad/silero/engine.py", "from silero_vad import load_silero_vad"),
    ],
)
def test_a_wrong_arrow_is_found(path: str, source: str) -> None:
    assert len(wrong_arrows(source, path)) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (
            "sip/calls/leg.py",
            "from mediaserver.media.leg import Leg\nfrom . import dialog\nimport sip.sdp",
        ),
        ("cli/serve.py", "import api.app, sip.calls.user_agent, pipelines.conversation.session"),
        ("mediaserver/__main__.py", "from cli.main import main"),
        ("api/app.py", "from sip.calls.registrar import Registrar\nimport aiohttp"),
    ],
)
def test_a_right_arrow_is_left_alone(path: str, source: str) -> None:
    assert wrong_arrows(source, path) == []
