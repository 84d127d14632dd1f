"""From a declared route to what aiohttp calls: the request is read and checked by the models of the handler's
signature, and its answer written by theirs.

Must never read more of a body than the route takes, nor wait for one without an end.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import json
import re
import typing
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler as AioHandler
from multidict import MultiMapping
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import from_json

from api.context import CONTEXT
from api.plain_text import NO_TEXT
from api.routing.expecting import go_on
from api.routing.problems import Problem
from api.routing.table import ApiRoute

BODY_S = 10.0
"""A body of the usual size that is not whole after so long is not waited for."""
LONG_BODY_S = 30.0
JSON_WANTED = "Send JSON with the header Content-Type: application/json (curl: --json in the place of -d)."
USUAL_BYTES = 64 << 10
SOCKET_VERSION = "13"
""":rfc:`6455` 4.1."""
MOST_FAULTS = 20
"""Faults of a request that are told."""
_PART = re.compile(r"\{(\w+)(?::[^}]*)?\}")


class RouteBinding:
    """How one route reads its request and writes its answer. Raises TypeError for a signature that makes no
    sense, when it is made."""

    def __init__(self, route: ApiRoute) -> None:
        self.route = route
        parts = _PART.findall(route.path)
        hints = typing.get_type_hints(route.handler, include_extras=True)
        asked = inspect.signature(route.handler).parameters
        returns = hints.pop("return", None)
        self.body: type[BaseModel] | None = _model(hints, "body")
        self.body_optional = "body" in asked and asked["body"].default is not inspect.Parameter.empty
        self.query: type[BaseModel] | None = _model(hints, "query")
        self.parts: dict[str, TypeAdapter[Any]] = {
            name: TypeAdapter(hint)
            for name, hint in hints.items()
            if name not in ("request", "body", "query")
        }
        if not set(self.parts) <= set(parts):
            raise TypeError(f"{route.method} {route.path}: {sorted(set(self.parts) - set(parts))} in no path")
        self.parts_in_path = parts
        self.takes_request = "request" in asked
        own = inspect.isclass(returns) and issubclass(returns, web.StreamResponse)
        self.answers: Any = route.answers if route.answers is not None else None if own else returns
        if self.answers is type(None):
            self.answers = None
        self.writes_itself = own
        self.empty = not own and returns in (None, type(None))
        self.status = route.status or (204 if self.empty else 200)
        self._adapter: TypeAdapter[Any] | None = None
        if not own and not self.empty:
            self._adapter = TypeAdapter(returns)

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        if self.route.websocket:
            wants_socket(request)
        given: dict[str, Any] = {"request": request} if self.takes_request else {}
        for name, adapter in self.parts.items():
            try:
                given[name] = adapter.validate_strings(request.match_info[name])
            except ValidationError as error:
                raise told_fault(error, name) from None
            if isinstance(given[name], str) and NO_TEXT.search(given[name]):
                raise Problem(400, "bad_request", f"{name} has control characters.")
        if self.query is not None:
            given["query"] = query_of(request.query, self.query)
        if self.body is not None:
            body = await body_of(request, self.body, self.route.body_limit, optional=self.body_optional)
            if body is not None:
                given["body"] = body
        response = self._written(await self.route.handler(**given))
        if self.route.made_at and response.status == 201:
            assert isinstance(response, web.Response) and isinstance(response.body, bytes)
            response.headers[hdrs.LOCATION] = _place_of(self.route.made_at, from_json(response.body))
        return response

    def _written(self, answered: Any) -> web.StreamResponse:
        if isinstance(answered, web.StreamResponse):
            return answered
        if self._adapter is None:
            return web.Response(status=self.status)
        written = self._adapter.dump_json(answered, by_alias=True)
        return web.Response(
            body=written, status=self.status, content_type="application/json", charset="utf-8"
        )


def bound(route: ApiRoute) -> AioHandler:
    """What aiohttp calls for this route."""
    binding = RouteBinding(route)

    @functools.wraps(route.handler)
    async def handle(request: web.Request) -> web.StreamResponse:
        return await binding(request)

    return handle


def query_of(given: MultiMapping[str], model: type[BaseModel]) -> BaseModel:
    """What stands behind the question mark, checked. Raises Problem."""
    values: dict[str, Any] = {}
    for name in set(given):
        every = given.getall(name)
        if name in model.model_fields and _takes_many(model, name):
            values[name] = every
        elif len(every) > 1:
            raise Problem(400, "bad_request", f"{_shown(name)} is given twice: give it once.")
        else:
            values[name] = every[0]
        if any(NO_TEXT.search(value) for value in every):
            raise Problem(400, "bad_request", f"{_shown(name)} has control characters.")
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise told_fault(error) from None


async def body_of(
    request: web.Request, model: type[BaseModel], limit: int, *, optional: bool = False
) -> BaseModel | None:
    """The JSON of a request, checked; None for an empty one where it is `optional`. Raises Problem.

    It must be declared as JSON: a form that another site's page sends cannot be.
    """
    if optional and not request.body_exists:
        return None
    if request.content_type != "application/json":
        raise Problem(415, "unsupported_media_type", JSON_WANTED, ["application/json"])
    if (request.charset or "utf-8").lower() not in ("utf-8", "utf8"):
        raise Problem(400, "bad_request", "JSON is UTF-8.")
    content = await read(request, limit)
    if optional and not content.strip():
        return None
    # A million numbers are parsed in tens of milliseconds, and all calls wait for that.
    if len(content) > USUAL_BYTES:
        return await asyncio.to_thread(_checked, content, model)
    return _checked(content, model)


def _checked(content: bytes, model: type[BaseModel]) -> BaseModel:
    try:
        parsed = from_json(content, allow_inf_nan=False)
    except ValueError as error:
        raise Problem(400, "bad_json", f"The body is not JSON: {_one_line(error)}.") from None
    if not isinstance(parsed, dict):
        raise Problem(400, "bad_request", "The body is a JSON object.")
    if (field := _unwritable(parsed)) is not None:
        raise Problem(400, "bad_request", f"{field} has control characters or halves of characters.")
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        raise told_fault(error) from None


async def read(request: web.Request, limit: int) -> bytes:
    """The whole body, of at most `limit` octets, in time. Raises Problem."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Problem(415, "unsupported_media_type", "Send the body as it is, without a Content-Encoding.")
    if request.content_length is not None and request.content_length > limit:
        raise too_large(limit)
    await go_on(request)
    content, within_s = bytearray(), BODY_S if limit <= USUAL_BYTES else LONG_BODY_S
    try:
        async with asyncio.timeout(within_s):
            async for part in request.content.iter_any():
                content += part
                if len(content) > limit:
                    raise too_large(limit)
    except TimeoutError:
        raise Problem(408, "timeout", f"The body was not here within {within_s:.0f} s.") from None
    request.app[CONTEXT].prove(request)
    return bytes(content)


def wants_socket(request: web.Request) -> None:
    """Raises Problem (:rfc:`9110` 15.5.22, :rfc:`6455` 4.4) for a request that begins no WebSocket."""
    if request.headers.get(hdrs.UPGRADE, "").lower() != "websocket":
        message = "This is a WebSocket: ask with `Upgrade: websocket`, as browsers' `new WebSocket` does."
    elif request.headers.get(hdrs.SEC_WEBSOCKET_VERSION, "") != SOCKET_VERSION:
        message = f"WebSockets are spoken here in version {SOCKET_VERSION} alone."
    else:
        return
    told: dict[str, str] = {
        hdrs.UPGRADE: "websocket",
        hdrs.CONNECTION: "upgrade",
        hdrs.SEC_WEBSOCKET_VERSION: SOCKET_VERSION,
    }
    raise Problem(426, "upgrade_required", message, None, told)


def too_large(limit: int) -> Problem:
    shown = f"{limit >> 20} MiB" if limit >= 1 << 20 else f"{limit >> 10} KiB"
    return Problem(413, "too_large", f"A body here has at most {shown}.", {"limit_bytes": limit})


def told_fault(error: ValidationError, where: str = "") -> Problem:
    """What a model did not like, for people: by field, without what was sent (it may be a secret)."""
    faults = [
        {"field": _place((*((where,) if where else ()), *each["loc"])), "problem": _problem(each)}
        for each in error.errors(include_url=False, include_context=True, include_input=False)[:MOST_FAULTS]
    ]
    said = "; ".join(
        f"{each['field']}: {each['problem']}" if each["field"] else each["problem"] for each in faults
    )
    return Problem(400, "bad_request", said or "The request does not fit.", faults)


def _problem(fault: Mapping[str, Any]) -> str:
    match fault["type"]:
        case "extra_forbidden":
            return "there is no such field"
        case "missing":
            return "it is needed"
        case _:
            return str(fault["msg"]).removeprefix("Value error, ")


def _place(loc: tuple[Any, ...]) -> str:
    """Without what pydantic calls the branches of a union, which is no field of anybody's."""
    return ".".join(_shown(str(part)) for part in loc if not {"[", "("} & set(str(part)))


def _shown(name: str) -> str:
    return name[:100] if name.isprintable() else "a field"


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]


def _unwritable(content: dict[str, Any]) -> str | None:
    """The outermost field in which there is text that neither logs nor the database can have."""
    if NO_TEXT.search(json.dumps(list(content), ensure_ascii=False)):
        return "the name of a field"
    for name, value in content.items():
        waiting = [value]
        while waiting:
            match waiting.pop():
                case str() as text:
                    if NO_TEXT.search(text):
                        return _shown(name)
                case dict() as inner:
                    waiting.extend(inner)
                    waiting.extend(inner.values())
                case list() as inner:
                    waiting.extend(inner)
                case _:
                    pass
    return None


def _model(hints: dict[str, Any], name: str) -> type[BaseModel] | None:
    """The model that is asked for under this name; `X | None` counts as X."""
    hint = hints.pop(name, None)
    if hint is None:
        return None
    (found,) = [each for each in (typing.get_args(hint) or (hint,)) if each is not type(None)]
    if not (inspect.isclass(found) and issubclass(found, BaseModel)):
        raise TypeError(f"{name} is a model")
    return found


def _place_of(path: str, made: Mapping[str, Any]) -> str:
    """Of what was made (:rfc:`9110` 10.2.2)."""
    return path.format_map({name: quote(str(value), safe="") for name, value in made.items()})


def _takes_many(model: type[BaseModel], name: str) -> bool:
    return typing.get_origin(model.model_fields[name].annotation) in (list, tuple, set, frozenset)
