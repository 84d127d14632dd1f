"""The tools that every assistant has: to end the call, to hand the caller over, to collect keys, to remember,
to go on in another language.

Only what they look like to a model, and what its arguments mean; what they do is the answer's part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.assistant.facts import LONGEST_FACT, LONGEST_TOPIC, Fact
from pipelines.assistant.notes import plain
from pipelines.conversation.agent import Keys
from pipelines.engines.protocols import LlmTool

END_CALL = "end_call"
TRANSFER = "transfer"
COLLECT_KEYS = "collect_keys"
REMEMBER = "remember"
SPEAK_LANGUAGE = "speak_language"
OWN_NAMES = frozenset((END_CALL, TRANSFER, COLLECT_KEYS, REMEMBER, SPEAK_LANGUAGE))
"""A tool in Python may take the place of one."""
MOST_KEYS = 40
LONGEST_GOODBYE = 500
LONGEST_BRIEFING = 1_000


def own_tools(
    transfers: Mapping[str, str], *, remembers: bool, languages: Sequence[str] = (), ends: bool = True
) -> tuple[LlmTool, ...]:
    """Those of a row. `languages`: in which the call can go on. `ends`: it is the assistant's to hang up."""
    hanging_up = LlmTool(
        END_CALL,
        "Hang up, once the caller has nothing more to ask. Say goodbye first, or give it here.",
        _object({"goodbye": _text("Your last words to the caller, if this answer does not have them yet.")}),
    )
    tools = [
        *([hanging_up] if ends else []),
        LlmTool(
            COLLECT_KEYS,
            "Collect digits that the caller presses on the telephone (a customer number, say), as one entry. "
            "Call it, and then ask the caller for them.",
            _object(
                {
                    "most": {
                        "type": "integer",
                        "minimum": 1,
                        "maximum": MOST_KEYS,
                        "description": "How many digits are enough.",
                    },
                    "least": {
                        "type": "integer",
                        "minimum": 1,
                        "description": "With fewer it is no entry; left out: 1.",
                    },
                },
                "most",
            ),
        ),
    ]
    if transfers:
        to = {"type": "string", "enum": list(transfers), "description": "Whom to."}
        briefing = _text("What the one who answers should know, in a sentence or two.")
        tools.append(
            LlmTool(
                TRANSFER,
                "Hand the caller over to a person. Say so first. You hear of it when nobody takes the call.",
                _object({"to": to, "briefing": briefing}, "to"),
            )
        )
    if remembers:
        tools.append(
            LlmTool(
                REMEMBER,
                "Keep a short fact about this caller for later calls, such as a name or a preference. Only "
                "what the caller would want kept; never passwords, card numbers or health.",
                _object(
                    {
                        "topic": _text("What it is about, in a few words. The same topic replaces the fact."),
                        "fact": _text("The fact, in a short sentence."),
                    },
                    "topic",
                    "fact",
                ),
            )
        )
    if len(languages) > 1:
        which = {"type": "string", "enum": list(languages), "description": "Which, as a BCP 47 tag."}
        tools.append(
            LlmTool(
                SPEAK_LANGUAGE,
                "Go on in another language: voice and hearing change with it. Call it when the caller wants "
                "another language, before you say anything in it; not for a foreign word or a name.",
                _object({"language": which}, "language"),
            )
        )
    return tuple(tools)


def keys_of(arguments: Mapping[str, Any]) -> Keys | str:
    """What to collect, or what is wrong with the arguments."""
    most, least = arguments.get("most"), arguments.get("least") or 1
    if isinstance(most, int) and isinstance(least, int) and 1 <= least <= most <= MOST_KEYS:
        return Keys(most=most, least=least)
    return f"error: most and least are whole numbers, 1 <= least <= most <= {MOST_KEYS}"


def fact_of(arguments: Mapping[str, Any]) -> Fact | str:
    """What to remember, or what is wrong with the arguments."""
    topic, fact = arguments.get("topic"), arguments.get("fact")
    if not isinstance(topic, str) or not isinstance(fact, str) or not topic.strip() or not fact.strip():
        return "error: topic and fact are texts"
    return Fact(plain(topic, LONGEST_TOPIC).lower(), plain(fact, LONGEST_FACT))


def text_of(arguments: Mapping[str, Any], name: str, most: int) -> str:
    """An optional text among the arguments."""
    value = arguments.get(name)
    return plain(value, most) if isinstance(value, str) else ""


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
