"""What models of requests and answers are made of."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class RequestModel(BaseModel):
    """A body or a query: a field that it does not know is an error, not a silent nothing."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class ResponseModel(BaseModel):
    """An answer, or a part of one."""

    model_config = ConfigDict(allow_inf_nan=False)
