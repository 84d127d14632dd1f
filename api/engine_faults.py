"""What an engine's failure is for who asked over HTTP, anywhere in the API: ask otherwise, or wait."""

from __future__ import annotations

import math

from api.routing.problems import Problem
from mediaserver.errors import EngineError

WARMING = "engine_warming"
REFUSED = "engine_refused"
AGAIN_S = 2
"""Retry-After, where nobody knows better."""
WARM_S = 10
"""Likewise, of a model that is being loaded."""


def failed(error: EngineError, code: str, message: str) -> Problem:
    """503: as `code` and `message` say, unless the engine only wants time. `Retry-After` as it asks for. 422
    where the fault is the request's: to ask for the same again is no use."""
    if error.about_request:
        return Problem(422, REFUSED, message)
    if error.warming:
        known_s = None if error.after_s is None else max(1, math.ceil(error.after_s))
        soon = "" if known_s is None else f" Try again in about {known_s} s."
        return _problem(
            WARMING, f"The engine is warming up: its model is being loaded.{soon}", known_s or WARM_S
        )
    return _problem(code, message, AGAIN_S if error.after_s is None else max(1, math.ceil(error.after_s)))


def _problem(code: str, message: str, again_s: int) -> Problem:
    return Problem(503, code, message, headers={"Retry-After": str(again_s)})
