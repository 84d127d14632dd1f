"""Writes a grammar's rules as text again: only what was read stands in it, no comments, no names but ours."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from pipelines.engines.grammars.jsgf_document import GrammarError, GrammarNode

_WORD = re.compile(r"[^\s=;|*+()\[\]{}<>\"/]+")


def rules_text(rules: Mapping[str, GrammarNode], public: str, prefix: str) -> str:
    """The expansion of the public rule, and behind it the other rules, called `prefix` and a number. Raises
    GrammarError for words that could not be read again."""
    names = {name: f"{prefix}{at}" for at, name in enumerate(rules) if name != public}
    others = "".join(
        f"\n<{names[name]}> = {_text(node, names)};" for name, node in rules.items() if name in names
    )
    return f"{_text(rules[public], names)};{others}"


def _text(node: GrammarNode, names: Mapping[str, str]) -> str:
    match node.kind:
        case "word":
            if not _WORD.fullmatch(node.text):
                raise GrammarError(f"{node.text!r} is no word that can be said")
            return node.text
        case "rule":
            if node.text not in names and node.text not in ("NULL", "VOID"):
                raise GrammarError(
                    f"rules refer to themselves: <{node.text}>, which is public; write the repetition with "
                    "* or +"
                )
            return f"<{names.get(node.text, node.text)}>"
        case "sequence":
            return " ".join(_text(part, names) for part in node.parts)
        case "tag":
            return f"({_text(node.parts[0], names)}) {node.text or '{}'}"
        case "any":
            odds = node.odds or [None] * len(node.parts)
            parts = (
                (f"/{math.exp(odd):.6f}/ " if odd is not None else "") + _text(part, names)
                for part, odd in zip(node.parts, odds, strict=True)
            )
            return f"({' | '.join(parts)})"
        case "[":
            return f"[{_text(node.parts[0], names)}]"
        case _:
            return f"({_text(node.parts[0], names)}){node.kind}"
