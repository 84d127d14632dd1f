"""The routes of one resource, declared where they are handled; from them come the application's routes, what
the guard asks for and the OpenAPI document.

A handler's signature says what is read of a request: `request` is aiohttp's own, `body` (a model) its JSON,
`query` (a model) what stands behind the question mark, all else are parts of the path by their annotations.
What it returns is its answer: a model, None (204), or a response of its own making.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel

from api.access.scopes import Scope

Handler: TypeAlias = Callable[..., Awaitable[Any]]
H = TypeVar("H", bound=Handler)

NO_EVENTS: Mapping[str, Any] = MappingProxyType({})
BODY_LIMIT = 64 << 10
"""Bytes of a body, where a route says nothing else."""


@dataclass(frozen=True, slots=True)
class ApiRoute:
    """One method of one path."""

    method: str
    path: str
    handler: Handler
    tag: str
    """The resource, for the document."""
    scope: Scope | None
    """What whoever asks must hold; None: nothing; see `any_key`."""
    status: int | None
    """Of a success; None: 204 where nothing is returned, else 200."""
    body_limit: int
    idempotent: bool
    """A POST that may be sent again with the same Idempotency-Key."""
    consumes: tuple[str, ...]
    """Media types of a body that the handler reads itself."""
    reads: type[BaseModel] | None
    """The model of such a body as JSON; of a form, its fields beside `file`."""
    produces: tuple[str, ...]
    """Media types of answers that are not JSON."""
    answers: Any
    """The model of JSON that the handler writes itself, of one line where it writes lines; None: as it is
    annotated."""
    events: Mapping[str, Any]
    """Of a stream: its events by name, and what is the data of each."""
    errors: tuple[int, ...]
    """Statuses of refusals that are not usual."""
    alike: tuple[int, ...]
    """Other statuses whose answers look like a success's."""
    websocket: bool
    hidden: bool
    """Not in the document: pages and files."""
    made_at: str
    """Of a 201: the path of what was made, with fields of the answer in braces; empty: it is nowhere."""
    any_key: bool
    """Whoever asks must prove who they are, whatever they may do; for routes without a scope."""
    signed: bool
    """Whoever asks proves it to the handler in another way than by our keys (a provider's signature, a token
    in the path): the guard looks at nothing, since what they send may look like a wrong key of ours."""

    @property
    def open(self) -> bool:
        """Everybody may ask."""
        return self.scope is None and not self.any_key

    @property
    def name(self) -> str:
        """The operation's id, unique among all: the handler's name, with the resource before it where that is
        not in it."""
        tag, own = re.sub(r"\W+", "_", self.tag), self.handler.__name__
        return own if tag.removesuffix("s") in own else f"{tag}_{own}"


class ApiRoutes:
    """Routes under one tag."""

    def __init__(self, tag: str, about: str = "") -> None:
        """`about`: a line on the resource, for the document."""
        self.tag = tag
        self.about = about
        self._routes: list[ApiRoute] = []
        self.bound: dict[str, Handler] = {}
        """By their names, what aiohttp calls for those that applications have: to read a signature takes
        a millisecond, and another application calls the same."""

    def __iter__(self) -> Iterator[ApiRoute]:
        return iter(self._routes)

    def route(
        self,
        method: str,
        path: str,
        *,
        scope: Scope | None,
        status: int | None = None,
        body_limit: int = BODY_LIMIT,
        idempotent: bool = False,
        consumes: tuple[str, ...] = (),
        reads: type[BaseModel] | None = None,
        produces: tuple[str, ...] = (),
        answers: Any = None,
        events: Mapping[str, Any] = NO_EVENTS,
        errors: tuple[int, ...] = (),
        alike: tuple[int, ...] = (),
        websocket: bool = False,
        hidden: bool = False,
        made_at: str = "",
        any_key: bool = False,
        signed: bool = False,
    ) -> Callable[[H], H]:
        """Declares the decorated coroutine function as handler of a method of a path."""

        def declare(handler: H) -> H:
            self._routes.append(
                ApiRoute(
                    method, path, handler, self.tag, scope, status, body_limit, idempotent, consumes,
                    reads, produces, answers, events, errors, alike, websocket, hidden, made_at, any_key,
                    signed,
                )
            )  # fmt: skip
            return handler

        return declare

    def get(self, path: str, *, scope: Scope | None, **more: Any) -> Callable[[H], H]:
        return self.route("GET", path, scope=scope, **more)

    def post(self, path: str, *, scope: Scope | None, **more: Any) -> Callable[[H], H]:
        return self.route("POST", path, scope=scope, **more)

    def put(self, path: str, *, scope: Scope | None, **more: Any) -> Callable[[H], H]:
        return self.route("PUT", path, scope=scope, **more)

    def patch(self, path: str, *, scope: Scope | None, **more: Any) -> Callable[[H], H]:
        return self.route("PATCH", path, scope=scope, **more)

    def delete(self, path: str, *, scope: Scope | None, **more: Any) -> Callable[[H], H]:
        return self.route("DELETE", path, scope=scope, **more)
