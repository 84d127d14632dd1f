"""A simulated caller's description: who calls, what for, what it knows, and what must come of it.

A file holds one persona, a list of them, or an object with `personas` (as a flow's template does). One with
several temperaments (`"temperament": ["patient", "hurried"]`) is played once in each, as "NAME, hurried";
what differs for one of them stands in `expect_of` and `behaviour_of` by its name.
"""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from callers.simulated.phrases import Phrase
from callers.simulated.temperament import Behaviour, Temperament, Words, behaviour
from mediaserver.errors import ConfigError

LARGEST_FILE = 512 * 1024
MOST_PERSONAS = 100
MOST_FACTS = 60
MOST_PHRASES = 40
TOPIC = re.compile(r"[a-z][a-z0-9_]{0,59}")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

PhraseText = Annotated[str, Field(min_length=1, max_length=200)]
"""Words that are looked for in what the agent says, `*` for up to twelve words between: "how many * people".
Case and punctuation do not count."""
Phrases = Annotated[tuple[PhraseText, ...], Field(max_length=MOST_PHRASES)]
Keys = Annotated[str, Field(max_length=40, pattern=r"^[0-9*#A-D]*$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class KnownFact(_Model):
    """Something that the caller knows, and tells when it is asked."""

    asked: Phrases
    """What of the agent's words asks for it: any of these. Of several facts that are asked for in one line,
    the last one in the line is answered."""
    say: Annotated[tuple[Words, ...], Field(max_length=20)] = ()
    """How the caller may say it, in spoken words ("half past ten", not "10:30"); one of them is said. `|` is
    a pause. Empty: it is only pressed."""
    keys: Keys = ""
    """What is pressed for it where the agent offers keys; empty: it has none."""
    read_back: Phrases = ()
    """What a right read-back of it holds, in the agent's words: any of these ("10:30 a.m."). Empty: `say`."""
    wrong: Annotated[tuple[Words, ...], Field(max_length=20)] = ()
    """What is said in its place by one who errs (`wrong_turns`)."""
    named: Annotated[str, Field(max_length=100)] = ""
    """What it is called by one who wants it changed; empty: its topic. Words."""
    times: Annotated[int, Field(ge=1, le=50)] | None = None
    """It is told so often at most: then another fact that the same words ask for is meant ("anything else?"
    first "another one", then "no")."""

    @model_validator(mode="after")
    def _tellable(self) -> KnownFact:
        if not self.say and not self.keys:
            raise ValueError("a fact has something to say, or keys to press")
        return self


class Remark(_Model):
    """What the caller brings up by itself, once a call."""

    say: Words
    when: Phrases = ()
    """As soon as the agent says any of these; empty: in place of the first answer."""


class Confirming(_Model):
    """How questions for a yes are known, and answered. Those of the flows' own sentences are built in."""

    whole: Phrases = ()
    """The agent has read back all: yes where every fact that it was told is in it."""
    single: Phrases = ()
    """It asks about one value: yes where that is one of ours."""
    yes: Words = "yes"
    no: Words = "no"
    yes_keys: Keys = "1"
    no_keys: Keys = "2"
    change: Phrases = ()
    """It asks what to change: the caller names what was wrong."""


class ExpectedOfCall(_Model):
    """What must come of the call. What is not set is not judged, but for the rules at the end."""

    outcome: Annotated[str, Field(max_length=100)] | None = None
    """The status of the last outcome of the call; "" for a call that must leave none."""
    data: Annotated[dict[str, Any], Field(max_length=100)] = {}
    """What the outcome's data holds, at least. A text "@today", "@today+2" or "@monday" (the next one after
    today) is that date (ISO)."""
    ended_by: Literal["agent", "caller", "transfer"] | None = None
    transferred_to: Annotated[str, Field(max_length=300)] | None = None
    max_turns: Annotated[int, Field(ge=1, le=500)] | None = None
    """Lines of the agent."""
    max_repetitions: Annotated[int, Field(ge=0, le=100)] | None = None
    """So often the agent may ask what it has asked before."""
    says: Phrases = ()
    """Each is said by the agent."""
    never_says: Phrases = ()
    """None is said by the agent."""
    max_reply_ms: Annotated[int, Field(ge=50, le=60_000)] | None = None
    """Voice to voice, 95th percentile of the call. Not in text."""
    max_dead_air_s: Annotated[float, Field(ge=0.5, le=120.0)] = 4.0
    """The longest wait for the agent's voice. Not in text."""
    amounts_known: bool = True
    """Every amount of money that the agent says stands in the flow, in a tool's result, or was said by the
    caller."""


class ToolStandIn(_Model):
    """What comes of a tool (or of other work of a flow's node) in the call, in its own place."""

    status: Annotated[int, Field(ge=100, le=599)] = 200
    """Of HTTP; from 400 on it is an error."""
    body: Any = None
    """JSON: what the server answers, or the tool gives."""
    error: Literal["", "timeout", "refused", "bad answer", "unreachable", "failed"] = ""
    """It gives nothing, for this reason. Error edges know the last two as 'tool' of a tool, and as 'model' or
    'transfer' of other work."""
    outcome: Annotated[str, Field(max_length=100)] = ""
    """Of a model's work: the exit that it takes, or what it finds to be so."""
    values: Annotated[dict[str, Any], Field(max_length=60)] = {}
    """... and the variables that it finds out."""


class PersonaWorld(_Model):
    """The world in which the call takes place, where it is not the real one: by text, and by phone with a
    server of the run's own."""

    tools: Annotated[dict[str, ToolStandIn | tuple[ToolStandIn, ...]], Field(max_length=60)] = {}
    """By the id of the flow's node, or the tool's name. Several are given one after the other, and the last
    one from then on."""
    apart: bool = False
    """No server is asked, and no function called: the tools that are not named here fail."""
    now: datetime | None = None
    """The server's local time at the beginning of the call; None: as it is."""
    about: Annotated[dict[str, Any], Field(max_length=60)] = {}
    """What whoever placed the call gave along for the agent; dates as in what is expected (`@today+1`)."""
    direction: Literal["inbound", "outbound"] = "inbound"
    caller: Annotated[str, Field(max_length=100)] = ""
    """The caller's number."""
    transfers: Annotated[
        dict[str, Literal["answered", "busy", "no answer", "declined", "not confirmed", "failed"]],
        Field(max_length=60),
    ] = {}
    """What comes of a transfer, by its target; `*` for any other. Unless it is answered the caller is with
    the agent again. Those that are not named are answered, and end the call."""

    @field_validator("now")
    @classmethod
    def _local(cls, now: datetime | None) -> datetime | None:
        if now is not None and now.tzinfo is not None:
            raise ValueError("give the local time, without a time zone: 2026-11-23T10:00")
        return now

    @property
    def today(self) -> date:
        """Of the call."""
        return date.today() if self.now is None else self.now.date()

    def given(self) -> dict[str, Any]:
        """`about`, with its dates. Raises ConfigError for one that is none."""
        return {name: _dated(value, self.today) for name, value in self.about.items()}


class GivesUpAfter(_Model):
    """Where a call is given up."""

    turns: Annotated[int, Field(ge=1, le=500)] = 60
    seconds: Annotated[float, Field(ge=5, le=1_800)] = 240.0
    """On the phone."""


class Persona(_Model):
    name: Annotated[str, Field(min_length=1, max_length=100)]
    temperament: Temperament = Temperament.PATIENT
    behaviour: Annotated[dict[str, Any], Field(max_length=30)] = {}
    """What differs from the temperament's usual behaviour (`Behaviour`)."""
    goal: Annotated[str, Field(max_length=2_000)] = ""
    """What the caller wants, in words: for a language model that plays it, and for people."""
    language: Annotated[str, Field(max_length=35)] = "en"
    voice: Annotated[str, Field(max_length=100)] = ""
    """Of `callers.voices`; empty: any that speaks here."""
    facts: Annotated[dict[str, KnownFact], Field(max_length=MOST_FACTS)] = {}
    """By topic."""
    remarks: Annotated[tuple[Remark, ...], Field(max_length=20)] = ()
    confirming: Confirming = Confirming()
    at_loss: Words | None = None
    """Said to a question that nothing here answers; None: nothing is said."""
    tags: Annotated[tuple[str, ...], Field(max_length=20)] = ()
    """For people, and for choosing: `phone` or `text` alone where it makes sense in one only."""
    world: PersonaWorld = PersonaWorld()
    expect: ExpectedOfCall = ExpectedOfCall()
    limits: GivesUpAfter = GivesUpAfter()

    @field_validator("behaviour")
    @classmethod
    def _known(cls, changes: dict[str, Any]) -> dict[str, Any]:
        Behaviour.model_validate(changes)
        return changes

    @field_validator("facts")
    @classmethod
    def _topics(cls, facts: dict[str, KnownFact]) -> dict[str, KnownFact]:
        for topic in facts:
            if not TOPIC.fullmatch(topic):
                raise ValueError(f"a topic is a word of small letters, digits and _, not {topic!r:.80}")
        return facts

    @model_validator(mode="after")
    def _phrases(self) -> Persona:
        texts = [*self.expect.says, *self.expect.never_says]
        texts += [text for fact in self.facts.values() for text in (*fact.asked, *fact.read_back)]
        texts += [text for remark in self.remarks for text in remark.when]
        texts += [fact.named for fact in self.facts.values() if fact.named]
        texts += [*self.confirming.whole, *self.confirming.single, *self.confirming.change]
        for text in texts:
            Phrase.parse(text)
        return self

    @property
    def behaves(self) -> Behaviour:
        return behaviour(self.temperament, self.behaviour)


def expected_data(expect: ExpectedOfCall, today: date) -> dict[str, Any]:
    """The data that is expected of a call on this day. Raises ConfigError for a date that is none."""
    return {name: _dated(value, today) for name, value in expect.data.items()}


def _dated(value: Any, today: date) -> Any:
    if not isinstance(value, str) or not value.startswith("@"):
        return value
    word, _, days = value[1:].lower().partition("+")
    if word == "today" and (days.isdecimal() or not days) and len(days) <= 4:
        return (today + timedelta(int(days or 0))).isoformat()
    if word in DAYS and not days:
        return (today + timedelta((DAYS.index(word) - today.weekday() - 1) % 7 + 1)).isoformat()
    raise ConfigError(f"no date is called {value!r:.80}: write @today, @today+2 or @monday")


def personas_of(value: Any, where: str) -> tuple[Persona, ...]:
    """From what a file holds: one, a list, or an object with `personas`. Raises ConfigError, with the place
    and the reason."""
    if isinstance(value, dict) and "personas" in value:
        value = value["personas"]
    listed = value if isinstance(value, list) else [value]
    if len(listed) <= MOST_PERSONAS:
        listed = [persona for each in listed for persona in _in_each_temperament(each, where)]
    if not 1 <= len(listed) <= MOST_PERSONAS:
        raise ConfigError(f"{where}: there are 1 to {MOST_PERSONAS} personas in a file, not {len(listed)}")
    found = []
    for index, each in enumerate(listed):
        name = each.get("name") if isinstance(each, dict) else None
        found.append(_persona(each, f"{where}: persona {name or index + 1}"))
    names = [persona.name for persona in found]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ConfigError(f"{where}: two personas are called {twice!r}; give each a name of its own")
    return tuple(found)


def _in_each_temperament(value: Any, where: str) -> list[Any]:
    """A persona with several, as one in each. What is wrong with each is for `_persona` to say."""
    if not isinstance(value, dict) or not isinstance(value.get("temperament"), list):
        return [value]
    usual = {name: part for name, part in value.items() if name not in ("expect_of", "behaviour_of")}
    names, found = value["temperament"], []
    for part in ("expect_of", "behaviour_of"):
        of = value.get(part, {})
        if not isinstance(of, dict) or (strange := [name for name in of if name not in names]):
            raise ConfigError(
                f"{where}: persona {value.get('name')}: {part} is an object by temperament, "
                f"of those that it has{f', not {strange[0]!r:.80}' if isinstance(of, dict) else ''}"
            )
    for each in names[:MOST_PERSONAS]:
        made = {**usual, "name": f"{value.get('name')}, {each}", "temperament": each}
        for part in ("expect", "behaviour"):
            differs = value.get(f"{part}_of", {}).get(str(each), {})
            whole = usual.get(part, {})
            if differs:
                both = isinstance(whole, dict) and isinstance(differs, dict)
                made[part] = {**whole, **differs} if both else differs
        found.append(made)
    return found


def _persona(value: Any, where: str) -> Persona:
    try:
        persona = Persona.model_validate(value)
        expected_data(persona.expect, date.today())
        persona.world.given()
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "it"
        raise ConfigError(f"{where}: {place}: {first['msg']}") from None
    except ConfigError as error:
        raise ConfigError(f"{where}: expect.data or world.about: {error}") from None
    return persona


def read_personas(path: Path) -> tuple[Persona, ...]:
    """Of a JSON file. Raises ConfigError."""
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST_FILE + 1)
        if len(text) > LARGEST_FILE:
            raise ConfigError(f"{path}: a file of personas has {LARGEST_FILE // 1024} KB at most")
        value = json.loads(text)
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is no JSON: {' '.join(str(error).split())}") from None
    return personas_of(value, str(path))
