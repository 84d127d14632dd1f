"""JSpeech Grammar Format (W3C note, June 2000): check a grammar and tell what of a sentence has been said.

Reads the part that a phone question needs: one document, one public rule, no imports and no recursion. A tag
says what the words before it mean: `(yes | yes please) {yes}` are one answer, and `{}` means nothing. Must
never decide what was heard; it only judges word sequences.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from mediaserver.errors import ConfigError

MAX_STATES = 20_000
"""Of one grammar; a larger one is a mistake (nested rules multiply) and would stall the recogniser."""

_TOKEN = re.compile(
    r"""\s+ | //[^\n]* | /\*.*?\*/          # nothing to read
      | (?P<tag>\{(?:\\.|[^\\}])*\})
      | (?P<weight>/\s*\d+(?:\.\d*)?\s*/)
      | <(?P<rule>[^<>\s]+)>
      | "(?P<quoted>[^"]*)"
      | (?P<mark>[=;|*+()\[\]])
      | (?P<word>[^\s=;|*+()\[\]{}<>"/]+)
    """,
    re.VERBOSE | re.DOTALL,
)
_HEADER = re.compile(r"\s*#JSGF(?:\s+V1\.0)?[^;\n]*;")


class GrammarError(ConfigError):
    """A grammar cannot be used as it stands; the message names the place."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int


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

    def state(self) -> int:
        if len(self.words) >= MAX_STATES:
            raise GrammarError(f"the grammar has more than {MAX_STATES} states; split the question in two")
        self.words.append([])
        self.skips.append([])
        return len(self.words) - 1


@dataclass(frozen=True, slots=True)
class Paths:
    """What may follow what in a grammar, place by place; each word has a place of its own behind it."""

    start: int
    places: dict[int, tuple[bool, int]]
    """Whether a sentence may end there, and which of the branches goes on from there."""
    branches: list[tuple[NextWord, ...]]
    """Each the words that may be next."""


class JsgfGrammar:
    """A parsed grammar. Raises GrammarError on what it cannot use."""

    def __init__(self, text: str) -> None:
        header = _HEADER.match(text)
        if header is None:
            raise GrammarError("a grammar begins with `#JSGF V1.0;`, and this one does not")
        reader = _Reader(text, header.end())
        self._rules, self.public = reader.document()
        self._net = _Net()
        self._open: list[str] = []
        self._in_tag = False
        start, self._final = self._rule(self.public)
        self._start = self._closure({start})
        self._useful = self._states_before_the_end()
        if start not in self._useful:
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
        paths = self.paths
        here: dict[int, tuple[str, ...]] = {paths.start: ()}
        for word in words:
            behind: dict[int, tuple[str, ...]] = {}
            for place, said in here.items():
                for step in paths.branches[paths.places[place][1]]:
                    if step.word == word:
                        behind.setdefault(step.to, (*said, step.means) if step.means else said)
            here = behind
        whole = [said for place, said in here.items() if paths.places[place][0]]
        return min(whole or here.values(), default=())

    @property
    def size(self) -> int:
        """How many words it has, counted where they stand."""
        return sum(len(arcs) for arcs in self._net.words)

    @cached_property
    def paths(self) -> Paths:
        """From the start over each place behind a word. Only what leads to a whole sentence counts."""
        places: dict[int, tuple[bool, int]] = {}
        branches: list[tuple[NextWord, ...]] = []
        known: dict[frozenset[int], int] = {}
        start = min(self._start)
        todo = [(start, self._start)]
        while todo:
            place, states = todo.pop()
            if place in places:
                continue
            forks = frozenset(state for state in states if self._net.words[state])
            if forks not in known:
                known[forks] = len(branches)
                steps = {step for state in forks for step in self._net.words[state]}
                branches.append(tuple(sorted(step for step in steps if step.to in self._useful)))
                todo += [(step.to, self._closure({step.to})) for step in branches[-1]]
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

    def _rule(self, name: str) -> tuple[int, int]:
        if name in self._open:
            circle = " -> ".join(f"<{rule}>" for rule in (*self._open, name))
            raise GrammarError(f"rules refer to themselves: {circle}; write the repetition with * or +")
        self._open.append(name)
        if len(self._open) > 100:
            raise GrammarError("rules are nested more than 100 deep")
        ends = self._build(self._rules[name])
        self._open.pop()
        return ends

    def _build(self, node: _Node) -> tuple[int, int]:
        """Add a node to the network; returns its first and last state."""
        net = self._net
        start, end = net.state(), net.state()
        match node.kind:
            case "word":
                net.words[start].append(NextWord(node.text, end, node.text))
            case "rule" if node.text == "NULL":
                net.skips[start].append(end)
            case "rule" if node.text == "VOID":
                pass
            case "rule":
                first, last = self._rule(node.text)
                net.skips[start].append(first)
                net.skips[last].append(end)
            case "sequence":
                at = start
                for part in node.parts:
                    first, last = self._build(part)
                    net.skips[at].append(first)
                    at = last
                net.skips[at].append(end)
            case "tag":
                first, last = self._tagged(node)
                net.skips[start].append(first)
                net.skips[last].append(end)
            case "any":
                for part in node.parts:
                    first, last = self._build(part)
                    net.skips[start].append(first)
                    net.skips[last].append(end)
            case _:  # "[" optional, "*" any number, "+" one or more
                first, last = self._build(node.parts[0])
                net.skips[start].append(first)
                net.skips[last].append(end)
                if node.kind in "[*":
                    net.skips[start].append(end)
                if node.kind in "*+":
                    net.skips[last].append(first)
        return start, end

    def _tagged(self, node: _Node) -> tuple[int, int]:
        """Two copies of what is tagged, one before its first word and one behind it: the first word has the
        tag's meaning. A tag within another tells nothing."""
        net, [part] = self._net, node.parts
        if self._in_tag:
            return self._build(part)
        self._in_tag = True
        begun = len(net.words)
        ends = self._build(part)
        copy = len(net.words) - begun if node.text else 0
        if copy:
            last = self._build(part)[1]
            net.skips[ends[1]].append(last)
            ends = ends[0], last
        for state in range(begun, begun + copy):
            net.words[state] = [NextWord(step.word, step.to + copy, node.text) for step in net.words[state]]
        for state in range(begun + copy, len(net.words)):
            net.words[state] = [step._replace(means="") for step in net.words[state]]
        self._in_tag = False
        return ends


@dataclass(frozen=True, slots=True)
class _Node:
    kind: str
    text: str = ""
    parts: tuple[_Node, ...] = ()


class _Reader:
    """Recursive descent over the tokens of one document."""

    def __init__(self, text: str, at: int) -> None:
        self._tokens = list(self._split(text, at))
        self._at = 0
        self._depth = 0

    @staticmethod
    def _split(text: str, at: int) -> Iterable[_Token]:
        while at < len(text):
            match = _TOKEN.match(text, at)
            line = text.count("\n", 0, at) + 1
            if match is None:
                raise GrammarError(f"line {line} of the grammar: cannot read {text[at : at + 20]!r}")
            at = match.end()
            if match.lastgroup not in (None, "weight"):
                yield _Token(match.lastgroup, match[match.lastgroup], line)

    def document(self) -> tuple[dict[str, _Node], str]:
        rules: dict[str, _Node] = {}
        public: list[str] = []
        self._grammar_name()
        while self._at < len(self._tokens):
            if self._peek("word", "import"):
                self._fail("imports are not supported; write all rules in one grammar")
            is_public = self._accept("word", "public")
            token = self._next("a rule such as <answer>")
            if token.kind != "rule" or token.text in ("NULL", "VOID"):
                self._fail(f"a rule such as <answer> was expected, not {token.text!r}", token)
            if token.text in rules:
                self._fail(f"rule <{token.text}> is there twice", token)
            self._expect("=")
            rules[token.text] = self._alternatives()
            self._expect(";")
            if is_public:
                public.append(token.text)
        if len(public) != 1:
            raise GrammarError(f"a grammar has one public rule; this one has {len(public)}")
        for name, node in rules.items():
            for used in _references(node):
                if used not in rules and used not in ("NULL", "VOID"):
                    raise GrammarError(f"rule <{name}> uses <{used}>, which is not defined")
        return rules, public[0]

    def _grammar_name(self) -> None:
        if self._accept("word", "grammar"):
            self._next("the grammar's name")
            self._expect(";")
        else:
            raise GrammarError("after `#JSGF V1.0;` comes `grammar NAME;`, and this one has none")

    def _alternatives(self) -> _Node:
        self._depth += 1
        if self._depth > 100:
            raise GrammarError("brackets are nested more than 100 deep")
        parts = [self._sequence()]
        while self._accept("mark", "|"):
            parts.append(self._sequence())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else _Node("any", parts=tuple(parts))

    def _sequence(self) -> _Node:
        parts: list[_Node] = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.kind == "mark" and token.text in "|;)]=":
                break
            self._at += 1
            if token.kind == "tag":
                self._fail(f"the tag {token.text} stands behind nothing", token)
            node = self._item(token)
            while self._peek("mark", "*") or self._peek("mark", "+"):
                node = _Node(self._next("*").text, parts=(node,))
            parts.append(self._with_tag(node))
        if not parts:
            self._fail("an alternative is empty; make the part optional with [ ]")
        return parts[0] if len(parts) == 1 else _Node("sequence", parts=tuple(parts))

    def _with_tag(self, node: _Node) -> _Node:
        """Of several tags the first counts."""
        tags = []
        while self._at < len(self._tokens) and self._tokens[self._at].kind == "tag":
            tags.append(self._next("a tag").text)
        if not tags:
            return node
        return _Node("tag", tags[0] if tags[0][1:-1].strip() else "", (node,))

    def _item(self, token: _Token) -> _Node:
        if token.kind == "quoted":
            words = token.text.split() or [""]
            return _Node("sequence", parts=tuple(_Node("word", word) for word in words))
        if token.kind in ("word", "rule"):
            return _Node(token.kind, token.text)
        if token.text in "([":
            inner = self._alternatives()
            self._expect(")" if token.text == "(" else "]")
            return inner if token.text == "(" else _Node("[", parts=(inner,))
        self._fail(f"{token.text!r} stands where a word was expected", token)
        raise AssertionError

    def _peek(self, kind: str, text: str) -> bool:
        if self._at >= len(self._tokens):
            return False
        token = self._tokens[self._at]
        return token.kind == kind and token.text == text

    def _accept(self, kind: str, text: str) -> bool:
        if not self._peek(kind, text):
            return False
        self._at += 1
        return True

    def _next(self, what: str) -> _Token:
        if self._at >= len(self._tokens):
            raise GrammarError(f"the grammar ends where {what} was expected")
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, mark: str) -> None:
        token = self._next(f"{mark!r}")
        if token.kind != "mark" or token.text != mark:
            self._fail(f"{mark!r} was expected, not {token.text!r}", token)

    def _fail(self, what: str, token: _Token | None = None) -> None:
        if token is None and self._tokens:
            token = self._tokens[min(self._at, len(self._tokens) - 1)]
        line = token.line if token is not None else 1
        raise GrammarError(f"line {line} of the grammar: {what}")


def _references(node: _Node) -> Iterable[str]:
    if node.kind == "rule":
        yield node.text
    for part in node.parts:
        yield from _references(part)
