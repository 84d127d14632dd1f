"""Variables in a subagent's prompt: each stands between marks as data, whoever brought it into the flow.

A value came from a caller, a tool or a model. In a prompt it must never read as a part of it: it is one line,
without notes, tags or signs of chat templates, and marked. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from pipelines.assistant.notes import plain
from pipelines.flows.document.names import GIVEN
from pipelines.flows.expressions.liquid import SaidTemplate, SpokenValue
from pipelines.flows.expressions.values import Value
from pipelines.tools.results import without_templates

MOST_VALUE = 1_000
"""Characters of one value in a prompt."""
MOST_GIVEN = 60
"""Variables of which a subagent is told."""


def prompt_of(template: SaidTemplate, values: Mapping[str, Value]) -> str:
    """Raises ExpressionError."""
    return template.text({name: _data(values.get(name), name) for name in template.uses})


def known(values: Mapping[str, Value], but: frozenset[str]) -> dict[str, str]:
    """What a model is told of the variables, but for some, beside its prompt."""
    told = dict[str, str]()
    for name, value in values.items():
        if name in but | GIVEN or value is None or value == "" or len(told) >= MOST_GIVEN:
            continue
        told[name] = harmless(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return told


def harmless(text: str) -> str:
    """In one line, and nothing but words."""
    return without_templates(plain(text, MOST_VALUE))


def _data(value: Value, name: str) -> object:
    """Compared and counted as it is; said with its marks."""
    match value:
        case str():
            text = harmless(value)
            return SpokenValue(text, f'<data from="{name}">{text}</data>')
        case list():
            return [_data(each, name) for each in value]
        case dict():
            return {harmless(key): _data(each, name) for key, each in value.items()}
        case _:
            return value
