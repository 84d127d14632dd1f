"""What changed between two documents of a flow, in words of nodes, edges, variables and fields.

Plain JSON in (as deep as the reader of documents lets through), so that drafts and what models write can be
compared, too: nothing here fails, whatever stands in it. The cost grows with the size of the documents alone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Change: TypeAlias = Literal["added", "removed", "changed", "moved"]
DEEPEST = 40
"""Levels that are compared field by field; what is below counts as one value."""
SHOWN_CHARACTERS = 160
"""Of a value in words."""
_NAMES = ("id", "name", "variable")
"""What tells the items of a list apart, where all of them have it."""
_DRAWN = ("position",)
"""Where it is drawn: said without figures."""
_QUALIFIERS = ("outcome", "when", "intent", "keys", "after", "errors")
"""What tells edges of one node and type apart."""
_MISSING = object()


@dataclass(frozen=True, slots=True)
class FlowDifference:
    """One change. `str` is a line for people."""

    change: Change
    what: Literal["node", "edge", "variable", "flow"]
    name: str
    """The node's id, the variable's name, the edge in words; empty for the flow's own fields."""
    field: str = ""
    """Dotted, with list items by their names: 'slot.options.paris.say'; empty: all of it."""
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        subject = f"{self.what} {self.name}".rstrip()
        if self.change == "moved":
            return f"{subject}: {self.field}"
        if not self.field:
            return f"{subject} is {self.change}"
        match self.change:
            case "added":
                return f"{subject}: {self.field} is {_shown(self.after)}, it was not given"
            case "removed":
                return f"{subject}: {self.field} is no longer given, it was {_shown(self.before)}"
            case _:
                return f"{subject}: {self.field} is {_shown(self.after)}, it was {_shown(self.before)}"

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "change": self.change, "what": self.what, "name": self.name, "field": self.field,
            "before": self.before, "after": self.after, "text": str(self),
        }  # fmt: skip


def differences(before: Any, after: Any) -> list[FlowDifference]:
    """From one document to another: the flow's own fields, then variables, nodes and edges, each in the order
    of the document (what is gone comes first). Empty when they mean the same."""
    old, new = _object(before), _object(after)
    own = [
        FlowDifference(change, "flow", "", field, was, now)
        for change, field, was, now in _fields(_own(old), _own(new))
    ]
    variables = _parts("variable", _named(old.get("variables"), "name"), _named(new.get("variables"), "name"))
    nodes = _parts("node", _named(old.get("nodes"), "id"), _named(new.get("nodes"), "id"))
    return [*own, *variables, *nodes, *_edges(_list(old.get("edges")), _list(new.get("edges")))]


def edge_words(edge: Any) -> str:
    """'ask → check (outcome yes)'."""
    return f"{_end(edge, 'source')} → {_end(edge, 'target')}{_why(edge)}"


# ---- nodes and variables


def _parts(
    what: Literal["node", "variable"], old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[FlowDifference]:
    for name, was in old.items():
        if name not in new:
            yield FlowDifference("removed", what, _titled(name, was), before=was)
    for name, now in new.items():
        if name not in old:
            yield FlowDifference("added", what, _titled(name, now), after=now)
            continue
        found = [FlowDifference(each[0], what, name, *each[1:]) for each in _fields(old[name], now)]
        drawn = [each for each in found if each.field.split(".")[0] in _DRAWN]
        if drawn:
            yield FlowDifference("moved", what, name, "it is drawn elsewhere")
        yield from (each for each in found if each not in drawn)


def _titled(name: str, part: Any) -> str:
    kind = _object(part).get("type", _object(part).get("kind"))
    return f"{name} ({kind})" if isinstance(kind, str) else name


def _fields(old: Any, new: Any, path: str = "", depth: int = 0) -> Iterator[tuple[Change, str, Any, Any]]:
    """What differs between two values, by path."""
    if _same(old, new):
        return
    before, after = _members(old), _members(new)
    if before is None or after is None or depth >= DEEPEST:
        yield "changed", path or "value", old, new
        return
    named = [*before, *(name for name in after if name not in before)]
    for name in named:
        where = f"{path}.{name}" if path else name
        was, now = before.get(name, _MISSING), after.get(name, _MISSING)
        if now is _MISSING:
            yield "removed", where, was, None
        elif was is _MISSING:
            yield "added", where, None, now
        else:
            yield from _fields(was, now, where, depth + 1)
    if named == list(before) and not isinstance(old, Mapping) and list(before) != list(after):
        yield "changed", f"{path} (order)", list(before), list(after)


def _members(value: Any) -> Mapping[str, Any] | None:
    """The members of an object, or of a list whose items have names of their own; None for anything else."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, list) and value:
        for key in _NAMES:
            found = {item[key]: item for item in value if isinstance(item, Mapping) and _named_by(item, key)}
            if len(found) == len(value):
                return found
    return None


def _named_by(item: Mapping[str, Any], key: str) -> bool:
    return isinstance(item.get(key), str)


# ---- edges


def _edges(old: list[Any], new: list[Any]) -> Iterator[FlowDifference]:
    """Edges have no names: the same ones are found first, then those that lead elsewhere, then those of which
    something else changed."""
    kept = Counter(map(_text, old)) & Counter(map(_text, new))
    gone, come = _without(old, kept), _without(new, kept)
    for key in (_by_reason, _by_ends):
        pairs, gone, come = _paired(gone, come, key)
        for was, now in pairs:
            for change, field, before, after in _fields(was, now):
                yield FlowDifference(change, "edge", edge_words(was), field, before, after)
    yield from (FlowDifference("removed", "edge", edge_words(edge), before=edge) for edge in gone)
    yield from (FlowDifference("added", "edge", edge_words(edge), after=edge) for edge in come)
    yield from _reordered(old, new, kept)


def _reordered(old: list[Any], new: list[Any], kept: Counter[str]) -> Iterator[FlowDifference]:
    """The first that holds is taken: so the order of those that stayed means something."""
    before, after = _by_source(old, kept), _by_source(new, kept)
    for source, edges in after.items():
        if before.get(source) != edges:
            yield FlowDifference(
                "moved", "node", source, "its edges are tried in another order", before.get(source), edges
            )


def _by_source(edges: list[Any], kept: Counter[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    left = Counter(kept)
    for edge in edges:
        if left[_text(edge)] > 0:
            left[_text(edge)] -= 1
            found.setdefault(_end(edge, "source"), []).append(edge_words(edge))
    return found


def _without(edges: list[Any], kept: Counter[str]) -> list[Any]:
    left, rest = Counter(kept), []
    for edge in edges:
        if left[_text(edge)] > 0:
            left[_text(edge)] -= 1
        else:
            rest.append(edge)
    return rest


def _paired(old: list[Any], new: list[Any], key: Any) -> tuple[list[tuple[Any, Any]], list[Any], list[Any]]:
    """Those of one key, in order, and what is left of both."""
    waiting: dict[str, list[Any]] = {}
    for edge in reversed(old):
        waiting.setdefault(key(edge), []).append(edge)
    pairs, come = [], []
    for edge in new:
        if of_key := waiting.get(key(edge)):
            pairs.append((of_key.pop(), edge))
        else:
            come.append(edge)
    left = Counter(_text(edge) for of_key in waiting.values() for edge in of_key)
    gone = []
    for edge in old:
        if left[_text(edge)] > 0:
            left[_text(edge)] -= 1
            gone.append(edge)
    return pairs, gone, come


def _by_reason(edge: Any) -> str:
    return f"{_end(edge, 'source')}{_why(edge)}"


def _by_ends(edge: Any) -> str:
    return f"{_end(edge, 'source')} → {_end(edge, 'target')} {_object(edge).get('type')}"


def _why(edge: Any) -> str:
    """Behind the ends of an edge: when it is taken."""
    fields = _object(edge)
    said = [_plain(fields[name]) for name in _QUALIFIERS if name in fields]
    kind = fields.get("type")
    if kind == "next" and not said:
        return ""
    return f" ({' '.join([str(kind), *said])})"


def _end(edge: Any, side: str) -> str:
    end = _object(edge).get(side)
    return end if isinstance(end, str) else "?"


# ---- plain JSON


def _own(document: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in document.items() if name not in ("nodes", "edges", "variables")}


def _named(items: Any, key: str) -> dict[str, Any]:
    """The items by their names; of those that share one, or have none, by their place, too."""
    found: dict[str, Any] = {}
    for place, item in enumerate(_list(items), 1):
        name = _object(item).get(key)
        usual = name if isinstance(name, str) else "?"
        found[f"{usual} #{place}" if usual in found or usual == "?" else usual] = item
    return found


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _same(one: Any, other: Any) -> bool:
    """As JSON: 1 is not true."""
    return one is other or (one == other and _text(one) == _text(other))


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    return value if isinstance(value, str) else _text(value)


def _shown(value: Any) -> str:
    """A value in words, shortened."""
    written = _text(value)
    return written if len(written) <= SHOWN_CHARACTERS else f"{written[:SHOWN_CHARACTERS]}…"
