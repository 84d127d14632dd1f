"""How the server logs: one readable line on a terminal, JSON lines elsewhere, the call's id on both.

Never logs a secret: what looks like a password, token or credentials in a URL is blanked in every line. Nor
what would act on a terminal or forge a line: much of what is logged was written by strangers.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import sys
import time
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO
from uuid import UUID

from mediaserver.printable import printable, printable_json, printable_lines

_call: ContextVar[UUID | None] = ContextVar("call", default=None)
_request: ContextVar[str] = ContextVar("request", default="")

INDENT = "    "
"""Before the lines of a traceback: its words may be a stranger's, and no line of it looks like ours."""

_SECRETS = re.compile(
    r"""(?ix)
    (?P<before> ://[^\s:/@]*: ) [^\s@/]+ (?=@)                                        # postgresql://user:secret@
    | (?P<scheme> \bauthorization["']?\s*[:=]\s*["']?(?:bearer|basic|digest)\s+ ) [^\r\n]+
    | (?P<name> \b(?:\w*password|passwd|\w*secret|\w*token|\w*api_?key)["']?\s*[=:]\s*["']? ) [^\s"',;&}]+
    """
)


def redact(text: str) -> str:
    """Blank what looks like a secret."""
    return _SECRETS.sub(lambda m: (m["before"] or m["scheme"] or m["name"]) + "***", text)


@contextlib.contextmanager
def in_call(call_id: UUID) -> Iterator[None]:
    """Log lines from here, and from tasks started here, carry the call's id."""
    token = _call.set(call_id)
    try:
        yield
    finally:
        _call.reset(token)


@contextlib.contextmanager
def in_request(request_id: str) -> Iterator[None]:
    """Log lines from here, and from tasks started here, carry the id of an HTTP request: plain characters."""
    token = _request.set(request_id)
    try:
        yield
    finally:
        _request.reset(token)


def calling() -> UUID | None:
    """The call that the running code works for, where `in_call` says so."""
    return _call.get()


class TextFormatter(logging.Formatter):
    """`14:03:22 INFO    [3f2a9c1e] sip.calls.user_agent: answered`; eight digits of the id are enough. What a
    request brought about has the request's id behind a `#`."""

    def format(self, record: logging.LogRecord) -> str:
        call = calling()
        at = time.strftime("%H:%M:%S", time.localtime(record.created))
        request = _request.get()
        about = (f"[{str(call)[:8]}] " if call else "") + (f"[#{request}] " if request else "")
        text = f"{at} {record.levelname:7} {about}{record.name}: "
        text += printable(redact(record.getMessage()))
        if record.exc_info:
            text += printable_lines("\n" + redact(self.formatException(record.exc_info)), INDENT)
        return text


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (RFC 3339, UTC), level, logger, message, call, request, error."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, str] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if (call := calling()) is not None:
            line["call"] = str(call)
        if request := _request.get():
            line["request"] = request
        if record.exc_info:
            line["error"] = redact(self.formatException(record.exc_info))
        return printable_json(json.dumps(line, ensure_ascii=False))


def configure(level: str = "info", form: str = "auto", stream: TextIO | None = None) -> None:
    """Set up the root logger. `form`: 'auto' (text on a terminal, else JSON), 'text' or 'json'."""
    stream = stream or sys.stderr
    text = form == "text" or (form == "auto" and stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(TextFormatter() if text else JsonFormatter())
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    # It shows a traceback for each connection that a database which is down refuses; the writer says it once.
    logging.getLogger("asyncpg.pool").setLevel("ERROR")
    # It warns of subprotocols that it does not know, with all of them: browsers write their keys there.
    logging.getLogger("aiohttp.websocket").setLevel("ERROR")
    # One line per HTTP request drowns the calls.
    logging.getLogger("aiohttp.access").setLevel("WARNING" if level != "debug" else "DEBUG")
