"""What models of requests and answers are made of."""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict

NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Neither logs nor the database nor SIP can have these; lines and tabs are text."""
NO_LINE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


class RequestModel(BaseModel):
    """A body or a query: a field that it does not know is an error, not a silent nothing."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class ResponseModel(BaseModel):
    """An answer, or a part of one."""

    model_config = ConfigDict(allow_inf_nan=False)


def one_line(value: str) -> str:
    """Raises ValueError for a text with line breaks or control characters."""
    if NO_LINE.search(value):
        raise ValueError("it has control characters or line breaks: write it in one line")
    return value


OneLine: TypeAlias = Annotated[str, AfterValidator(one_line)]
"""A text without line breaks or control characters."""
