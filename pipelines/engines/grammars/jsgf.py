"""JSpeech Grammar Format (W3C note, June 2000): check a grammar and tell what of a sentence has been said.

No recursion. A tag says what the words before it mean: `(yes | yes please) {yes}` are one answer, and `{}`
means nothing. Must never decide what was heard; it only judges word sequences.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from pipelines.engines.grammars.jsgf_document import GrammarError, GrammarNode, read_document

MAX_STATES = 20_000
"""Of one grammar; a larger one is a mistake (nested rules multiply) and would stall the recogniser."""
MAX_PARTS = 100_000
"""Words, rules, brackets and what else is written, counted wherever it is used: some 0.2 s."""
MAX_CHOICES = 50_000
"""Words that may follow others, all in all: with each of many words optional, any may follow any."""
MAX_LOOKS = 1_500_000
"""States that are looked at to find them: some 0.5 s."""


class NextWord(NamedTuple):
    """A word that may be said next."""

    word: str
    to: int
    """The state, or place, behind it."""
    means: str
    """Itself, or of several under one tag the first the tag (in braces) and the others nothing."""


@dataclass(slots=True)
class _Net:
    """A network of words: `words[s]` may follow the state s, `skips[s]` are states reached without a word."""

    words: list[list[NextWord]] = field(default_factory=list)
    skips: list[list[int]] = field(default_factory=list)
    odds: dict[tuple[int, int], float] = field(default_factory=dict)
    """Of those skips that begin an alternative with a weight: `GrammarNode.odds`."""

    def state(self) -> int:
        if len(self.words) >= MAX_STATES:
            raise GrammarError(f"the grammar has more than {MAX_STATES} states; split the question in two")
        self.words.append([])
        self.skips.append([])
        return len(self.words) - 1


@dataclass(frozen=True)
class Paths:
    """What may follow what in a grammar, place by place; each word has a place of its own behind it."""

    start: int
    places: dict[int, tuple[bool, int]]
    """Whether a sentence may end there, and which of the branches goes on from there."""
    branches: list[tuple[NextWord, ...]]
    """Each the words that may be next."""

    @cached_property
    def by_word(self) -> list[dict[str, list[NextWord]]]:
        """The branches, by the word."""
        found: list[dict[str, list[NextWord]]] = []
        for branch in self.branches:
            words: dict[str, list[NextWord]] = {}
            for step in branch:
                words.setdefault(step.word, []).append(step)
            found.append(words)
        return found


class JsgfGrammar:
    """A parsed grammar. Raises GrammarError on what it cannot use."""

    def __init__(self, text: str) -> None:
        self._rules, self.public = read_document(text)
        self._net = _Net()
        self._open: list[str] = []
        self._in_tag = False
        self._built = 0
        self._first = self._net.state()
        self._final = self._rule(self.public, self._first)
        self._start = self._closure({self._first})
        self._useful = self._states_before_the_end()
        if self._first not in self._useful:
            raise GrammarError(f"no sentence is possible in rule <{self.public}>")

    # -- what was said ---------------------------------------------------------------------------------

    @property
    def words(self) -> set[str]:
        """Every word that a sentence may hold."""
        return {step.word for steps in self._net.words for step in steps}

    def judge(self, words: Sequence[str]) -> tuple[bool, bool]:
        """(complete, extensible): the words are a whole sentence; a sentence goes on after them."""
        states = self._start
        for word in words:
            states = self._closure(
                {step.to for state in states for step in self._net.words[state] if step.word == word}
            )
        extensible = any(step.to in self._useful for state in states for step in self._net.words[state])
        return self._final in states, extensible

    def meaning(self, words: Sequence[str]) -> tuple[str, ...]:
        """What the words mean, one after the other (`NextWord.means`): those of a whole sentence, where they
        are one. Nothing when the grammar does not allow them."""
        here = self._said(words)
        whole = [said for place, said in here.items() if self.paths.places[place][0]]
        return min(whole or here.values(), default=())

    def meanings(self, words: Sequence[str]) -> list[tuple[str, ...]]:
        """All that a whole sentence may mean, in the order of the grammar; nothing where it is none."""
        return [said for place, said in self._said(words).items() if self.paths.places[place][0]]

    def _said(self, words: Sequence[str]) -> dict[int, tuple[str, ...]]:
        """The places to which the words lead, and what they mean on the way there."""
        paths = self.paths
        here: dict[int, tuple[str, ...]] = {paths.start: ()}
        for word in words:
            behind: dict[int, tuple[str, ...]] = {}
            looked_at = set[int]()
            for place, said in here.items():
                branch = paths.places[place][1]
                if branch in looked_at:
                    continue  # all that it leads to is reached already
                looked_at.add(branch)
                for step in paths.by_word[branch].get(word, ()):
                    if step.to not in behind:
                        behind[step.to] = (*said, step.means) if step.means else said
            here = behind
        return here

    def odds(self, words: Sequence[str]) -> float:
        """By how much likelier the weights of the grammar's alternatives make these words than if all of them
        were alike (natural log), before anything was heard; 0 where there are none."""
        if not self._net.odds:
            return 0.0
        here = self._spread({self._first: 0.0})
        for word in words:
            behind: dict[int, float] = {}
            for state, odds in here.items():
                for step in self._net.words[state]:
                    if step.word == word:
                        behind[step.to] = max(odds, behind.get(step.to, odds))
            here = self._spread(behind)
        return here.get(self._final, max(here.values(), default=0.0))

    def _spread(self, states: dict[int, float]) -> dict[int, float]:
        """These and all that are reached from them without a word, with the odds of the likeliest way."""
        found: dict[int, float] = {}
        todo = [(-odds, state) for state, odds in states.items()]
        heapq.heapify(todo)
        while todo:
            against, state = heapq.heappop(todo)
            if state in found:
                continue
            found[state] = -against
            for after in self._net.skips[state]:
                heapq.heappush(todo, (against - self._net.odds.get((state, after), 0.0), after))
        return found

    @property
    def size(self) -> int:
        """How many words it has, counted where they stand."""
        return sum(len(arcs) for arcs in self._net.words)

    @cached_property
    def paths(self) -> Paths:
        """From the start over each place behind a word. Only what leads to a whole sentence counts. Raises
        GrammarError."""
        places: dict[int, tuple[bool, int]] = {}
        branches: list[tuple[NextWord, ...]] = []
        known: dict[frozenset[int], int] = {}
        start = min(self._start)
        todo = [start]
        looked_at = choices = 0
        while todo:
            place = todo.pop()
            if place in places:
                continue
            states = self._closure({place}) if place != start else self._start
            looked_at += len(states)
            if looked_at > MAX_LOOKS or choices > MAX_CHOICES:
                raise GrammarError(
                    "too many of the grammar's words may be left out; split the question in two"
                )
            forks = frozenset(state for state in states if self._net.words[state])
            if forks not in known:
                known[forks] = len(branches)
                steps = {step for state in forks for step in self._net.words[state]}
                branches.append(tuple(sorted(step for step in steps if step.to in self._useful)))
                choices += len(branches[-1])
                todo += [step.to for step in branches[-1]]
            places[place] = (self._final in states, known[forks])
        return Paths(start, places, branches)

    # -- building the network --------------------------------------------------------------------------

    def _closure(self, states: Iterable[int]) -> frozenset[int]:
        seen = set(states)
        todo = list(seen)
        while todo:
            for after in self._net.skips[todo.pop()]:
                if after not in seen:
                    seen.add(after)
                    todo.append(after)
        return frozenset(seen)

    def _states_before_the_end(self) -> set[int]:
        """States from which the final state can be reached."""
        before: list[list[int]] = [[] for _ in self._net.words]
        for state, (arcs, skips) in enumerate(zip(self._net.words, self._net.skips, strict=True)):
            for after in (*skips, *(step.to for step in arcs)):
                before[after].append(state)
        seen = {self._final}
        todo = [self._final]
        while todo:
            for state in before[todo.pop()]:
                if state not in seen:
                    seen.add(state)
                    todo.append(state)
        return seen

    def _rule(self, name: str, start: int) -> int:
        if name in self._open:
            circle = " -> ".join(f"<{rule}>" for rule in (*self._open, name))
            raise GrammarError(f"rules refer to themselves: {circle}; write the repetition with * or +")
        self._open.append(name)
        if len(self._open) > 100:
            raise GrammarError("rules are nested more than 100 deep")
        end = self._build(self._rules[name], start)
        self._open.pop()
        return end

    def _build(self, node: GrammarNode, start: int) -> int:
        """Add a node to the network, behind a state that others may begin at, too; returns its last state,
        from which no word of its own leads on."""
        net = self._net
        self._built += 1
        if self._built > MAX_PARTS:
            raise GrammarError(f"the grammar has more than {MAX_PARTS} parts; split the question in two")
        match node.kind:
            case "word":
                end = net.state()
                net.words[start].append(NextWord(node.text, end, node.text))
                return end
            case "rule" if node.text == "NULL":
                return start
            case "rule" if node.text == "VOID":
                return net.state()
            case "rule":
                return self._rule(node.text, start)
            case "sequence":
                for part in node.parts:
                    start = self._build(part, start)
                return start
            case "tag":
                return self._tagged(node, start)
            case "any":
                ends = [
                    self._build(part, self._weighted(start, odds))
                    for part, odds in zip(node.parts, node.odds or (None,) * len(node.parts), strict=True)
                ]
                return self._joined(ends)
            case "[":
                return self._joined([start, self._build(node.parts[0], start)])
            case _:  # "*" any number, "+" one or more
                first = net.state()
                net.skips[start].append(first)
                last = self._build(node.parts[0], first)
                net.skips[last].append(first)
                return self._joined([first if node.kind == "*" else last])

    def _weighted(self, start: int, odds: float | None) -> int:
        """Where an alternative begins."""
        if odds is None:
            return start
        first = self._net.state()
        self._net.skips[start].append(first)
        self._net.odds[start, first] = odds
        return first

    def _joined(self, ends: Iterable[int]) -> int:
        """One state behind all of these."""
        end = self._net.state()
        for each in ends:
            self._net.skips[each].append(end)
        return end

    def _tagged(self, node: GrammarNode, start: int) -> int:
        """Two copies of what is tagged, one before its first word and one behind it: the first word has the
        tag's meaning. A tag within another tells nothing."""
        net, [part] = self._net, node.parts
        if self._in_tag:
            return self._build(part, start)
        self._in_tag = True
        begun = net.state()
        net.skips[start].append(begun)
        end = self._build(part, begun)
        copy = len(net.words) - begun if node.text else 0
        if copy:
            last = self._build(part, net.state())
            net.skips[end].append(last)
            end = last
        for state in range(begun, begun + copy):
            net.words[state] = [NextWord(step.word, step.to + copy, node.text) for step in net.words[state]]
        for state in range(begun + copy, len(net.words)):
            net.words[state] = [step._replace(means="") for step in net.words[state]]
        self._in_tag = False
        return end
