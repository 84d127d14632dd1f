"""What stands between the tokens of chat templates and is not meant for an ear either: names of roles and
channels, thoughts, calls of tools. Servers that know a model's template take them out; others send them as
text.

Pure. Sources: the templates of gpt-oss (Harmony), ChatML, Llama 3, Gemma, DeepSeek, Kimi and Mistral.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_HEADER = 200
"""Characters of a mark with what belongs to it."""
NEVER = re.compile(r"(?!.)(?=.)")
"""The end of what is hidden to the end of the answer."""


@dataclass(frozen=True, slots=True)
class TemplateMark:
    """One mark. Its header is dropped; its group `role`, where it has one, is who speaks from here on."""

    token: str
    """With which it begins."""
    header: re.Pattern[str]
    ends: re.Pattern[str] | None = None
    """All up to here is hidden, too."""
    kind: str = "template"


def _mark(token: str, header: str = "", ends: str | None = None, kind: str = "template") -> TemplateMark:
    end = re.compile(ends) if ends else None
    return TemplateMark(token, re.compile(re.escape(token) + header), end, kind)


_CHANNEL_ENDS = r"(?=<\|(?:end|call|return|start|channel)\|>)"
_TO_MESSAGE = r"[^<]*(?:<\|constrain\|>[^<]*)?<\|message\|>"
MARKS = (
    _mark("<|channel|>", rf"\s*final{_TO_MESSAGE}"),
    _mark("<|channel|>", rf"\s*(?!final)[a-z]+{_TO_MESSAGE}", _CHANNEL_ENDS, "reasoning"),
    _mark("<|start|>", r"(?P<role>[a-z]+)?[^<]*(?=<\|)"),
    _mark("<|im_start|>", r"\s*(?P<role>[a-z]+)[ \t]*\n"),
    _mark("<|start_header_id|>", r"\s*(?P<role>[a-z]+)\s*<\|end_header_id\|>"),
    _mark("<start_of_turn>", r"\s*(?P<role>[a-z]+)[ \t]*\n"),
    _mark("<|tool_calls_section_begin|>", "", r"<\|tool_calls_section_end\|>", "tool call"),
    _mark(
        "<\uff5ctool\u2581calls\u2581begin\uff5c>", "", "<\uff5ctool\u2581calls\u2581end\uff5c>", "tool call"
    ),
    _mark("<|begin_of_thought|>", "", r"<\|end_of_thought\|>", "reasoning"),
    _mark("[THINK]", "", r"\[/THINK\]", "reasoning"),
    _mark("[TOOL_CALLS]", "", NEVER.pattern, "tool call"),
)


def marked(text: str) -> tuple[TemplateMark, re.Match[str] | None] | None:
    """The mark with which a text begins, and its header where all of it is there; None: there is none."""
    found = [mark for mark in MARKS if text.startswith(mark.token)]
    for mark in found:
        if (header := mark.header.match(text)) is not None:
            return mark, header
    return (found[0], None) if found else None
