"""Takes out of a model's stream what is not meant for an ear: its reasoning, calls of tools written as text,
tags of roles and of chat templates, notes like ours.

Pure; text goes in as it comes, and what may be said comes out as soon as it is known. It must never say half
of what is to be hidden: what may be the beginning of something is held back. Markup, emoji and numbers are
`spoken_forms`' part.
"""

from __future__ import annotations

import re

from pipelines.assistant.template_marks import LONGEST_HEADER, marked

BLOCKS = (
    "think thinking thought thoughts reasoning reflection scratchpad analysis "
    "tool_call tool_calls tool_use tool_response tool_result function function_call function_calls "
    "function_results invoke parameters system data"
).split()
"""Tags whose content is hidden, too."""
OTHERS = "user|caller|customer|human|system|tool"
OWN = "assistant|agent|ai|bot"
LONGEST_TAG = 80
"""Characters of a tag; a `<` that is not closed by then is only a sign."""
MOST_HIDDEN = 100_000
"""Characters of one hidden block; behind them nothing is said any more."""

_OPENERS = re.compile(r"[<\[{`]|(?:^|(?<=\n))[ \t]*+[*_#]*+[A-Za-z]++[*_]*+[ \t]*+:")
_ROLE = re.compile(rf"[ \t]*+[*_#]*+({OTHERS}|{OWN})[*_]*+[ \t]*+:[*_]*+[ \t]*+", re.IGNORECASE)
_LINE_START = re.compile(r"(?:^|\n)[ \t]*+[*_#]*+[A-Za-z]{0,10}+[*_]*+[ \t]*+$")
"""A line that may yet turn out to begin with a role."""
_TAG = re.compile(r"</?\s*(?P<name>[A-Za-z][\w:.-]*)[^<>]*>")
_TEMPLATE = re.compile(
    r"<\|[^<>|]{0,60}\|>|<\uff5c[^<>\uff5c]{0,60}\uff5c>|<<\/?SYS>>|</?s>|<(?:bos|eos|pad|unk)>",
    re.IGNORECASE,
)
_MAYBE_TAG = re.compile(r"<(?:[/|\uff5c<A-Za-z][^<>]*)?$|<<[^<>]*>?$")
_LINK = re.compile(r"\[([^\[\]]*)\]\(([^()\s]*)\)")


class Unspeakable:
    """One answer's stream."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        """What was taken out: 'reasoning', 'tool call', 'role', 'template', 'note', 'code'."""
        self.over = False
        """The model went on in somebody else's role: nothing of that is said."""
        self._held = ""
        self._until: re.Pattern[str] | None = None
        """In a hidden block: its end."""
        self._hidden = 0
        self._depth, self._quoted, self._escaped = 0, False, False
        """Within braces."""
        self._began = True
        """Nothing but space came before: a role may stand here."""

    def feed(self, text: str) -> str:
        """What may be said now."""
        if self.over:
            return ""
        self._held += text
        return self._out(last=False)

    def end(self) -> str:
        """What was held back, and is nothing but text."""
        if self.over:
            return ""
        return self._out(last=True)

    def _out(self, *, last: bool) -> str:
        out = ""
        while self._held and not self.over:
            if self._until is not None:
                if not self._skip():
                    break
                continue
            step = self._step(last)
            if step is None:
                break
            out += step
        if last:
            self._held = ""
        return out

    def _skip(self) -> bool:
        """Leave the hidden block, when its end is here."""
        assert self._until is not None
        if self._until is _BRACES:
            return self._skip_braces()
        if (end := self._until.search(self._held)) is not None:
            self._held, self._until, self._hidden = self._held[end.end() :], None, 0
            return True
        self._hidden += max(0, len(self._held) - LONGEST_TAG)
        self._held = self._held[-LONGEST_TAG:]
        self.over = self._hidden > MOST_HIDDEN
        return False

    def _skip_braces(self) -> bool:
        for at, character in enumerate(self._held):
            if self._quoted:
                self._escaped, self._quoted = (
                    character == "\\" and not self._escaped,
                    character != '"' or self._escaped,
                )
            elif character == '"':
                self._quoted = True
            elif character in "{}":
                self._depth += 1 if character == "{" else -1
                if not self._depth:
                    self._held, self._until, self._hidden = self._held[at + 1 :], None, 0
                    return True
        self._hidden += len(self._held)
        self._held, self.over = "", self._hidden > MOST_HIDDEN
        return False

    def _step(self, last: bool) -> str | None:
        """The next piece that may be said; None: more must come before it is known."""
        held = self._held
        opener = self._next_opener(held)
        safe = held[: opener.start()] if opener is not None else held
        if opener is None or safe:
            keep = "" if last or opener is not None else self._tail(safe)
            said = safe[: len(safe) - len(keep)]
            if not said:
                return None
            return self._say(said)
        match held[0]:
            case "<":
                return self._tag(last)
            case "[":
                return self._brackets(last)
            case "{":
                return self._hide(_BRACES, "tool call")
            case "`":
                return self._code(last)
            case _:
                return self._role(opener)

    def _next_opener(self, held: str) -> re.Match[str] | None:
        for opener in _OPENERS.finditer(held):
            if opener[0] in "<[{`":
                return opener
            at_line = opener.start() > 0 or self._began
            if at_line and _ROLE.fullmatch(opener[0]) is not None:
                return opener
        return None

    def _tail(self, safe: str) -> str:
        """What may be the beginning of a role's tag."""
        found = _LINE_START.search(safe)
        if (
            found is None
            or len(found[0]) > LONGEST_TAG
            or (found.start() == 0 and safe[:1] != "\n" and not self._began)
        ):
            return ""
        word = found[0].strip(" \t\n*_#").lower()
        roles = f"{OTHERS}|{OWN}".split("|")
        return found[0] if any(role.startswith(word) for role in roles) else ""

    def _say(self, text: str) -> str:
        self._held = self._held[len(text) :]
        self._began = text.endswith("\n") or (self._began and not text.strip())
        return text

    def _drop(self, count: int, what: str) -> str:
        self._held = self._held[count:]
        if what:
            self.found.add(what)
        return ""

    def _hide(self, until: re.Pattern[str], what: str) -> str:
        self._until = until
        self.found.add(what)
        return ""

    def _tag(self, last: bool) -> str | None:
        held = self._held
        if (said := self._mark(last)) != "":
            return None if said is None else ""
        if (template := _TEMPLATE.match(held)) is not None:
            return self._drop(template.end(), "template")
        if (tag := _TAG.match(held)) is not None:
            name = tag["name"].lower().rpartition(":")[2]
            self._held = held[tag.end() :]
            if name not in BLOCKS:
                return ""
            if tag[0].startswith("</") or tag[0].endswith("/>"):
                return ""
            return self._hide(
                re.compile(rf"</\s*{re.escape(tag['name'])}\s*>", re.IGNORECASE),
                "tool call" if name.startswith(("tool", "function", "invoke")) else "reasoning",
            )
        if not last and len(held) <= LONGEST_TAG and _MAYBE_TAG.match(held):
            return None
        if len(held) > 1 and (held[1].isalpha() or held[1] in "/|\uff5c<"):
            return self._drop(1, "template")
        return self._say("<")

    def _mark(self, last: bool) -> str | None:
        """A chat template's: "dropped"; nothing where there is none; None: more must come."""
        found = marked(self._held)
        if found is None:
            return ""
        mark, header = found
        if header is None:
            return None if not last and len(self._held) <= LONGEST_HEADER else ""
        self._drop(header.end(), mark.kind)
        self.over = (header.groupdict().get("role") or "") in _STRANGERS
        if mark.ends is not None:
            self._hide(mark.ends, mark.kind)
        self._began = True
        return "dropped"

    def _brackets(self, last: bool) -> str | None:
        if (said := self._mark(last)) != "":
            return None if said is None else ""
        held = self._held
        end = held.find("]")
        if end < 0:
            if last or len(held) > 2_000:
                return self._drop(len(held), "note")
            return None
        following = held[end + 1 : end + 2]
        if following == "(":
            link = _LINK.match(held)
            if link is not None:
                self._held = link[1] + held[link.end() :]
                return ""
            if not last and len(held) - end < 500:
                return None
        elif not following and not last:
            return None
        return self._drop(end + 1, "note")

    def _code(self, last: bool) -> str | None:
        held = self._held
        if held.startswith("```"):
            self._held = held[3:]
            return self._hide(_FENCE, "code")
        if len(held) < 3 and held == "`" * len(held) and not last:
            return None
        return self._drop(1, "")

    def _role(self, opener: re.Match[str]) -> str:
        role = _ROLE.fullmatch(opener[0])
        assert role is not None
        self.found.add("role")
        if role[1].lower() in OTHERS.split("|"):
            self.over = True
            return ""
        self._held = self._held[opener.end() :]
        self._began = False
        return ""


_STRANGERS = frozenset(OTHERS.split("|")) | {"developer", "ipython"}
_BRACES = re.compile(r"(?!)")
"""Stands for the brace that closes the first one; no expression counts them."""
_FENCE = re.compile(r"```")
