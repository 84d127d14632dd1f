"""Whether an endpoint is there and has the model that is wanted, without spending a token."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from mediaserver.errors import ModelError
from pipelines.engines.llm.endpoint import EndpointClient
from pipelines.engines.llm.wire_text import shown

log = logging.getLogger(__name__)

LOOKED_AT_WITHIN_S = 10.0
"""The first request, which tells whether the server is there."""
CANNOT_TELL = (403, 404, 405, 429, 500, 501)
"""Statuses of the list of models that say nothing of the model: some keys may not read it, some servers have
none, or one that breaks."""


async def models_of(endpoint: EndpointClient) -> list[str]:
    """The models that there are; none where that cannot be told. Raises ModelError."""
    try:
        async with asyncio.timeout(LOOKED_AT_WITHIN_S):
            return await endpoint.models()
    except TimeoutError:
        raise ModelError(
            f"{endpoint.asked.engine}: {endpoint.asked.where} does not answer within "
            f"{LOOKED_AT_WITHIN_S:.0f} s",
            retryable=True,
        ) from None
    except ModelError:
        raise
    except Exception as error:
        if getattr(error, "status_code", None) in CANNOT_TELL:
            return []
        raise endpoint.fault(error) from None


def settled_model(endpoint: EndpointClient, models: Sequence[str]) -> str:
    """Use the only one where none is named. Returns what will probably not work; empty when all is well.
    Raises ModelError where nobody can tell which model is meant."""
    asked = endpoint.asked
    if not endpoint.model:
        if len(models) != 1:
            raise ModelError(
                f"{asked.engine}: name one of its models in engines.options.{asked.engine}.model "
                f"({_some(models)})"
            )
        endpoint.use(models[0])
    elif models and not _among(endpoint.model, models):
        doubt = (
            f"{asked.engine}: {asked.where} knows no model {endpoint.model!r} ({_some(models)}); set "
            f"engines.options.{asked.engine}.model"
        )
        log.warning("%s", doubt)
        return doubt
    return ""


def _among(model: str, models: Sequence[str]) -> bool:
    """Ollama lists `llama3.2:latest` for `llama3.2`, Anthropic a name with its date for the one without."""
    return any(each == model or each.startswith((f"{model}:latest", f"{model}-20")) for each in models)


def _some(models: Sequence[str]) -> str:
    names = ", ".join(shown(each, 60) for each in models[:8])
    if not models:
        return "it does not say which it has"
    return f"it has {names}" + (f" and {len(models) - 8} more" if len(models) > 8 else "")
