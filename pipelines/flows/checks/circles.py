"""Circles in which nobody is waited for: a call would spin in them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from pipelines.flows.checks.findings import FlowFinding, error
from pipelines.flows.checks.graph import FlowGraph, GraphEdge
from pipelines.flows.checks.kinds import KINDS
from pipelines.flows.document.nodes import CodeNode, CollectNode, EndCallNode, SetNode, SubflowNode
from pipelines.flows.document.tools import ToolNode


def circles(graph: FlowGraph, waiting: frozenset[str] = frozenset()) -> Iterator[FlowFinding]:
    """`waiting`: subflows that always wait for somebody."""
    waits = {
        at
        for at, node in enumerate(graph.nodes)
        if KINDS[node.type].waits
        or node.id in waiting
        or (isinstance(node, CollectNode) and node.variable is None)
    }
    for circle in _circles(graph, waits):
        # A question whose variable is emptied on the way round is asked again.
        emptied = {name for at in circle for name in _emptied(graph, at)}
        asked = {
            at for at in circle if isinstance(node := graph.at(at), CollectNode) and node.variable in emptied
        }
        for rest in _circles(graph, waits | asked, circle) if asked else [circle]:
            yield _finding(graph, rest)


def _finding(graph: FlowGraph, circle: list[int]) -> FlowFinding:
    path = _round(graph, circle)
    inside = [at for at in path if at < len(graph.nodes)]
    first = graph.nodes[min(inside)]
    asked = next((graph.nodes[at] for at in inside if isinstance(graph.nodes[at], CollectNode)), None)
    what = f"the circle {graph.named(path)} can go round without waiting for anybody"
    if asked is not None:
        return error(
            asked.id,
            "",
            f"{what}: '{asked.id}' is passed over once its variable is known",
            f"Set 'forget' on the edge that leads back to '{asked.id}', so that it is asked anew.",
        )
    return error(first.id, "", what, "Put a question, or a node of type 'wait', into the circle.")


def _round(graph: FlowGraph, circle: list[int]) -> list[int]:
    """The shortest way from one of its nodes back to it."""
    inside, root = set(circle), min(circle)
    before: dict[int, int] = {}
    ahead = deque([root])
    while ahead and root not in before:
        at = ahead.popleft()
        for target in (each.target for each in graph.leaving[at] if _at_once(graph, each)):
            if target in inside and target not in before:
                before[target] = at
                ahead.append(target)
    path, at = [root], before.get(root, root)
    while at != root:
        path.append(at)
        at = before[at]
    return [root, *reversed(path)]


def _emptied(graph: FlowGraph, at: int) -> Iterator[str]:
    """Variables that the node may make unknown."""
    match graph.at(at):
        case SetNode(values=values):
            yield from (name for name, value in values.items() if value is None)
        case CodeNode(lines=lines):
            yield from (line.variable for line in lines)
        case ToolNode(save=save):
            yield from save
        case SubflowNode(take=take):
            yield from take
        case _:
            pass


def _at_once(graph: FlowGraph, passage: GraphEdge) -> bool:
    """Whether it can be gone along without anybody having said, pressed or awaited anything."""
    source = graph.at(passage.source)
    if passage.kind in ("heard", "timeout"):
        return False
    # A question that failed was asked.
    return not (passage.kind == "error" and isinstance(source, CollectNode))


def _circles(graph: FlowGraph, waits: set[int], among: list[int] | None = None) -> list[list[int]]:
    """Strongly connected parts of what is gone through at once (Tarjan's algorithm, without recursion)."""
    inside = set(range(len(graph.leaving))) if among is None else set(among)

    def onward(at: int) -> list[int]:
        return [
            each.target
            for each in graph.leaving[at]
            if each.target in inside
            and each.target not in waits
            and _at_once(graph, each)
            and not (each.edge is not None and each.edge.forget and _asks(graph, each.target))
        ]

    order: dict[int, int] = {}
    lowest: dict[int, int] = {}
    stack: list[int] = []
    stacked: set[int] = set()
    found: list[list[int]] = []
    for root in sorted(inside):
        if root in order or root in waits:
            continue
        order[root] = lowest[root] = len(order)
        stack.append(root)
        stacked.add(root)
        ahead = [(root, iter(onward(root)))]
        while ahead:
            at, targets = ahead[-1]
            for target in targets:
                if target not in order:
                    order[target] = lowest[target] = len(order)
                    stack.append(target)
                    stacked.add(target)
                    ahead.append((target, iter(onward(target))))
                    break
                if target in stacked:
                    lowest[at] = min(lowest[at], order[target])
            else:
                ahead.pop()
                if ahead:
                    lowest[ahead[-1][0]] = min(lowest[ahead[-1][0]], lowest[at])
                if lowest[at] == order[at]:
                    part: list[int] = []
                    while not part or part[-1] != at:
                        part.append(stack.pop())
                        stacked.discard(part[-1])
                    if len(part) > 1 or at in onward(at):
                        found.append(part)
    return found


def _asks(graph: FlowGraph, at: int) -> bool:
    return isinstance(graph.at(at), CollectNode)


def always_waits(graph: FlowGraph) -> bool:
    """Whether nobody gets from the start to an end without waiting (of a subflow in a circle)."""
    if graph.start is None:
        return False
    found, ahead = {graph.start}, [graph.start]
    while ahead:
        at = ahead.pop()
        if isinstance(graph.at(at), EndCallNode):
            return False
        for each in graph.leaving[at]:
            node = graph.at(each.target)
            waits = node is not None and KINDS[node.type].waits
            if each.target not in found and not waits and _at_once(graph, each):
                found.add(each.target)
                ahead.append(each.target)
    return True
