"""What opens a request of a voice or a recogniser, where it comes from another machine: workers believe their
own media server, and one that is sent what they can make nothing of counts it against itself.

The fields are those that `pipelines.engines.tts.in_worker` and `pipelines.engines.stt.in_worker` tell of;
others are passed on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.engines.tts.in_worker import MAX_CHARS

MAX_RATE = 10.0
MAX_NAME = 500
"""Characters of a voice's name; a voice made of a sample may have its address there."""


class _Opening(BaseModel):
    model_config = ConfigDict(strict=True, allow_inf_nan=False)


class _Grammar(_Opening):
    name: str
    jsgf: str
    choice: bool


class _Speaking(_Opening):
    text: str = Field(max_length=MAX_CHARS)
    voice: str = Field(max_length=MAX_NAME)
    language: str = Field(max_length=MAX_NAME)
    rate: float = Field(gt=0, le=MAX_RATE)
    pitch: float = Field(default=1.0, gt=0, le=MAX_RATE)
    phonemes: str = Field(default="", max_length=MAX_CHARS)


class _Listening(_Opening):
    language: str = Field(max_length=MAX_NAME)
    grammar: _Grammar | None = None
    among: list[str] | None = None
    noise_db: float | None = None


def speaking_fault(fields: Mapping[str, Any]) -> str:
    """See `pipelines.workers.hosting.bridge.OpeningFault`: of a voice's request."""
    return _fault(_Speaking, fields)


def listening_fault(fields: Mapping[str, Any]) -> str:
    """Likewise, of a recogniser's."""
    return _fault(_Listening, fields)


def _fault(form: type[_Opening], fields: Mapping[str, Any]) -> str:
    try:
        form.model_validate(dict(fields))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(each) for each in first["loc"])
        if first["type"] == "missing":
            return f"lacks {where}"
        return f"has {where}, which {first['msg'].removeprefix('Input ').removeprefix('String ')}"
    return ""
