"""Texts with variables in them, in Liquid (shopify.github.io/liquid): `{{ place }}`, `{% if people > 5 %}`.

No text can reach a file, another text or an attribute of an object, or run for long: tags and filters are
those named here, and all that a text does is reckoned before it is done (`liquid_limits`). A value is said
as its slot says it ("tomorrow"), and compared as it is kept ("2026-11-23"); `{{ day | kept }}` says that.
What is not known is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ClassVar
from urllib.parse import quote

from liquid import BoundTemplate, Environment
from liquid.exceptions import LiquidError

from pipelines.flows.expressions.cel import ExpressionError
from pipelines.flows.expressions.liquid_limits import MOST_ROUNDS, MeteredTemplate, check_source, check_tree
from pipelines.flows.expressions.values import Value
from pipelines.spoken.marked import is_ssml, marked_text

TAGS = ("content", "output", "illegal", "if", "unless", "case", "for", "break", "comment", "#", "assign")
FILTERS = (
    *("abs", "append", "at_least", "at_most", "capitalize", "ceil", "default", "divided_by", "downcase"),
    *("first", "floor", "join", "last", "map", "minus", "modulo", "plus", "prepend", "reverse", "round"),
    *(
        "size",
        "slice",
        "sort",
        "split",
        "strip",
        "sum",
        "times",
        "truncate",
        "truncatewords",
        "upcase",
    ),
)
"""Those of Liquid's that take no longer than what goes in and comes out is long."""
COMPUTING = frozenset(
    (
        "abs",
        "at_least",
        "at_most",
        "ceil",
        "divided_by",
        "floor",
        "minus",
        "modulo",
        "plus",
        "round",
        "times",
        "sum",
    )
)
"""Those that compute with a value as it is kept: 'six people' plus one is seven."""
MOST_OUTPUT = 8_000
"""Bytes that a text may come to."""


_UP = re.compile(r"(\.|%2e){1,2}((;|%3b).*)?", re.IGNORECASE)
"""A part of a path that names itself or the one above; some servers cut off what follows a semicolon."""


class SpokenValue:
    """A value and how it is said: printed as the one, compared as the other."""

    __slots__ = ("kept", "said")

    def __init__(self, kept: Value, said: str) -> None:
        self.kept = kept
        self.said = said

    def __str__(self) -> str:
        return self.said

    def __liquid__(self) -> Value:
        return self.kept


class _UrlValue(SpokenValue):
    """A value within a URL: no character of it means anything there."""

    __slots__ = ()

    def __init__(self, kept: Value) -> None:
        super().__init__(kept, quote(str("" if kept is None else kept), safe=""))


class _Liquid(Environment):
    template_class = MeteredTemplate
    loop_iteration_limit: ClassVar[int | None] = MOST_ROUNDS
    output_stream_limit: ClassVar[int | None] = MOST_OUTPUT
    local_namespace_limit: ClassVar[int | None] = 100_000
    context_depth_limit: ClassVar[int] = 10

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        self.tags = {name: tag for name, tag in self.tags.items() if name in TAGS}
        self.filters = {name: each for name, each in self.filters.items() if name in FILTERS}
        for name in COMPUTING & self.filters.keys():
            self.filters[name] = _on_what_is_kept(self.filters[name])
        self.filters["kept"] = _kept
        self.filters["characters"] = _characters


def _on_what_is_kept(filter_: Callable[..., object]) -> Callable[..., object]:
    @wraps(filter_)
    def unwrapped(*values: object, **named: object) -> object:
        return filter_(*map(_kept, values), **{name: _kept(value) for name, value in named.items()})

    return unwrapped


def _kept(value: object) -> object:
    return value.kept if isinstance(value, SpokenValue) else value


def _characters(value: object) -> str:
    """One by one: '0175' -> '0 1 7 5'."""
    return " ".join(str(_kept(value))[:100])


_ENVIRONMENT = _Liquid()
_ESCAPING = _Liquid(autoescape=True)
"""Whatever stands for a value is written as XML writes characters, behind all filters."""


class SaidTemplate:
    """One text, compiled. Compiling costs some 100 µs, saying it 10."""

    def __init__(self, source: str) -> None:
        """Raises ExpressionError."""
        self.source = source
        self.uses: frozenset[str] = frozenset()
        """Names that it may use."""
        self._template: BoundTemplate | None = None
        """None: there is nothing in it but words."""
        self._marked: BoundTemplate | None = None
        """Where it is SSML and has values in it."""
        if "{{" in source or "{%" in source:
            self._template = _compiled(source)
            self.uses = frozenset(self._template.analyze().globals)
            if is_ssml(source):
                self._marked = _compiled(source, _ESCAPING)

    def text(self, scope: Mapping[str, Any]) -> str:
        """What it comes to: `scope` has values, those that are said otherwise than kept as `SpokenValue`.
        Raises ExpressionError."""
        return self._filled(self._template, scope)

    def said(self, scope: Mapping[str, Any], language: str) -> str:
        """The same, to be spoken: where its author wrote SSML it is markup (`MarkedText`), in which a value
        is words whatever it holds. A value never makes it SSML. `language`: BCP 47."""
        if not is_ssml(self.source):
            return self.text(scope)
        return marked_text(self.ssml(scope), language)

    def ssml(self, scope: Mapping[str, Any]) -> str:
        """What its author wrote as SSML, with values as words. Raises ExpressionError."""
        return self._filled(self._marked, scope)

    def _filled(self, template: BoundTemplate | None, scope: Mapping[str, Any]) -> str:
        if template is None:
            return self.source
        try:
            return str(template.render(**{name: scope.get(name) for name in self.uses}))
        except (LiquidError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
            raise ExpressionError(
                f"the text '{_short(self.source)}' cannot be said: {_reason(error)}"
            ) from None


class UrlTemplate:
    """A URL with values in its path or query, which are percent-encoded. Scheme and host hold none."""

    def __init__(self, source: str) -> None:
        """Raises ExpressionError."""
        said = SaidTemplate(source)
        if said._template is not None:
            found = said._template.analyze()
            if found.filters or found.tags:
                raise ExpressionError(f"the URL '{_short(source)}' holds more than {{{{ variables }}}}")
            host = source.partition("://")[2].partition("/")[0].partition("?")[0].partition("#")[0]
            if "{" in host or "{" in source.partition("://")[0]:
                raise ExpressionError(f"the URL '{_short(source)}' has a variable in its scheme or host")
        self._said = said
        self.source = source
        self.uses = said.uses

    def url(self, scope: Mapping[str, Value]) -> str:
        """Raises ExpressionError, also for a value that leads up the path: dots cannot be encoded so that
        they mean nothing (:rfc:`3986` 6.2.2)."""
        found = self._said.text({name: _url_value(scope.get(name)) for name in self.uses})
        if any(_UP.fullmatch(part) for part in found.partition("?")[0].split("/")):
            raise ExpressionError(f"the URL '{_short(self.source)}' would lead up its path ('..')")
        return found


def _url_value(value: Value) -> Any:
    match value:
        case dict():
            return {key: _url_value(each) for key, each in value.items()}
        case list():
            return [_url_value(each) for each in value]
        case _:
            return _UrlValue(value)


def _compiled(source: str, environment: _Liquid = _ENVIRONMENT) -> BoundTemplate:
    try:
        check_source(source)
        template = environment.from_string(source)
        check_tree(template, source)
        unknown = sorted(template.analyze().filters.keys() - _ENVIRONMENT.filters.keys())
    except (LiquidError, RecursionError) as error:
        raise ExpressionError(f"the text '{_short(source)}' cannot be read: {_reason(error)}") from None
    if unknown:
        known = ", ".join(sorted(_ENVIRONMENT.filters))
        raise ExpressionError(
            f"the text '{_short(source)}' has an unknown filter '{unknown[0]}': known are {known}"
        )
    return template


def _short(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:117]}..."


def _reason(error: BaseException) -> str:
    """The first line: the others draw the place."""
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
