"""What a CEL expression may cost at most, reckoned before it is run: its runtime counts rounds of loops, but
neither what a round makes nor what is made of that. `[s].map(x, x + x + x).map(x, x + x + x)...` takes all
memory in a line, and nothing stops it once it runs.

All is reckoned from the sizes of the values that go in, roughly and never too low by much: one unit is about
a nanosecond, or a character; a value counts 100 beside its characters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import prod
from typing import NamedTuple

from pipelines.flows.expressions.cel_tree import (
    CelCall,
    CelItems,
    CelLoop,
    CelName,
    CelNode,
    CelPart,
    CelPlain,
    CelText,
    CelTreeError,
)
from pipelines.flows.expressions.values import MOST_ALL_CHARACTERS, MOST_ITEMS, MOST_PARTS, Value

MOST_COST = 20_000_000
"""Some 10 ms, since it is reckoned too high: one loop carries all calls."""
MOST_ROUNDS = 10_000
"""Of all loops of an expression: the runtime's own limit."""
PART = 100
"""Size of a value beside its characters."""
_STEP = 50
_COPY = 10
"""Of an item: a list that a loop makes is copied with each item."""
_REPLACED = 70
"""A character that is looked for."""
_FORMATTED = 700
"""Characters that one of a format can make: '%.999f'."""
_REPEATS = re.compile(r"\{(\d{1,6})(?:,(\d{0,6}))?\}")
_UNKNOWN_PATTERN = 10_000
_STATE = 15
_ZONE = re.compile(r"[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}|[+-]?\d\d:\d\d")
_OF_TIME = re.compile(r"get[A-Z][A-Za-z]+")
_SMALL = frozenset(
    "_==_ _!=_ _<_ _<=_ _>_ _>=_ _&&_ _||_ !_ contains startsWith endsWith int uint double bool "
    "@not_strictly_false".split()
)
"""What they come to is one number, or yes or no."""


class CelSize(NamedTuple):
    """Of a value, at most."""

    size: int
    items: int = 0
    """Of the longest list in it."""


NOTHING = CelSize(0)
LARGEST = CelSize(2 * MOST_PARTS * PART + MOST_ALL_CHARACTERS, MOST_ITEMS)
"""Of a variable."""
_PLAIN = CelSize(PART)


class CelCost(NamedTuple):
    comes_to: CelSize
    cost: int


def check_zones(node: CelNode) -> None:
    """Names of time zones stand in the expression: the runtime opens files by them, and would wait for ever
    for one that is a pipe or a terminal. Raises CelTreeError."""
    match node:
        case CelCall(function=function, given=given):
            zone = given[1:2]
            if _OF_TIME.fullmatch(function) and zone:
                named = zone[0].text if isinstance(zone[0], CelText) else ""
                if not _ZONE.fullmatch(named):
                    raise CelTreeError(f"{function} takes the name of a time zone, such as 'Europe/Berlin'")
            for each in given:
                check_zones(each)
        case CelItems(items=items):
            for each in items:
                check_zones(each)
        case CelPart(of=of):
            check_zones(of)
        case CelLoop():
            for each in (node.over, node.first, node.goes_on, node.round, node.result):
                check_zones(each)
        case _:
            pass


def cost_of(node: CelNode, sizes: Mapping[str, CelSize]) -> CelCost:
    """`sizes`: of the variables (`size_of`)."""
    match node:
        case CelText(text=text):
            return CelCost(CelSize(PART + len(text)), _STEP)
        case CelPlain():
            return CelCost(_PLAIN, _STEP)
        case CelName(name=name):
            return CelCost(sizes.get(name, _PLAIN), _STEP)
        case CelPart(of=of):
            whole = cost_of(of, sizes)
            return CelCost(whole.comes_to, whole.cost + _STEP)
        case CelItems(items=items):
            found = [cost_of(each, sizes) for each in items]
            size = PART + sum(each.comes_to.size for each in found)
            longest = max([len(found), *(each.comes_to.items for each in found)])
            return CelCost(CelSize(size, longest), _STEP + size + sum(each.cost for each in found))
        case CelLoop():
            return _loop(node, sizes)
        case CelCall(function=function, given=given):
            found = [cost_of(each, sizes) for each in given]
            own = _call(function, given, [each.comes_to for each in found])
            return CelCost(own.comes_to, _STEP + own.cost + sum(each.cost for each in found))


def _loop(node: CelLoop, sizes: Mapping[str, CelSize]) -> CelCost:
    """What a round costs grows at least as its item does, so that all rounds cost no more than one with the
    whole list for an item, and as many as there are items with an empty one."""
    (over, over_cost), (first, first_cost) = cost_of(node.over, sizes), cost_of(node.first, sizes)
    rounds = min(over.items, MOST_ROUNDS)
    empty = cost_of(node.round, {**sizes, node.item: NOTHING, node.total: NOTHING})
    whole = cost_of(node.round, {**sizes, node.item: over, node.total: NOTHING})
    size = first.size + rounds * empty.comes_to.size + whole.comes_to.size
    made = CelSize(size, max(rounds, whole.comes_to.items))
    result = cost_of(node.result, {**sizes, node.total: made})
    copying = _COPY * rounds * rounds if isinstance(node.first, CelItems) else 0
    looping = rounds * (empty.cost + _STEP) + whole.cost + copying
    return CelCost(result.comes_to, over_cost + first_cost + looping + result.cost)


def _call(function: str, given: tuple[CelNode, ...], sizes: list[CelSize]) -> CelCost:
    """Of the function itself."""
    total = sum(each.size for each in sizes)
    match function, sizes:
        case "_+_", [one, other]:
            return _made(one.size + other.size, one.items + other.items)
        case "replace", [text, _, new, *_]:
            size = text.size * (1 + new.size)
            return _made(size, more=_REPLACED * text.size + 2 * size)
        case "join", [items, *between]:
            return _made(items.size + items.items * sum(each.size for each in between))
        case "split", [text, *_]:
            return _made(text.size * (PART + 1), text.size)
        case "format", [text, items]:
            plain = isinstance(given[0], CelText) and "%" not in given[0].text
            return _made(items.size + text.size * (1 if plain else _FORMATTED))
        case "matches", [text, _]:
            return CelCost(_PLAIN, text.size * _states(given[1]))
        case "_?_:_", [_, yes, no]:
            return CelCost(CelSize(max(yes.size, no.size), max(yes.items, no.items)), 0)
        case "_[_]", [whole, _]:
            return CelCost(whole, 0)
        case "size", _:
            return CelCost(_PLAIN, 0)
        case "@in", _:
            return CelCost(_PLAIN, total // 4)
        case "indexOf" | "lastIndexOf", [text, part, *_]:
            return CelCost(_PLAIN, text.size * (1 + part.size // PART))
        case _ if function in _SMALL or _OF_TIME.fullmatch(function):
            return CelCost(_PLAIN, total)
        case _:
            return _made(PART + 2 * total, max((each.items for each in sizes), default=0))


def _made(size: int, items: int = 0, *, more: int = 0) -> CelCost:
    """Something new; `more`: of the cost."""
    return CelCost(CelSize(size, items), size + more)


def _states(pattern: CelNode) -> int:
    """What a character may cost a regular expression: as many states as it has, where it is bad (RE2)."""
    if not isinstance(pattern, CelText):
        return _UNKNOWN_PATTERN
    counts = [max(int(least), int(most or 0), 1) for least, most in _REPEATS.findall(pattern.text)]
    many = prod(counts) if "){" in pattern.text else sum(counts)
    return _STATE * many + len(pattern.text)


def size_of(value: Value) -> CelSize:
    """Of a variable's."""
    size = items = 0
    left = [value]
    while left:
        each = left.pop()
        size += PART
        match each:
            case str():
                size += len(each)
            case list():
                items = max(items, len(each))
                left += each
            case dict():
                items = max(items, len(each))
                size += sum(map(len, each)) + PART * len(each)
                left += each.values()
            case _:
                pass
    return CelSize(size, items)
