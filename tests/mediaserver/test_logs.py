from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from uuid import UUID

import pytest

from mediaserver.logs import CallLogger, configure, in_call, redact

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
    CallLogger(logging.getLogger("x"), CALL).warning("two\nlines")
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
