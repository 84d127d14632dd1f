"""The one JSON object in what a model wrote. Strict: what is doubtful is told back to it."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from mediaserver.errors import EngineError
from pipelines.flows.document.reading import DEEPEST

_FENCED = re.compile(r"```(?:json)?[ \t]*\n(.*?)```", re.DOTALL)
_BRACKETS = re.compile(r"[\[\]{}]")
MOST_DEEP = DEEPEST + 10


class AnswerFault(EngineError):
    """What a model wrote is not what it was asked for; the message says why, for the model and for people."""


def found_object(text: str) -> dict[str, Any]:
    """The whole text, or what stands in its only fence, or from its first brace to its last. Raises
    AnswerFault."""
    fences = _FENCED.findall(text)
    if len(fences) > 1:
        raise AnswerFault("the answer holds several blocks of JSON, and one object is wanted")
    inside = (fences[0] if fences else text).strip()
    begin, end = inside.find("{"), inside.rfind("}")
    if begin < 0:
        raise AnswerFault("the answer holds no JSON object")
    if not _closed(inside[begin:]) or end < begin:
        raise AnswerFault("the JSON of the answer ends in the middle: answer with less, or shorter texts")
    try:
        found = json.loads(inside[begin : end + 1], parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise AnswerFault(f"the answer is no JSON: {str(error)[:200]}") from None
    if not isinstance(found, dict):
        raise AnswerFault("the answer is no JSON object")
    return found


def _closed(text: str) -> bool:
    """Whether as many brackets close as open; those in texts are taken for what they mostly are. Raises
    AnswerFault where they are too deep for any reader."""
    deep = 0
    for match in _BRACKETS.finditer(text):
        deep += 1 if match[0] in "[{" else -1
        if deep > MOST_DEEP:
            raise AnswerFault(f"the brackets of the answer are more than {MOST_DEEP} deep")
    return text.rstrip().endswith("}") or deep <= 0


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")
