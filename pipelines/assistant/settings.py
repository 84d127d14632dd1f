"""What a row of `agents` sets of an assistant, beside its prompt, its models and its tools.

greeting    said when the call is up, without asking the model; SSML where it begins with <speak>; empty: that
            of the language
remember    true: facts about a caller are kept from call to call, by number
fallback    whom the caller is handed to when the model fails again and again; empty: the call ends
transfers   whom the model may hand the caller to: names that it knows them by, and their addresses
preemptive  true: the model is asked as soon as the caller has probably finished, and again if not; without it
            that is done where a question costs nothing (`Manifest.free`)
voicemail   left as a message where a machine has picked up, behind its greeting; SSML where it begins with
            <speak>; empty: a machine is talked to as anybody is
voicemail_prompt
            a sound file that is left in place of those words; where it cannot be had, the words are
sms         true: the model may send the caller texts (`send_sms`), to the caller's own number
warm        true: whoever answers such a transfer is told what the call is about, and takes it or not
away        true: the caller's own side (its provider, its PBX) is asked first to call there itself; not with
            warm
languages   in which it may go on, in order: see `spoken_languages`
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from mediaserver.errors import ConfigError
from mediaserver.known_keys import check_known_key
from pipelines.assistant.spoken_languages import SpokenLanguage, as_written_in_row, languages_of

MOST_GREETING = 1_000
MOST_TRANSFERS = 50
LONGEST_TARGET = 500
_NAME = re.compile(r"[\w .'-]{1,60}")
_PROMPT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class AssistantSettings:
    """Of one row."""

    greeting: str = ""
    remember: bool = False
    fallback: str = ""
    transfers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    warm: bool = False
    preemptive: bool | None = None
    languages: tuple[SpokenLanguage, ...] = ()
    away: bool = False
    voicemail: str = ""
    voicemail_prompt: str = ""
    sms: bool = False

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> AssistantSettings:
        """From the `assistant` of a row. Raises ConfigError, which names the nearest key or what is wrong."""
        known = [each.name for each in fields(cls)]
        for key, value in row.items():
            check_known_key("its assistant", key, known)
            _check(key, value)
        if row.get("voicemail_prompt") and not row.get("voicemail"):
            raise ConfigError(
                "its assistant has a voicemail_prompt and no voicemail: write down what is said in it, for "
                "where the sound file cannot be had"
            )
        transfers = MappingProxyType(dict(row.get("transfers", {})))
        languages = languages_of(row.get("languages", ()))
        greeting = as_written_in_row("its assistant's greeting", row.get("greeting", ""))
        voicemail = as_written_in_row("its assistant's voicemail", row.get("voicemail", ""))
        return cls(
            **{
                **row,
                "greeting": greeting,
                "voicemail": voicemail,
                "transfers": transfers,
                "languages": languages,
            }
        )


def _check(key: str, value: object) -> None:
    """Raises ConfigError."""
    match key:
        case "remember" | "warm" | "preemptive" | "sms" | "away":
            fine = isinstance(value, bool)
            wanted = "true or false"
        case "languages":
            return  # it says itself what is wrong
        case "greeting" | "voicemail":
            fine = isinstance(value, str) and len(value) <= MOST_GREETING
            wanted = f"text of at most {MOST_GREETING} characters"
        case "voicemail_prompt":
            fine = value == "" or (isinstance(value, str) and _PROMPT.fullmatch(value) is not None)
            wanted = "the name of a sound file"
        case "fallback":
            fine = _is_target(value) or value == ""
            wanted = "an address or a number"
        case _:
            fine = isinstance(value, dict) and len(value) <= MOST_TRANSFERS
            fine = fine and all(_NAME.fullmatch(name) and _is_target(to) for name, to in dict(value).items())  # type: ignore[call-overload]
            wanted = f"at most {MOST_TRANSFERS} names, each with an address or a number"
    if not fine:
        raise ConfigError(f"its assistant has a {key} that is not {wanted}")


def _is_target(value: object) -> bool:
    text = value if isinstance(value, str) else ""
    return bool(text.strip()) and len(text) <= LONGEST_TARGET and text.isprintable()
