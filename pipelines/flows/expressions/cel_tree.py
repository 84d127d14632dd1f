"""A compiled CEL expression as a tree: `cel.expr.CheckedExpr` (github.com/google/cel-spec, checked.proto and
syntax.proto), read from the bytes that the runtime serialises it to.

Of protobuf's wire format what these messages need is read here: the runtime gives no tree of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from mediaserver.errors import VoiceForgeError

DEEPEST_LOOPS = 3
"""Of macros over lists (`map`, `exists`) within one another."""
_Field: TypeAlias = tuple[int, int | bytes]


class CelTreeError(VoiceForgeError):
    """An expression is not as it is known here; the message is for its author."""


@dataclass(frozen=True, slots=True)
class CelText:
    """A text or bytes that stand in the expression."""

    text: str


@dataclass(frozen=True, slots=True)
class CelPlain:
    """Any other constant."""


@dataclass(frozen=True, slots=True)
class CelName:
    name: str


@dataclass(frozen=True, slots=True)
class CelPart:
    """A field of something."""

    of: CelNode


@dataclass(frozen=True, slots=True)
class CelCall:
    """An operator ('_+_') or a function, what it is called on first."""

    function: str
    given: tuple[CelNode, ...]


@dataclass(frozen=True, slots=True)
class CelItems:
    """A list or an object that is written out: its items, keys and values."""

    items: tuple[CelNode, ...]


@dataclass(frozen=True, slots=True)
class CelLoop:
    """A macro over a list or an object."""

    item: str
    over: CelNode
    total: str
    """The name of what the rounds make."""
    first: CelNode
    goes_on: CelNode
    round: CelNode
    result: CelNode


CelNode: TypeAlias = CelText | CelPlain | CelName | CelPart | CelCall | CelItems | CelLoop


def tree_of(serialised: bytes) -> CelNode:
    """Raises CelTreeError."""
    try:
        checked = next(_nested(serialised, 2))  # google.protobuf.Any.value
        return _node(next(_nested(checked, 4)), 0)
    except (StopIteration, IndexError, UnicodeDecodeError, KeyError) as error:
        raise CelTreeError(f"it cannot be reckoned ({type(error).__name__})") from None


def _node(expression: bytes, loops: int) -> CelNode:
    for field, value in _fields(expression):
        if not isinstance(value, bytes):
            continue  # its number
        match field:
            case 3:
                return _constant(value)
            case 4:
                return CelName(_text(value, 1))
            case 5:
                return CelPart(_one(value, 1, loops))
            case 6:
                target = tuple(_node(each, loops) for each in _nested(value, 1))
                given = tuple(_node(each, loops) for each in _nested(value, 3))
                return CelCall(_text(value, 2), target + given)
            case 7:
                return CelItems(tuple(_node(each, loops) for each in _nested(value, 1)))
            case 8:
                entries = [
                    each for entry in _nested(value, 2) for at in (3, 4) for each in _nested(entry, at)
                ]
                return CelItems(tuple(_node(each, loops) for each in entries))
            case 9:
                if loops == DEEPEST_LOOPS:
                    raise CelTreeError(f"more than {DEEPEST_LOOPS} loops within one another")
                over, first = _one(value, 2, loops), _one(value, 4, loops)
                goes_on, result = _one(value, 5, loops), _one(value, 7, loops)
                each_round = _one(value, 6, loops + 1)
                return CelLoop(_text(value, 1), over, _text(value, 3), first, goes_on, each_round, result)
            case _:
                raise CelTreeError(f"it has a part of an unknown kind ({field})")
    raise CelTreeError("it has an empty part")


def _one(message: bytes, field: int, loops: int) -> CelNode:
    return _node(next(_nested(message, field)), loops)


def _constant(message: bytes) -> CelNode:
    for field, value in _fields(message):
        if field in (6, 7) and isinstance(value, bytes):  # a text, bytes
            return CelText(value.decode("utf-8", "replace"))
    return CelPlain()


def _text(message: bytes, field: int) -> str:
    return next(_nested(message, field), b"").decode()


def _nested(message: bytes, field: int) -> Iterator[bytes]:
    for number, value in _fields(message):
        if number == field and isinstance(value, bytes):
            yield value


def _fields(message: bytes) -> Iterator[_Field]:
    """Numbers of fields, and their values: whole numbers, or the bytes of all else."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        match tag & 7:
            case 0:
                number, at = _varint(message, at)
                yield tag >> 3, number
                continue
            case 1:
                size = 8
            case 2:
                size, at = _varint(message, at)
            case 5:
                size = 4
            case kind:
                raise CelTreeError(f"it has a field of an unknown kind ({kind})")
        yield tag >> 3, message[at : at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    found = shift = 0
    while True:
        byte = message[at]
        at += 1
        found |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return found, at
