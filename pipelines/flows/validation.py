"""Says everything that is wrong with a flow before a caller finds out. Changes nothing."""

from __future__ import annotations

import re
import string
from collections import Counter

from mediaserver.errors import ConfigError
from pipelines.flows.model import Ask, Confirm, EndCall, Flow, FlowNode, Prompt, Slot, TransferCall


class FlowError(ConfigError):
    """A flow cannot run; `problems` has one line for each reason."""

    def __init__(self, flow: str, problems: list[str]) -> None:
        super().__init__(f"flow '{flow}' cannot run: " + "; ".join(problems))
        self.problems = problems


def validate(flow: Flow) -> None:
    """Raises FlowError that names every problem."""
    problems = [line for node in flow.nodes.values() for line in _node_problems(flow, node)]
    problems += [line for slot in flow.slots.values() for line in _grammar_problems(slot)]
    if flow.start not in flow.nodes:
        problems.append(f"the start node '{flow.start}' does not exist")
    else:
        reached = _reachable(flow)
        problems += [f"node '{name}' cannot be reached" for name in flow.nodes if name not in reached]
        if not any(isinstance(flow.nodes[name], EndCall) for name in reached):
            problems.append("no end can be reached")
    if problems:
        raise FlowError(flow.name, problems)


def edges(node: FlowNode) -> list[tuple[str, str]]:
    """What leads where: (label, node id)."""
    match node:
        case Prompt(next=after):
            return [("next", after)]
        case Ask(next=after, branches=branches):
            return [("next", after), *((f"branch '{value}'", target) for value, target in branches.items())]
        case Confirm(yes=yes, no=no, cancel=cancel, changes=changes):
            return [
                ("yes", yes),
                ("no", no),
                ("cancel", cancel),
                *((f"change '{slot}'", target) for slot, target in changes.items()),
            ]
        case TransferCall(failed=failed):
            return [("failed", failed)]
        case EndCall():
            return []


def _node_problems(flow: Flow, node: FlowNode) -> list[str]:
    problems = []
    for label, target in edges(node):
        if not target:
            problems.append(f"node '{node.id}' has no {label}")
        elif target not in flow.nodes:
            problems.append(f"node '{node.id}' leads to an unknown node '{target}' ({label})")
    if isinstance(node, TransferCall) and not node.to.strip():
        problems.append(f"node '{node.id}' transfers to nobody")
    texts, slots = _texts_and_slots(node)
    problems += [
        f"node '{node.id}' names an unknown slot '{name}'" for name in slots if name not in flow.slots
    ]
    for text in texts:
        if not text.strip():
            problems.append(f"node '{node.id}' has an empty text")
        for _, name, _, _ in string.Formatter().parse(text):
            if name is not None and name not in flow.slots:
                problems.append(f"node '{node.id}' speaks of an unknown slot '{name}'")
    return problems


def _texts_and_slots(node: FlowNode) -> tuple[list[str], list[str]]:
    match node:
        case Ask(slot=slot, text=text, help=help_text, example=example):
            return [text, help_text, *([example] if example else [])], [slot]
        case Confirm(slot=slot, facts=facts, text=text, help=help_text, changes=changes):
            return [facts, text, help_text], [slot, *changes]
        case TransferCall(text=text, briefing=briefing):
            return [text, briefing] if briefing else [text], []
        case Prompt(text=text) | EndCall(text=text):
            return [text], []


def _grammar_problems(slot: Slot) -> list[str]:
    """Rules that are used but not defined, and a missing public rule (JSGF, W3C note of 5 June 2000)."""
    body = slot.grammar.jsgf if slot.grammar is not None else "public <any>"
    defined = Counter(re.findall(r"<([\w.]+)>\s*=", body))
    used = set(re.findall(r"<([\w.]+)>(?!\s*=)", body)) - {"NULL", "VOID"}
    problems = [
        f"the grammar of '{slot.name}' uses an unknown rule <{name}>"
        for name in sorted(used - defined.keys())
    ]
    problems += [
        f"the grammar of '{slot.name}' has two rules <{name}>" for name, times in defined.items() if times > 1
    ]
    if not re.fullmatch(r"\w+", slot.name):
        # Grammars and texts name it.
        problems.append(f"a slot cannot be called '{slot.name}': use letters, digits and '_'")
    if not re.search(r"\bpublic\s+<", body):
        problems.append(f"the grammar of '{slot.name}' has no public rule")
    if slot.dtmf.most < 1:
        problems.append(f"'{slot.name}' takes no digits: set dtmf.most to 1 or more")
    return problems


def _reachable(flow: Flow) -> set[str]:
    reached: set[str] = set()
    ahead = [flow.start]
    while ahead:
        name = ahead.pop()
        if name not in reached and name in flow.nodes:
            reached.add(name)
            ahead += [target for _, target in edges(flow.nodes[name])]
    return reached
