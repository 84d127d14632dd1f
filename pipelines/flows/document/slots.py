"""How a value may be learnt from a caller: one model for each kind of slot, told apart by `kind`.

Data only. What is said, heard and keyed for each kind is the business of `pipelines.flows.slots`.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from pipelines.flows.document.names import KeyEntry, Part, Phrase, Text

Words: TypeAlias = Annotated[tuple[Phrase, ...], Field(max_length=200)]
KeyCount: TypeAlias = Annotated[int, Field(ge=1, le=40)]


class _Slot(Part):
    read_back: bool = False
    """It is easily misheard: the caller is asked whether it is right, however surely it was heard."""
    harmless: bool = False
    """A value taken in error does no harm: doubt about it is no matter."""
    offer: Text = ""
    """How the keys are offered ('Press one for London.'); empty: as the kind has it."""


class Option(Part):
    """One of a choice."""

    value: Annotated[str, Field(min_length=1, max_length=200)]
    """What is kept."""
    say: Words = ()
    """What the caller may say for it; empty: the value itself, in lower case."""
    label: Annotated[str, Field(max_length=200)] = ""
    """How it is read back; empty: the value."""
    key: Annotated[str, Field(pattern=r"^[0-9]{0,4}$")] = ""
    """Empty: its place in the list, while there are at most nine."""
    sounds_like: tuple[str, ...] = ()
    """Values that people hear for this one: who refuses the one is asked about the other."""


class ChoiceSlot(_Slot):
    """One of a few. The value is the option's."""

    kind: Literal["choice"]
    options: Annotated[tuple[Option, ...], Field(min_length=1, max_length=500)]
    """What there is to choose from."""
    lead: Words | None = None
    """Words that may come before any of them; null: the usual ones ('in', 'at', 'the')."""


class YesNoSlot(_Slot):
    """'yes' or 'no'."""

    kind: Literal["yes_no"]
    yes: Words = ()
    """Beside the usual words."""
    no: Words = ()
    """Beside the usual words."""


class DigitsSlot(_Slot):
    """Digits one by one, as text ('0175'). Always read back."""

    kind: Literal["digits"]
    least: KeyCount = 1
    """Digits it has at least."""
    most: KeyCount = 20
    """Digits it has at most."""


class SpellingSlot(_Slot):
    """Letters and digits one by one, as text ('BX7'). Always read back."""

    kind: Literal["spelling"]
    least: KeyCount = 1
    """Characters it has at least."""
    most: KeyCount = 20
    """Characters it has at most."""
    letters: bool = True
    """Letters may be among them."""
    digits: bool = True
    """Digits may be among them."""


class NumberSlot(_Slot):
    """A whole number."""

    kind: Literal["number"]
    least: Annotated[int, Field(ge=0, le=999_999_999)] = 0
    """The smallest that is possible."""
    most: Annotated[int, Field(ge=0, le=999_999_999)] = 100
    """The largest that is possible."""
    one: Annotated[str, Field(max_length=60)] = ""
    """What is counted, singular ('person'); empty: a bare number."""
    many: Annotated[str, Field(max_length=60)] = ""
    """What is counted, plural ('people')."""
    lead: Words | None = None
    """Words that may come before it ('we are'); null: the usual ones ('it is')."""
    behind: Words = ()
    """Words that may come behind it ('of us'), beside those for what is counted."""
    words: Annotated[dict[Phrase, int], Field(max_length=50)] = {}
    """Words that mean a number here ('just me': 1)."""


class DateSlot(_Slot):
    """A day, as '2026-11-22'. What is said is understood as of the server's local date."""

    kind: Literal["date"]
    earliest: Annotated[int, Field(ge=-40_000, le=4_000)] = 0
    """Days from today; negative: in the past, as dates of birth are."""
    latest: Annotated[int, Field(ge=-40_000, le=4_000)] = 365
    """Days from today."""
    weekdays: Annotated[
        tuple[Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"], ...],
        Field(max_length=7),
    ] = ()
    """Those that are possible; empty: all."""
    near: bool = False
    """Days of this week and the next alone ('today', 'on friday'): a small grammar errs less."""


class TimeSlot(_Slot):
    """A time of day, as '14:30'."""

    kind: Literal["time"]
    earliest: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "00:00"
    """The first that is possible, 'HH:MM'."""
    latest: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "23:59"
    """The last that is possible, 'HH:MM'."""
    first_hour: Annotated[int, Field(ge=0, le=12)] = 7
    """The hour from which one without 'a.m.' or 'p.m.' is before noon: with 7, 'two thirty' is 14:30."""
    step_minutes: Literal[1, 5, 15, 30, 60] = 5
    """Minutes that can be said: steps of so many (and ten)."""


class DurationSlot(_Slot):
    """A length of time, in minutes."""

    kind: Literal["duration"]
    least: Annotated[int, Field(ge=1, le=10_080)] = 5
    """Minutes at least."""
    most: Annotated[int, Field(ge=1, le=10_080)] = 480
    """Minutes at most."""


class MoneySlot(_Slot):
    """An amount, as a number of the currency with two decimals at most."""

    kind: Literal["money"]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    """ISO 4217."""
    least: Annotated[float, Field(ge=0, le=1e9)] = 0
    """The smallest amount that is possible."""
    most: Annotated[float, Field(ge=0, le=1e9)] = 10_000
    """The largest amount that is possible."""


class NameSlot(_Slot):
    """A person's name: as it was said, or spelled where it is not understood."""

    kind: Literal["name"]
    spelled: bool = False
    """It is asked for letter by letter at once; always so where the recogniser knows no open speech."""
    known: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=100)], ...], Field(max_length=500)
    ] = ()
    """Names that it may be, where they are few (a directory)."""


class EmailSlot(_Slot):
    """A mail address."""

    kind: Literal["email"]


class PhoneSlot(_Slot):
    """A telephone number, in E.164 ('+14155550123')."""

    kind: Literal["phone"]
    region: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "US"
    """ISO 3166: where numbers without a country code belong."""


class AddressSlot(_Slot):
    """A postal address, as it was said."""

    kind: Literal["address"]


class TextSlot(_Slot):
    """Anything that is said, as it was recognised. Needs a recogniser for open speech."""

    kind: Literal["text"]
    longest: Annotated[int, Field(ge=1, le=4_000)] = 1_000
    """Characters."""


class GrammarSlot(_Slot):
    """A JSGF grammar of the author's own (W3C note of 5 June 2000); the value is the tags of what was said,
    joined by blanks."""

    kind: Literal["grammar"]
    jsgf: Annotated[str, Field(min_length=1, max_length=50_000)]
    """The grammar itself."""
    keys: Annotated[dict[KeyEntry, str], Field(max_length=100)] = {}
    """Keys and the values they stand for."""
    labels: Annotated[dict[str, str], Field(max_length=500)] = {}
    """How values are read back, where not as they are."""


SlotSpec: TypeAlias = Annotated[
    ChoiceSlot
    | YesNoSlot
    | DigitsSlot
    | SpellingSlot
    | NumberSlot
    | DateSlot
    | TimeSlot
    | DurationSlot
    | MoneySlot
    | NameSlot
    | EmailSlot
    | PhoneSlot
    | AddressSlot
    | TextSlot
    | GrammarSlot,
    Field(discriminator="kind"),
]
