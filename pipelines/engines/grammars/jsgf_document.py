"""Reads a grammar in the JSpeech Grammar Format (W3C note, June 2000): text in, its rules out.

The part that a phone question needs: one document, one public rule, no imports. What the rules allow is told
by `jsgf`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from mediaserver.errors import ConfigError

_TOKEN = re.compile(
    r"""\s+ | //[^\n]* | /\*.*?\*/          # nothing to read
      | (?P<tag>\{(?:\\.|[^\\}])*\})
      | (?P<weight>/\s*\d{1,9}(?:\.\d{0,9})?\s*/)
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


@dataclass(frozen=True, slots=True)
class GrammarNode:
    """Of a rule: a word, a rule that is used, or how its parts stand together."""

    kind: str
    """"word", "rule", "sequence", "any" (of several), "tag", "[" (optional), "*" or "+"."""
    text: str = ""
    """Of a word, a rule's name or a tag."""
    parts: tuple[GrammarNode, ...] = ()
    odds: tuple[float, ...] = ()
    """Of the alternatives: by how much each is likelier than if all were alike (natural log); without weights
    nothing is known of them."""


def read_document(text: str) -> tuple[dict[str, GrammarNode], str]:
    """The rules by name, and the name of the public one. Raises GrammarError."""
    header = _HEADER.match(text)
    if header is None:
        raise GrammarError("a grammar begins with `#JSGF V1.0;`, and this one does not")
    return _Reader(text, header.end()).document()


class _Reader:
    """Recursive descent over the tokens of one document."""

    def __init__(self, text: str, at: int) -> None:
        self._tokens = list(self._split(text, at))
        self._at = 0
        self._depth = 0

    @staticmethod
    def _split(text: str, at: int) -> Iterable[_Token]:
        line, counted = 1, 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            line, counted = line + text.count("\n", counted, at), at
            if match is None:
                raise GrammarError(f"line {line} of the grammar: cannot read {text[at : at + 20]!r}")
            at = match.end()
            if match.lastgroup is not None:
                yield _Token(match.lastgroup, match[match.lastgroup], line)

    def document(self) -> tuple[dict[str, GrammarNode], str]:
        rules: dict[str, GrammarNode] = {}
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

    def _alternatives(self) -> GrammarNode:
        self._depth += 1
        if self._depth > 100:
            raise GrammarError("brackets are nested more than 100 deep")
        weights, parts = [self._weight()], [self._sequence()]
        while self._accept("mark", "|"):
            weights.append(self._weight())
            parts.append(self._sequence())
        self._depth -= 1
        if len(parts) == 1:
            return parts[0]
        return GrammarNode("any", parts=tuple(parts), odds=_odds(weights))

    def _weight(self) -> float | None:
        """Of the alternative that follows."""
        if self._at >= len(self._tokens) or self._tokens[self._at].kind != "weight":
            return None
        self._at += 1
        return float(self._tokens[self._at - 1].text.strip("/"))

    def _sequence(self) -> GrammarNode:
        parts: list[GrammarNode] = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.kind == "mark" and token.text in "|;)]=":
                break
            self._at += 1
            if token.kind == "weight":
                self._fail(f"the weight {token.text} stands before no alternative", token)
            if token.kind == "tag":
                self._fail(f"the tag {token.text} stands behind nothing", token)
            node = self._item(token)
            while self._peek("mark", "*") or self._peek("mark", "+"):
                node = GrammarNode(self._next("*").text, parts=(node,))
            parts.append(self._with_tag(node))
        if not parts:
            self._fail("an alternative is empty; make the part optional with [ ]")
        return parts[0] if len(parts) == 1 else GrammarNode("sequence", parts=tuple(parts))

    def _with_tag(self, node: GrammarNode) -> GrammarNode:
        """Of several tags the first counts."""
        tags = []
        while self._at < len(self._tokens) and self._tokens[self._at].kind == "tag":
            tags.append(self._next("a tag").text)
        if not tags:
            return node
        return GrammarNode("tag", tags[0] if tags[0][1:-1].strip() else "", (node,))

    def _item(self, token: _Token) -> GrammarNode:
        if token.kind == "quoted":
            words = token.text.split() or [""]
            return GrammarNode("sequence", parts=tuple(GrammarNode("word", word) for word in words))
        if token.kind in ("word", "rule"):
            return GrammarNode(token.kind, token.text)
        if token.text in "([":
            inner = self._alternatives()
            self._expect(")" if token.text == "(" else "]")
            return inner if token.text == "(" else GrammarNode("[", parts=(inner,))
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


def _odds(weights: list[float | None]) -> tuple[float, ...]:
    """One without a weight counts as 1; what is said not to be possible at all is very unlikely."""
    if all(weight is None for weight in weights):
        return ()
    known = [max(1e-3, 1.0 if weight is None else weight) for weight in weights]
    usual = sum(known) / len(known)
    return tuple(math.log(weight / usual) for weight in known)


def _references(node: GrammarNode) -> Iterable[str]:
    if node.kind == "rule":
        yield node.text
    for part in node.parts:
        yield from _references(part)
