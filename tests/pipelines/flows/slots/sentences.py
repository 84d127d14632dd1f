"""All that a grammar allows, up to so many words."""

from __future__ import annotations

from pipelines.engines.grammars.jsgf import JsgfGrammar


def sentences(grammar: JsgfGrammar, longest: int = 7) -> set[tuple[str, ...]]:
    paths = grammar.paths
    found: set[tuple[str, ...]] = set()
    todo: list[tuple[int, tuple[str, ...]]] = [(paths.start, ())]
    while todo:
        place, said = todo.pop()
        complete, branch = paths.places[place]
        if complete and said:
            found.add(said)
        if len(said) < longest:
            todo += [(step.to, (*said, step.word)) for step in paths.branches[branch]]
    return found
