"""Leaves numbers and names out of all that one call leaves behind, before it is kept or shown.

It stands between a call and its sink: what is not redacted never reaches the database, its journal or a
watcher. Names are known as the call goes on; what was kept before is written again without them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from mediaserver.redaction.choices import RedactionChoices
from mediaserver.redaction.names import PeopleNames
from mediaserver.redaction.text import named_value, redacted, redacted_value
from mediaserver.storage.records import (
    CallStarted,
    EventHappened,
    FactLearnt,
    MessageKept,
    OutcomeMade,
    Record,
    TurnSaid,
)

KEYS = frozenset({"dtmf", "digit"})
"""Kinds of events that hold a key press. Digits that are keyed one by one are a number, too."""
KEY = "•"
NOT_OF_THE_CALL = frozenset({"state", "ended"})
"""Kinds of live events that say who calls whom, as the call's row does."""
MOST_TURNS = 100
"""Lines that are written again when a name becomes known."""
_WORD = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+")
_NAMES = frozenset(
    "name names firstname lastname surname forename fullname vorname nachname familienname nom prenom prénom "
    "nombre apellido apellidos nome cognome sobrenome naam voornaam achternaam imię imie nazwisko имя "
    "фамилия isim soyad नाम 姓名 名前".split()
)
_OF_THINGS = frozenset(
    "agent branch city company country department event file flow firm function host model node organisation "
    "organization place plan product project room server service shop site stage step store street team tool "
    "trunk user variable".split()
)


class Redactor:
    """Of one call. It belongs to the loop's thread."""

    __slots__ = ("_choices", "_names", "_turns", "renamed")

    def __init__(self, choices: RedactionChoices) -> None:
        self._choices = choices
        self._names = PeopleNames()
        self._turns: dict[int, TurnSaid] = {}
        """By index, as they are kept."""
        self.renamed = False
        """A name has become known: what was shown before is to be asked of `without_names` again."""

    def first(self, record: CallStarted) -> CallStarted:
        """The call's first record."""
        if self._choices.names:
            self._names.learn(_people(record.about))
        return replace(record, about=redacted_value(record.about, self._choices, self._names))

    def records(self, record: Record) -> Iterator[Record]:
        """What is to be kept in its place, maybe with earlier records that are to be written again."""
        choices, names = self._choices, self._names
        match record:
            case TurnSaid(text=text, heard=heard):
                said = replace(
                    record,
                    text=redacted(text, choices, names),
                    heard=redacted(heard, choices, names, growing=text != heard),
                )
                self._remember(said)
                yield said
            case EventHappened(kind=kind, data=data):
                if kind == "flow" and isinstance(changed := data.get("changed"), Mapping):
                    yield from self._learn(changed)
                yield replace(record, data=self._data(kind, data))
            case OutcomeMade(data=data):
                yield from self._learn(data)
                yield replace(record, data=redacted_value(data, choices, names))
            case CallStarted():
                yield self.first(record)
            case MessageKept(transcript=transcript):
                yield replace(record, transcript=redacted(transcript, choices, names))
            case FactLearnt(topic=topic, fact=fact):
                yield from self._learn({topic: fact})
                # An agent that keeps a name keeps it to use it.
                yield replace(record, fact=redacted(fact, replace(choices, names=False), names))
            case _:
                yield record

    def event(self, kind: str, data: dict[str, Any]) -> dict[str, Any]:
        """The data of a live event as watchers may have it."""
        if kind in NOT_OF_THE_CALL:
            return data
        if kind == "partial" and isinstance(text := data.get("text"), str):
            return data | {"text": redacted(text, self._choices, self._names, growing=True)}
        return self._data(kind, data)

    def without_names(self, data: dict[str, Any]) -> dict[str, Any]:
        """The data of an earlier event without the names that are known by now."""
        self.renamed = False
        return named_value(data, self._names) if self._choices.names else data

    def _data(self, kind: str, data: dict[str, Any]) -> dict[str, Any]:
        if kind in KEYS:
            return {name: KEY if name == "digit" else value for name, value in data.items()}
        found: dict[str, Any] = redacted_value(data, self._choices, self._names)
        return found

    def _remember(self, said: TurnSaid) -> None:
        self._turns[said.index] = said
        if len(self._turns) > MOST_TURNS:
            del self._turns[next(iter(self._turns))]

    def _learn(self, data: Mapping[str, Any]) -> Iterator[Record]:
        """Names that stand in it; yields what was kept and has one of them."""
        if not self._choices.names or not self._names.learn(_people(data)):
            return
        self.renamed = True
        for index, said in self._turns.items():
            text, heard = named_value((said.text, said.heard), self._names)
            if (text, heard) != (said.text, said.heard):
                self._turns[index] = replace(said, text=text, heard=heard)
                yield self._turns[index]


def _people(data: Mapping[str, Any]) -> Iterator[str]:
    """Texts under keys that say that they are somebody's name."""
    for key, value in data.items():
        if isinstance(value, Mapping):
            yield from _people(value)
        elif isinstance(value, str) and _tells(str(key)):
            yield value


def _tells(key: str) -> bool:
    words = {word.casefold() for word in _WORD.findall(key[:100])}
    return bool(words & _NAMES) and not words & _OF_THINGS
