"""What a docstring says of a function and of each of its parameters, for a model.

Knows the three usual forms: Google's (`Args:`), Sphinx's (`:param x:`) and NumPy's (`Parameters` underlined).
What it does not know is part of the description, never lost.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field

_SPHINX = re.compile(r":(?:param|parameter|arg|argument)\s+(?:[^:]*\s)?(\*{0,2}\w+)\s*:\s*(.*)")
_SPHINX_OTHER = re.compile(
    r":(?:type|returns?|rtype|raises?|except|exception|var|ivar|cvar|meta|key|keyword)\b.*?:"
)
_HEADINGS = {
    "args": True, "arguments": True, "parameters": True, "params": True,
    "returns": False, "return": False, "yields": False, "raises": False, "example": False,
    "examples": False, "note": False, "notes": False, "see also": False, "other parameters": True,
}  # fmt: skip
"""Headings of sections, and whether parameters stand below."""
_GOOGLE_ENTRY = re.compile(r"(\*{0,2}\w+)\s*(?:\([^)]*\))?\s*:\s*(.*)")
_NUMPY_ENTRY = re.compile(r"(\*{0,2}\w+)\s*(?::.*)?")


@dataclass(slots=True)
class Documented:
    """What was found; texts are in one line each."""

    text: str = ""
    parameters: dict[str, str] = field(default_factory=dict)


def described(docstring: str | None) -> Documented:
    """Linear in its length."""
    lines = inspect.cleandoc(docstring or "").splitlines()
    found, text = Documented(), list[str]()
    at = 0
    while at < len(lines):
        line = lines[at]
        below = lines[at + 1] if at + 1 < len(lines) else ""
        if sphinx := _SPHINX.match(line):
            at = _entry(lines, at + 1, sphinx[1], sphinx[2], found)
        elif _SPHINX_OTHER.match(line):
            at = _skip(lines, at + 1)
        elif (name := line.rstrip(":").lower()) in _HEADINGS and line.endswith(":"):
            at = _google(lines, at + 1, found if _HEADINGS[name] else None)
        elif line.strip().lower() in _HEADINGS and re.fullmatch(r"-{3,}", below):
            at = _numpy(lines, at + 2, found if _HEADINGS[line.strip().lower()] else None)
        else:
            text.append(line)
            at += 1
    found.text = _joined(text)
    return found


def _google(lines: list[str], at: int, found: Documented | None) -> int:
    """The lines that are indented below a heading."""
    indent = 0
    while at < len(lines) and (not lines[at].strip() or lines[at].startswith((" ", "\t"))):
        line = lines[at]
        width = len(line) - len(line.lstrip())
        indent = indent or width
        entry = _GOOGLE_ENTRY.match(line.strip())
        if found is not None and width <= indent and entry:
            at = _entry(lines, at + 1, entry[1], entry[2], found, indent)
        else:
            at += 1
    return at


def _numpy(lines: list[str], at: int, found: Documented | None) -> int:
    """Up to the next heading that is underlined."""
    while at < len(lines):
        if at + 1 < len(lines) and lines[at].strip() and re.fullmatch(r"-{3,}", lines[at + 1]):
            return at
        entry = _NUMPY_ENTRY.fullmatch(lines[at])
        if found is not None and entry:
            at = _entry(lines, at + 1, entry[1], "", found)
        else:
            at += 1
    return at


def _entry(lines: list[str], at: int, name: str, first: str, found: Documented, indent: int = 0) -> int:
    """What is said of a parameter goes on for as long as lines are indented more than `indent`."""
    text = [first]
    while at < len(lines) and lines[at].strip() and len(lines[at]) - len(lines[at].lstrip()) > indent:
        text.append(lines[at])
        at += 1
    found.parameters[name.lstrip("*")] = _joined(text)
    return at


def _skip(lines: list[str], at: int) -> int:
    while at < len(lines) and lines[at].startswith((" ", "\t")):
        at += 1
    return at


def _joined(lines: list[str]) -> str:
    """Paragraphs stay apart."""
    paragraphs = "\n".join(line.strip() for line in lines).split("\n\n")
    return "\n".join(text for each in paragraphs if (text := " ".join(each.split())))
