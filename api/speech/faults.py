"""What goes wrong with engines and audio, as answers of the API."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web

from api.engine_faults import AGAIN_S, failed
from api.routing.problems import Problem, problem_body, sentence
from mediaserver.errors import (
    CapacityError,
    EngineError,
    EngineMissingError,
    FetchError,
    FetchFault,
    ModelError,
    UnreadableAudioError,
)
from pipelines.audio.containers import ACCEPTED

log = logging.getLogger(__name__)

UNAVAILABLE = "engine_unavailable"


@contextmanager
def told_to_client() -> Iterator[None]:
    """Errors of ours become Problems: whose fault it is, and whether to come again."""
    try:
        yield
    except UnreadableAudioError as error:
        if error.too_long:
            raise Problem(413, "audio_too_long", sentence(error)) from None
        raise Problem(415, "unsupported_audio", sentence(error), {"accepted": list(ACCEPTED)}) from None
    except FetchError as error:
        status = 413 if error.kind is FetchFault.TOO_LARGE else 503 if error.kind is FetchFault.BUSY else 422
        raise Problem(status, "url_not_fetched", sentence(error)) from None
    except CapacityError as error:
        raise Problem(503, "busy", sentence(error), headers={"Retry-After": str(AGAIN_S)}) from None
    except ConnectionError:
        raise  # the client's
    except OSError as error:
        log.error("what is handed in cannot be kept: %s", error)
        raise Problem(
            503, "no_room", "The server cannot keep files now.", headers={"Retry-After": str(AGAIN_S)}
        ) from None
    except EngineMissingError as error:
        raise Problem(422, "not_available", sentence(error)) from None
    except EngineError as error:
        raise _unavailable(error) from None


def failed_event(request: web.Request, error: EngineError) -> dict[str, Any]:
    """The last event of a stream whose engine failed after it had begun, JSON-ready."""
    problem = _unavailable(error)
    return problem_body(request.path, problem.status, problem.code, problem.message)


def unavailable(error: EngineError) -> str:
    """What is said of an engine that fails. Its own words, for the operator, go to the log: they name
    addresses and folders of this server."""
    log.warning("a request for speech or a model failed: %s", error)
    if error.about_request:
        return "The engine cannot take this request: ask for something else, or another engine."
    return "The engine cannot do this now; try again in a moment. The server's log says why."


def _unavailable(error: EngineError) -> Problem:
    if isinstance(error, ModelError) and error.about_request:
        return Problem(422, "model_refused", sentence(error))
    return failed(error, UNAVAILABLE, unavailable(error))
