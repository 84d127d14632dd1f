from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from uuid import UUID

import pytest

from mediaserver.logs import configure, in_call, redact

CALL = UUID("3f2a9c1e-0000-4000-8000-000000000000")


@pytest.fixture(autouse=True)
def root_logger_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_text_with_the_short_call_id() -> None:
    out = Terminal()
    configure(stream=out)
    with in_call(CALL):
        logging.getLogger("sip.calls.user_agent").info("answered")
    assert out.getvalue().rstrip().endswith("INFO    [3f2a9c1e] sip.calls.user_agent: answered")


def test_elsewhere_lines_are_json_with_the_whole_call_id() -> None:
    out = io.StringIO()
    configure(stream=out)
    with in_call(CALL):
        logging.getLogger("x").warning("two\nlines")
    logging.getLogger("x").info("no call")
    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert first["call"] == str(CALL) and first["message"] == "two\nlines" and first["level"] == "warning"
    assert "call" not in second


def test_an_exception_is_part_of_its_line() -> None:
    out = io.StringIO()
    configure(stream=out)
    try:
        raise ValueError("password=hunter2")
    except ValueError:
        logging.getLogger("x").exception("failed")
    line = json.loads(out.getvalue())
    assert "ValueError" in line["error"] and "hunter2" not in line["error"]


HOSTILE = "a\x1b]0;owned\x07\x9b2J\r\n14:00:00 INFO    x: forged\u2028\u202egnp\u2066\u200f\x7f\udc9b"


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_strangers_write_stays_one_line_and_moves_nothing(form: str) -> None:
    out = io.StringIO()
    configure(form=form, stream=out)
    logging.getLogger("x").warning("no call from %s", HOSTILE)
    line = out.getvalue()
    assert line.splitlines() == [line.rstrip("\n")] and line.rstrip("\n").isprintable()
    if form == "json":
        assert json.loads(line)["message"] == f"no call from {HOSTILE}"
    else:
        assert r"\x1b]0;owned\x07\x9b2J\r\n14:00:00" in line and r"\u2028\u202egnp" in line


@pytest.mark.parametrize("form", ["text", "json"])
def test_nor_can_the_text_of_an_exception_forge_a_line(form: str) -> None:
    out = io.StringIO()
    configure(form=form, stream=out)
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        logging.getLogger("x").exception("failed")
    first, *rest = out.getvalue().splitlines()
    assert all(line.isprintable() for line in (first, *rest))
    assert all(line.startswith("    ") for line in rest)
    assert len(rest) > 3 if form == "text" else not rest


@pytest.mark.parametrize(
    "text",
    [
        "connect postgresql://u:hunter2@db/x",
        "Authorization: Bearer hunter2",
        'Authorization: Digest username="a", response="hunter2"',
        "password=hunter2",
        "'admin_token': 'hunter2'",
        "ADMIN_TOKEN=hunter2",
    ],
)
def test_secrets_are_blanked(text: str) -> None:
    assert "hunter2" not in redact(text) and "***" in redact(text)


def test_ordinary_text_is_left_alone() -> None:
    text = "sip:demo@127.0.0.1:5060 calls; token bucket is fine, at 10:20:30 <sip:a@b>"
    assert redact(text) == text


def test_subprotocols_that_nobody_knows_are_not_logged() -> None:
    """Browsers write their keys there."""
    out = io.StringIO()
    configure(stream=out)
    logging.getLogger("aiohttp.websocket").warning("Client protocols %r", ["openai-insecure-api-key.vf_x"])
    assert out.getvalue() == ""
