"""What callers may answer: that every answer can be told from every other, and that what is asked for is
possible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.flows.checks.findings import FlowFinding, did_you_mean, error, quoted, warning
from pipelines.flows.document.document import Document, DocumentNode
from pipelines.flows.document.edges import KeyEdge
from pipelines.flows.document.nodes import (
    CollectNode,
    ConfirmNode,
    ListenNode,
    MenuNode,
    SubagentNode,
    WaitNode,
)
from pipelines.flows.document.slots import (
    ChoiceSlot,
    DateSlot,
    DigitsSlot,
    DurationSlot,
    MoneySlot,
    NumberSlot,
    SlotSpec,
    SpellingSlot,
    TextSlot,
    TimeSlot,
    YesNoSlot,
)
from pipelines.flows.phrases import Phrases

KEYED_BY_PLACE = 9
"""Options that get their place in the list as a key, while there are at most so many."""


@dataclass(frozen=True, slots=True)
class PossibleAnswer:
    """One that a node takes."""

    name: str
    field: str
    key: str
    """Empty: none."""


def answers(document: Document) -> Iterator[FlowFinding]:
    anywhere = [(each, f"edges.{place}.keys") for place, each in _key_edges(document, "*")]
    by_source: dict[str, list[tuple[KeyEdge, str]]] = {}
    for place, edge in enumerate(document.edges):
        if isinstance(edge, KeyEdge) and edge.source != "*":
            by_source.setdefault(edge.source, []).append((edge, f"edges.{place}.keys"))
    for node in document.by_id.values():
        own = by_source.get(node.id, [])
        given = answers_of(node)
        yield from _keys(node, given, [*own, *anywhere])
        if isinstance(node, CollectNode):
            yield from _slot(node.id, node.slot)
            yield from _never_asked(document, node)
        if isinstance(node, ConfirmNode):
            yield from _changes(document, node)
    yield from _phrases(document)


def _key_edges(document: Document, source: str) -> Iterator[tuple[int, KeyEdge]]:
    for place, edge in enumerate(document.edges):
        if isinstance(edge, KeyEdge) and edge.source == source:
            yield place, edge


def answers_of(node: DocumentNode) -> list[PossibleAnswer]:
    """Those that are few and known: of menus, choices and read-backs."""
    match node:
        case MenuNode(options=options):
            return _placed([(each.name, each.keys) for each in options], "options", "keys")
        case CollectNode(slot=ChoiceSlot(options=choices)):
            return _placed([(each.value, each.key) for each in choices], "slot.options", "key")
        case CollectNode(slot=YesNoSlot()):
            return [PossibleAnswer("yes", "slot", "1"), PossibleAnswer("no", "slot", "2")]
        case ConfirmNode(cancels=cancels):
            three = [PossibleAnswer("cancel", "cancels", "3")] if cancels else []
            return [PossibleAnswer("yes", "", "1"), PossibleAnswer("no", "", "2"), *three]
        case _:
            return []


def _placed(options: Sequence[tuple[str, str]], field: str, key: str) -> list[PossibleAnswer]:
    few = len(options) <= KEYED_BY_PLACE
    return [
        PossibleAnswer(name, f"{field}.{at - 1}.{key}", own or (str(at) if few else ""))
        for at, (name, own) in enumerate(options, 1)
    ]


def _keys(
    node: DocumentNode, given: list[PossibleAnswer], edges: list[tuple[KeyEdge, str]]
) -> Iterator[FlowFinding]:
    by_keys = not isinstance(node, CollectNode | MenuNode) or "keys" in node.by
    taken: dict[str, str] = {}
    names: dict[str, PossibleAnswer] = {}
    for each in given:
        if each.name in names:
            yield error(
                node.id,
                each.field.rpartition(".")[0],
                f"'{each.name}' is there twice",
                "Keep one, and put the words of both into its 'say'.",
            )
        names[each.name] = each
        if each.key and each.key in taken and by_keys:
            yield error(
                node.id,
                each.field,
                f"key {each.key} stands for both '{taken[each.key]}' and '{each.name}'",
                "Give one of them another key. Those without one have their place in the list.",
            )
        elif each.key:
            taken[each.key] = each.name
    if by_keys:
        yield from _begun(node.id, taken)
    if isinstance(node, CollectNode | MenuNode | ConfirmNode | ListenNode | SubagentNode | WaitNode):
        yield from _edges(node, taken if by_keys else {}, edges)


def _begun(node: str, taken: dict[str, str]) -> Iterator[FlowFinding]:
    """Keys that others begin with: the caller who presses them waits for nothing."""
    for key in taken:
        shorter = next((key[:at] for at in range(1, len(key)) if key[:at] in taken), None)
        if shorter is not None:
            yield warning(
                node,
                "",
                f"key {shorter} ('{taken[shorter]}') is how key {key} ('{taken[key]}') begins: "
                "who presses it is answered late",
                "Give all of them keys of equal length.",
            )


def _edges(
    node: DocumentNode, taken: dict[str, str], edges: list[tuple[KeyEdge, str]]
) -> Iterator[FlowFinding]:
    led: dict[str, str] = {}
    for edge, field in edges:
        keys = edge.keys
        own = edge.source != "*"
        if keys in taken:
            yield error(
                node.id,
                field,
                f"key {keys} is an answer here ('{taken[keys]}'), and leads to '{edge.target}'",
                "Take another key for one of them.",
            )
        if keys in led and led[keys] != edge.target and own:
            yield warning(
                node.id,
                field,
                f"key {keys} leads to '{led[keys]}' and to '{edge.target}': the first is taken",
                "Keep one of them.",
            )
        led.setdefault(keys, edge.target)
        if isinstance(node, CollectNode) and "keys" in node.by and _entered(node.slot, keys):
            yield warning(
                node.id,
                field,
                f"'{keys}' may be an answer here, and leads to '{edge.target}'",
                "Take a key that is none, or ask for this by voice alone.",
            )


def _entered(slot: SlotSpec, keys: str) -> bool:
    """Whether it could be a whole entry."""
    match slot:
        case DigitsSlot(least=least, most=most) | SpellingSlot(least=least, most=most):
            return least <= len(keys) <= most
        case NumberSlot(least=least, most=most) | DurationSlot(least=least, most=most):
            return least <= int(keys) <= most
        case MoneySlot(least=lowest, most=highest):
            return lowest <= int(keys) <= highest
        case _:
            return False


def _slot(node: str, slot: SlotSpec) -> Iterator[FlowFinding]:
    match slot:
        case (
            DigitsSlot(least=least, most=most)
            | SpellingSlot(least=least, most=most)
            | NumberSlot(least=least, most=most)
            | DurationSlot(least=least, most=most)
            | MoneySlot(least=least, most=most)
        ) if least > most:
            yield error(
                node,
                "slot.least",
                f"nothing is both {least:g} at least and {most:g} at most",
                "Exchange the two.",
            )
        case DateSlot(earliest=first, latest=last) if first > last:
            yield error(
                node,
                "slot.earliest",
                f"no day is both {first} days ahead at least and {last} at most",
                "Exchange the two.",
            )
        case TimeSlot(earliest=early, latest=late) if early > late:
            yield error(
                node,
                "slot.earliest",
                f"no time is both {early} or later and {late} or earlier",
                "Exchange the two, or ask in two questions for a time around midnight.",
            )
        case SpellingSlot(letters=False, digits=False):
            yield error(
                node, "slot.letters", "neither letters nor digits are taken", "Set one of the two to true."
            )
        case NumberSlot(least=least, most=most, words=words):
            for word, number in words.items():
                if not least <= number <= most:
                    yield error(
                        node,
                        f"slot.words.{word}",
                        f"'{word}' is {number}, which is not from {least} to {most}",
                        "Remove it, or change what is possible.",
                    )
        case ChoiceSlot(options=options):
            values = {each.value for each in options}
            for at, each in enumerate(options):
                for other in each.sounds_like:
                    if other not in values:
                        yield error(
                            node,
                            f"slot.options.{at}.sounds_like",
                            f"'{other}' is none of the options",
                            f"{did_you_mean(other, values)}Name the value of another option.",
                        )
        case _:
            pass


def _never_asked(document: Document, node: CollectNode) -> Iterator[FlowFinding]:
    if any(each.name == node.variable and each.default is not None for each in document.variables):
        yield warning(
            node.id,
            "variable",
            f"'{node.id}' is never asked: '{node.variable}' has a default, and is known",
            "Remove the default, or set 'forget' on the edges that lead here.",
        )
    if isinstance(node.slot, TextSlot) and node.by == ("keys",):
        yield error(node.id, "by", "a text cannot be keyed", "Ask for it by voice, too.")


def _changes(document: Document, node: ConfirmNode) -> Iterator[FlowFinding]:
    """That what shall be changed is asked anew."""
    edges = {edge.outcome: edge for edge in document.leaving.get(node.id, ()) if edge.type == "outcome"}
    for at, change in enumerate(node.changes):
        edge = edges.get(f"change {change.variable}")
        target = document.by_id.get(edge.target) if edge is not None else None
        if edge is None or not isinstance(target, CollectNode):
            continue
        if target.variable == change.variable and not edge.forget:
            yield warning(
                node.id,
                f"changes.{at}",
                f"'{target.id}' is passed over when '{change.variable}' shall be "
                "changed, because it is known",
                f"Set 'forget' on the edge from '{node.id}' to '{target.id}'.",
            )
        elif target.variable is not None and target.variable != change.variable:
            yield warning(
                node.id,
                f"changes.{at}",
                f"to change '{change.variable}' leads to '{target.id}', which asks for '{target.variable}'",
                "Lead it to the question that is meant.",
            )


def _phrases(document: Document) -> Iterator[FlowFinding]:
    known = [name for name, each in Phrases.__dataclass_fields__.items() if name != "troubles"]
    for name in document.defaults.phrases:
        if name not in known:
            yield error(
                "",
                f"defaults.phrases.{name}",
                f"there is no phrase '{name}'",
                f"{did_you_mean(name, known)}There are {quoted(known, 20)}.",
            )
