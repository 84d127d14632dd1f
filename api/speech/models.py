"""`GET /v1/models`: the engines under their names, as OpenAI's API lists models."""

from __future__ import annotations

from typing import Literal

from aiohttp import web
from pydantic import Field

from api.access.scopes import Scope
from api.routing.models import ResponseModel
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from api.speech import openai_speech, openai_transcriptions
from api.speech.asked import speech_desk
from api.speech_desk import SpeechDesk

routes = ApiRoutes("openai")

OWNER = "voiceforge"
_USUAL = ((openai_speech.USUAL_MODELS, "tts"), (openai_transcriptions.USUAL_MODELS, "stt"))
"""OpenAI's names, which stand for the server's usual engines of a kind."""


class ModelShown(ResponseModel):
    id: str
    object: Literal["model"] = "model"
    created: int = Field(description="When this server offered it first, in seconds since 1970.")
    owned_by: str = OWNER
    kind: str = Field(description="Not OpenAI's: `tts`, `stt` or `llm`.")


class ModelsShown(ResponseModel):
    object: Literal["list"] = "list"
    data: list[ModelShown]


@routes.get("/v1/models", scope=Scope.MODELS)
async def models(request: web.Request) -> ModelsShown:
    """What may stand in `model`: engines that speak, that hear, and that think."""
    return ModelsShown(data=await _known(speech_desk(request)))


@routes.get("/v1/models/{model}", scope=Scope.MODELS)
async def model(request: web.Request, model: str) -> ModelShown:
    """One of them, also by a name of OpenAI's that `model` takes: `whisper-1`, `tts-1` and others."""
    desk = speech_desk(request)
    known = await _known(desk)
    for each in known:
        if each.id == model:
            return each
    for names, kind in _USUAL:
        if model in names and any(each.kind == kind for each in known):
            return ModelShown(id=model, created=desk.since, kind=kind)
    raise Problem(404, "model_not_found", f"There is no model {model!r}; see GET /v1/models.")


async def _known(desk: SpeechDesk) -> list[ModelShown]:
    kinds = (("llm", desk.models), ("tts", await desk.speaker.names()), ("stt", desk.recognisers.names))
    return [
        ModelShown(id=name, created=desk.since, kind=kind)
        for kind, names in kinds
        for name in dict.fromkeys(names)
    ]
