"""What bounds a text in Liquid: one loop carries all calls, and whoever writes flows shall not hold it up.

Liquid's own limits count the rounds of loops within loops, and what is assigned and put out; neither rounds
of loops one after the other, nor what filters make meanwhile, nor the time that its own reading takes (its
regular expressions go over blanks again and again: 10,000 of them took 18 s).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from liquid import BoundTemplate, RenderContext
from liquid.ast import Node
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.exceptions import LiquidSyntaxError, ResourceLimitError
from liquid.expression import Expression
from liquid.token import Token

MOST_ROUNDS = 1_000
"""Of loops within one another."""
MOST_WORK = 10_000
"""Of one text: tags in all rounds of its loops, and what goes through its filters. Some 1 µs each."""
LONGEST_TAG = 500
"""Characters."""
MOST_BLANKS = 40
"""One after the other, within a tag."""
DEEPEST = 16
"""Brackets within one another, within a tag."""
_CHARACTERS = 64
"""Of a text that cost as much as one item of a list."""
_COMPARISON = 20
"""Characters that one takes in a condition, at least."""
_UNREAD = re.compile(r"{%-?\s{0,40}(raw|doc)\b")
"""Tags that only Liquid's reader knows, which looks for the end of each up to the end of the text."""
_BLANKS = re.compile(rf"\s{{{MOST_BLANKS + 1}}}")


def check_source(source: str) -> None:
    """Whether it can be read in time that grows as it does. Raises LiquidError."""
    if unread := _UNREAD.search(source):
        raise LiquidSyntaxError(f"unexpected tag '{unread[1]}'", token=None)
    at = 0
    while (begin := _next(source, at)) >= 0:
        close = "}}" if source[begin + 1] == "{" else "%}"
        end = source.find(close, begin + 2, begin + 2 + LONGEST_TAG)
        if end < 0:
            raise LiquidSyntaxError(f"expected '{close}' within {LONGEST_TAG} characters", token=None)
        inside = source[begin + 2 : end]
        if _BLANKS.search(inside):
            raise LiquidSyntaxError(f"more than {MOST_BLANKS} blanks in a row within a tag", token=None)
        if inside.count("[") > DEEPEST or inside.count("(") > DEEPEST:
            raise LiquidSyntaxError(f"more than {DEEPEST} brackets within a tag", token=None)
        at = end + 2


def check_tree(template: BoundTemplate, source: str) -> None:
    """Reckons what a round of its loops costs at most. Raises LiquidError for ranges: they are made whole,
    and `(1..999999999)` is short to write."""
    nodes = 0
    for node in _all(template.nodes, RenderContext(template)):
        nodes += 1
        if any(isinstance(each, RangeLiteral) for each in _within(node.expressions())):
            raise LiquidSyntaxError("ranges such as (1..5) are not known here", token=None)
    if isinstance(template, MeteredTemplate):
        template.round_cost = 1 + nodes + len(source) // _COMPARISON


class MeteredContext(RenderContext):
    """Reckons what one rendering does."""

    __slots__ = ("_left", "_round_cost")

    def __init__(self, template: BoundTemplate, **more: Any) -> None:
        super().__init__(template, **more)
        self._left = MOST_WORK
        self._round_cost = template.round_cost if isinstance(template, MeteredTemplate) else 1

    def filter(self, name: str, token: Token | None) -> Callable[..., object]:
        function = super().filter(name, token)

        def metered(left: object, *args: object, **named: object) -> object:
            given = [_size(each) for each in (*args, *named.values())]
            # what a list is joined with stands between all of its items
            times = 1 + max(given, default=0) if not isinstance(left, str) else 1
            self._spend(_size(left) * times + sum(given))
            found = function(left, *args, **named)
            self._spend(_size(found))
            return found

        return metered

    @contextmanager
    def loop(self, namespace: Mapping[str, object], forloop: Any) -> Iterator[RenderContext]:
        self._spend(forloop.length * self._round_cost)
        with super().loop(namespace, forloop) as context:
            yield context

    def _spend(self, work: int) -> None:
        self._left -= work
        if self._left < 0:
            raise ResourceLimitError(
                "it would take too long: its loops or its values are too large", token=None
            )


class MeteredTemplate(BoundTemplate):
    """A text that is rendered in a MeteredContext."""

    context_class = MeteredContext
    round_cost = 1
    """Of one round of any of its loops, at most."""


def _all(nodes: Iterable[Node], context: RenderContext) -> Iterator[Node]:
    left = list(nodes)
    while left:
        node = left.pop()
        left += node.children(context)
        yield node


def _within(expressions: Iterable[Expression]) -> Iterator[Expression]:
    left = list(expressions)
    while left:
        expression = left.pop()
        left += expression.children()
        yield expression


def _next(source: str, at: int) -> int:
    """Where the next tag begins; -1: nowhere."""
    found = [begin for begin in (source.find("{{", at), source.find("{%", at)) if begin >= 0]
    return min(found, default=-1)


def _size(value: object) -> int:
    """In items; of what a value holds the first level counts, and texts there."""
    match value:
        case str():
            return 1 + len(value) // _CHARACTERS
        case list() | tuple():
            return 1 + sum(1 + len(each) // _CHARACTERS if isinstance(each, str) else 1 for each in value)
        case Mapping():
            return 1 + len(value)
        case _:
            return 1
