"""Expressions in CEL, the Common Expression Language (cel.dev): no side effects, no loops but over lists.

Google's runtime bounds nesting (32) and iterations; sizes of values are ours (`values`), and so is what an
expression may cost (`cel_cost`). Beside CEL's own functions there are its strings and math extensions. Whole
numbers and others may be mixed, which CEL itself refuses: whether an amount is 25 or 25.5 is the caller's
doing, and no author can know it.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_math, ext_strings

from mediaserver.errors import VoiceForgeError
from pipelines.flows.expressions.cel_cost import (
    LARGEST,
    MOST_COST,
    NOTHING,
    CelSize,
    check_zones,
    cost_of,
    size_of,
)
from pipelines.flows.expressions.cel_tree import CelTreeError, tree_of
from pipelines.flows.expressions.values import Value, ValueFault, checked

_WORDS = re.compile(
    r"""(?:[rRbB]{0,2})(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?<![\w.])([A-Za-z_]\w*)(?!\s*\()"""
)
"""Text literals, which are passed over, and names that are neither a field nor a function."""
MOST_EXPRESSIONS = 5_000
"""Different ones of one scope: compiling one takes 1 ms, in which no other thread runs."""
_PLACE = re.compile(r"ERROR: <input>:(\d+):(\d+): (.+)")
_RAISED = re.compile(r"^[A-Z_]+: ")


class ExpressionError(VoiceForgeError):
    """An expression cannot be compiled, or came to nothing; the message is for its author."""


class CelScope:
    """The names that expressions may use. Making one costs 20 ms: make one a document, or fewer."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(names)
        self._compiled: dict[str, CelExpression] = {}
        self._env = cel.NewEnv(
            variables={name: cel.Type.DYN for name in sorted(self.names)},
            extensions=[ext_strings.ExtStrings(), ext_math.ExtMath(), _mixed_numbers()],
        )

    def compile(self, source: str) -> CelExpression:
        """Raises ExpressionError."""
        found = self._compiled.get(source)
        if found is None:
            if len(self._compiled) >= MOST_EXPRESSIONS:
                most = f"{MOST_EXPRESSIONS:,} different expressions"
                raise ExpressionError(f"a flow has no more than {most}: split it into subflows")
            found = self._compiled[source] = self._made(source)
        return found

    def _made(self, source: str) -> CelExpression:
        try:
            return CelExpression(source, self._env.compile(source), self.names)
        except CelTreeError as error:
            raise ExpressionError(f"'{_short(source)}' cannot be run here: {error}") from None
        except (RuntimeError, ValueError, TypeError) as error:
            raise ExpressionError(f"'{_short(source)}' cannot be read: {_reason(str(error))}") from None


class CelExpression:
    """One expression, compiled."""

    def __init__(self, source: str, compiled: Any, names: frozenset[str]) -> None:
        """Raises CelTreeError."""
        self.source = source
        self._compiled = compiled
        self.uses = frozenset(found[1] for found in _WORDS.finditer(source) if found[1] in names)
        """Names of the scope that it may use; one of a macro's own that is called alike counts, too."""
        self._tree = tree_of(compiled.serialize())
        check_zones(self._tree)
        self._cheap = self._cost(dict.fromkeys(self.uses, LARGEST)) <= MOST_COST
        """Whatever the values are."""
        if not self._cheap and self._cost(dict.fromkeys(self.uses, NOTHING)) > MOST_COST:
            raise CelTreeError("it would take too long, or come to too much")

    def _cost(self, sizes: Mapping[str, CelSize]) -> int:
        return cost_of(self._tree, sizes).cost

    def value(self, scope: Mapping[str, Value]) -> Value:
        """What it comes to with these values. Raises ExpressionError."""
        data = {name: scope.get(name) for name in self.uses}
        if not self._cheap and self._cost({name: size_of(each) for name, each in data.items()}) > MOST_COST:
            raise ExpressionError(
                f"'{_short(self.source)}' would take too long, or come to too much, with values of that size"
            )
        try:
            found = self._compiled.eval(data=data)
            plain = found.plain_value()
        except (RuntimeError, ValueError, TypeError) as error:
            raise ExpressionError(f"'{_short(self.source)}': {_reason(str(error))}") from None
        if found.type() == cel.Type.ERROR:
            raise ExpressionError(f"'{_short(self.source)}': {_reason(str(plain))}")
        try:
            return checked(_json(plain))
        except ValueFault as error:
            raise ExpressionError(f"'{_short(self.source)}': {error}") from None

    def holds(self, scope: Mapping[str, Value]) -> bool:
        """Whether it is true. Raises ExpressionError, also where it is neither true nor false."""
        found = self.value(scope)
        if not isinstance(found, bool):
            raise ExpressionError(
                f"'{_short(self.source)}' is neither true nor false, but {_short(repr(found))}"
            )
        return found


_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
}
_SIGNS = {"add": "_+_", "subtract": "_-_", "multiply": "_*_", "divide": "_/_"}


@cache
def _mixed_numbers() -> Any:
    """`25 * 1.19`, and `amount + 1` where the amount is 25.5: with one number that is not whole the result is
    none either. Two whole ones are CEL's own (3 / 2 is 1)."""
    whole, other = cel.Type.INT, cel.Type.DOUBLE
    return cel.CelExtension(
        "mixed_numbers",
        [
            cel.FunctionDecl(
                _SIGNS[name],
                [
                    cel.Overload(f"{name}_int64_double", other, [whole, other], False, compute),
                    cel.Overload(f"{name}_double_int64", other, [other, whole], False, compute),
                ],
            )
            for name, compute in _ARITHMETIC.items()
        ],
    )


def _json(plain: Any) -> Any:
    """Times and lengths of time as text, as CEL writes them in JSON."""
    if plain is None or isinstance(plain, bool | int | float | str | list | dict):
        return plain
    if hasattr(plain, "isoformat"):
        return plain.isoformat()
    if hasattr(plain, "total_seconds"):
        return f"{plain.total_seconds():g}s"
    return plain


def _short(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:117]}..."


def _reason(message: str) -> str:
    """What CEL says, in one line."""
    place = _PLACE.search(message)
    if place is not None:
        return f"at character {place[2]}: {place[3].removesuffix(' (in container ' + chr(39) * 2 + ')')}"
    return " ".join(_RAISED.sub("", message).split())[:300]
