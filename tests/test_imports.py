"""Who may import whom, and that nothing goes round in a circle. Lazy and type-checking imports count."""

from __future__ import annotations

import re

import pytest

from tests.structure import PAGE, ROOT, TABLE, circles, folders, imports, modules_named, sources, table

ALLOWED: dict[str, set[str]] = {
    "mediaserver": set(),
    "pipelines": {"mediaserver"},
    "sip": {"mediaserver"},
    "webrtc": {"mediaserver"},
    "providers": {"mediaserver", "sip"},
    "callers": {"mediaserver", "sip", "pipelines"},
    "api": {"mediaserver", "pipelines", "sip", "webrtc", "providers"},
    "cli": {"mediaserver", "pipelines", "sip", "webrtc", "providers", "callers", "api"},
}
"""Package -> siblings it may import. `cli` is the composition root (DECISIONS.md)."""
INSIDE: dict[str, set[str]] = {
    "mediaserver.media": {"mediaserver.errors"},
    "mediaserver.rtp": {"mediaserver.media", "mediaserver.errors"},
    "mediaserver.sdp": {
        *("mediaserver.addresses", "mediaserver.errors", "mediaserver.media", "mediaserver.wire_text"),
    },
    "mediaserver.storage": {
        *("mediaserver.errors", "mediaserver.metrics", "mediaserver.data_folder", "mediaserver.host_port"),
        *("mediaserver.glob", "mediaserver.printable"),
    },
    "mediaserver.retention": {
        *("mediaserver.diagnosis", "mediaserver.errors", "mediaserver.known_keys"),
        *("mediaserver.masked_numbers", "mediaserver.outbound", "mediaserver.settings"),
        "mediaserver.storage",
    },
    "mediaserver.redaction": {"mediaserver.errors", "mediaserver.known_keys", "mediaserver.storage"},
    "mediaserver.fetching": {
        *("mediaserver.addresses", "mediaserver.errors", "mediaserver.host_port", "mediaserver.printable"),
    },
    "mediaserver.jobs": {"mediaserver.diagnosis", "mediaserver.errors"},
    "mediaserver.webhooks": {
        *("mediaserver.diagnosis", "mediaserver.errors", "mediaserver.fetching", "mediaserver.jobs"),
        *("mediaserver.settings", "mediaserver.storage"),
    },
    "mediaserver.outbound": {
        *("mediaserver.errors", "mediaserver.media", "mediaserver.settings", "mediaserver.storage"),
    },
    "sip.messages": set(),
    "sip.transactions": {"sip.messages"},
    "sip.access": {"sip.messages", "sip.transactions"},
    "sip.transport": {"sip.messages", "sip.transactions"},
    "pipelines.workers": set(),
    "pipelines.languages": set(),
    "pipelines.audio": {"pipelines.engines", "pipelines.workers"},
    "pipelines.synthesis": {"pipelines.engines", "pipelines.spoken", "pipelines.voices"},
    "pipelines.transcription": {"pipelines.audio", "pipelines.engines"},
    "pipelines.voices": {"pipelines.languages"},
    "pipelines.engines": {
        *("pipelines.environments", "pipelines.languages", "pipelines.voices", "pipelines.workers"),
    },
    "pipelines.spoken": {"pipelines.languages"},
    "pipelines.conversation": {"pipelines.engines", "pipelines.languages", "pipelines.spoken"},
    "pipelines.assistant": {
        *("pipelines.conversation", "pipelines.engines", "pipelines.languages", "pipelines.spoken"),
        "pipelines.tools",
    },
    "pipelines.flows": {
        *("pipelines.assistant", "pipelines.conversation", "pipelines.engines", "pipelines.languages"),
        *("pipelines.spoken", "pipelines.tools"),
    },
    "pipelines.insight": {
        *("pipelines.conversation", "pipelines.engines", "pipelines.languages", "pipelines.workers"),
    },
    "pipelines.environments": {"pipelines.workers"},
    "pipelines.previews": {"pipelines.engines", "pipelines.languages", "pipelines.voices"},
    "pipelines.speech_to_speech": {"pipelines.conversation", "pipelines.engines"},
    "pipelines.tools": {"pipelines.engines"},
    "pipelines.knowledge": {"pipelines.engines", "pipelines.languages", "pipelines.tools"},
}
"""Folder -> folders of its own package that it may import; the lower half of each."""
EXCEPTIONS = {("mediaserver/__main__.py", "cli")}
"""The entry point hands over to the command line."""
INSTRUMENT = {"mediaserver.rtp", "mediaserver.media"}
"""What `callers` must not share with the server it measures, but for the seam itself."""
SEAM = ("mediaserver.media.leg", "mediaserver.media.time", "mediaserver.media.encryption")
"""The seam, the units that it and the engines are in, and keys as signalling hands them over."""
FOREIGN = {
    "torch": "900 MB that the base install does without",
    "silero_vad": "importing it imports torch; only its files are read",
    "onnxruntime": "80 MB and threads of its own: for workers; Silero runs as matrix products",
}
"""What nobody may import, and why."""
EXTRAS = {("pipelines/engines/turn/smart_turn/engine.py", "onnxruntime")}
"""Who may all the same, once it is used: an engine that is an extra of its own."""
IN_ITS_ENVIRONMENT = re.compile(r"pipelines/engines/(.+/)?(worker|in_environment)(/.+)?\.py")
"""And what runs in an engine's own environment: modules named `worker`, what lies in folders of that name."""


def wrong_arrows(source: str, path: str) -> list[str]:
    """What a file imports against the rules. `path`: relative to the root, with slashes."""
    owner = path.split("/")[0]
    package = ".".join(path.split("/")[:-1])
    folder = ".".join(path.split("/")[:2]) if path.count("/") > 1 else owner
    wrong: dict[tuple[int, str], str] = {}
    for line, name in modules_named(source, package):
        target = name.split(".")[0]
        inner = ".".join(name.split(".")[:2])
        if (path, target) in EXTRAS or (target in FOREIGN and IN_ITS_ENVIRONMENT.fullmatch(path)):
            continue
        if target in FOREIGN:
            wrong.setdefault((line, target), f"{path}:{line} imports {name}: {FOREIGN[target]}")
        elif target == "tests" or target in ALLOWED.keys() - {owner} - ALLOWED[owner]:
            if (path, target) not in EXCEPTIONS:
                wrong.setdefault(
                    (line, target), f"{path}:{line} imports {name}: {owner} may not import {target}"
                )
        elif owner == "callers" and inner in INSTRUMENT and not name.startswith(SEAM):
            wrong.setdefault((line, inner), f"{path}:{line} imports {name}: the instrument has its own")
        elif target == owner and folder in INSIDE and "." in name:
            if inner != folder and inner not in INSIDE[folder]:
                wrong.setdefault(
                    (line, inner), f"{path}:{line} imports {name}: {folder} may not import {inner}"
                )
    return list(wrong.values())


def test_every_import_follows_the_direction() -> None:
    found = sources(ALLOWED.keys())
    assert len(found) > 10, "the packages are not where this test looks"
    wrong = [w for p in found.values() for w in wrong_arrows(p.read_text(), p.relative_to(ROOT).as_posix())]
    assert not wrong, "\n".join(wrong)


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    assert circles(imports(sources(ALLOWED.keys()))) == []


def test_folders_do_not_import_each_other_in_a_circle() -> None:
    assert circles(folders(imports(sources(ALLOWED.keys())))) == []


def test_the_architecture_page_shows_the_arrows_as_they_are() -> None:
    shown = TABLE.search(PAGE.read_text())
    assert shown is not None, "the page has lost its table of folders"
    assert shown[0] == table(ALLOWED.keys()), "run `python -m tests.structure --write`"


def test_every_package_at_the_top_has_a_rule() -> None:
    packages = {p.parent.name for p in ROOT.glob("*/__init__.py")} - {"tests", "examples"}
    assert packages <= ALLOWED.keys()


def test_a_circle_is_found_and_a_chain_is_none() -> None:
    chain = {"a": {"b"}, "b": {"c"}, "c": set[str]()}
    assert circles(chain) == []
    assert circles({**chain, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("mediaserver/calls/call.py", "import sip.messages.message"),
        ("mediaserver/calls/call.py", "from pipelines.engines.protocols import Stt"),
        ("mediaserver/calls/call.py", "from cli import main"),
        ("mediaserver/media/clock.py", "from mediaserver.calls.call import Call"),
        ("mediaserver/media/clock.py", "from mediaserver.storage import records"),
        ("sip/calls/user_agent.py", "from pipelines import conversation"),
        ("sip/messages/uri.py", "from sip.calls.dialog import Dialog"),
        ("pipelines/engines/stt/sphinx.py", "import numpy, sip"),
        ("pipelines/engines/stt/sphinx.py", "from pipelines.conversation.session import AgentSession"),
        ("pipelines/conversation/session.py", "def later():\n    from api import app"),
        ("sip/calls/leg.py", "if TYPE_CHECKING:\n    from pipelines.flows import model"),
        ("sip/calls/leg.py", "import importlib\nx = importlib.import_module('pipelines.flows.model')"),
        ("api/app.py", "from cli.compose import server"),
        ("api/app.py", "from tests.fakes import Leg"),
        ("callers/rtp.py", "from mediaserver.media.g711 import PCMU"),
        ("callers/rtp.py", "from mediaserver.rtp.wire import RtpWire"),
        ("pipelines/engines/x.py", "from ...sip import leg"),
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
            "from mediaserver.media.leg import Leg\nfrom . import dialog\nimport mediaserver.sdp",
        ),
        ("mediaserver/calls/call.py", "from mediaserver.storage.records import Record"),
        ("callers/calling.py", "from mediaserver.media.leg import Termination\nimport sip.calls.leg"),
        ("cli/serve.py", "import api.app, sip.calls.user_agent, pipelines.conversation.session"),
        ("mediaserver/__main__.py", "from cli.main import main"),
        ("api/app.py", "from sip.calls.registrar import Registrar\nimport aiohttp"),
    ],
)
def test_a_right_arrow_is_left_alone(path: str, source: str) -> None:
    assert wrong_arrows(source, path) == []
