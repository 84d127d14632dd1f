"""What one server has turned out not to take: fields that OpenAI's interface has and this one refuses, or the
other way round. The next request goes without them.

Which server refuses what changes from version to version, and no server tells beforehand; each says it at
once, in a status of 400, 422 or 500 that names the field.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any, TypeAlias

from pipelines.engines.llm.openai_compatible.chunks import THOUGHTS

log = logging.getLogger(__name__)

Body: TypeAlias = dict[str, Any]


def _rename_limit(body: Body) -> bool:
    if "max_tokens" not in body:
        return False
    body["max_completion_tokens"] = body.pop("max_tokens")
    return True


def _drop(name: str) -> Callable[[Body], bool]:
    return lambda body: body.pop(name, None) is not None


def _drop_thoughts(body: Body) -> bool:
    return bool([message.pop(THOUGHTS) for message in body["messages"] if THOUGHTS in message])


def _fold_system(body: Body) -> bool:
    messages = body["messages"]
    leading = 0
    while leading < len(messages) and messages[leading]["role"] == "system":
        leading += 1
    if not leading:
        return False
    told, rest = [message["content"] for message in messages[:leading]], messages[leading:]
    if rest and rest[0]["role"] == "user":
        told.append(rest[0]["content"])
        rest = rest[1:]
    body["messages"] = [{"role": "user", "content": "\n\n".join(told)}, *rest]
    return True


RULES: tuple[tuple[str, re.Pattern[str], Callable[[Body], bool]], ...] = (
    (
        "with max_completion_tokens",
        re.compile(r"\bmax_tokens\W{0,6}is not supported|use \W{0,6}max_completion_tokens"),
        _rename_limit,
    ),
    ("without stream_options", re.compile("stream_options|include_usage"), _drop("stream_options")),
    ("without a temperature", re.compile("temperature"), _drop("temperature")),
    (
        "without a schema for its answer",
        re.compile(r"response_format|json.?schema|guided|structured.?output|\bgrammar"),
        _drop("response_format"),
    ),
    (
        "without its thoughts",
        re.compile(rf"(?<!missing `)(?<!missing ){THOUGHTS}(?!.{{0,40}}must be)"),
        _drop_thoughts,
    ),
    (
        "with the system prompt in the caller's words",
        re.compile("system role not supported|system role is not supported|only user and assistant roles"),
        _fold_system,
    ),
)
"""What is done, the words of a refusal that ask for it, and how: True when the body had what is refused."""


class Dialect:
    """Of one endpoint, for as long as the process runs."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._learnt: set[str] = set()

    def fit(self, body: Body) -> Body:
        """The body as this server takes it, as far as is known."""
        for what, _, change in RULES:
            if what in self._learnt:
                change(body)
        return body

    def learn(self, refusal: str, body: Body) -> bool:
        """`refusal`: what the server said of this body. Whether the next one will be another."""
        words = refusal.lower()
        copy = {**body, "messages": [dict(message) for message in body.get("messages", ())]}
        for what, pattern, change in RULES:
            if pattern.search(words) and change(copy):
                if what not in self._learnt:
                    log.info("%s: its server refuses something; asked again %s", self._engine, what)
                self._learnt.add(what)
                return True
        return False
