"""In which language an assistant goes on, and what follows from it: what the model is told, what is said
without the model, and what stands in the record.

A language is gone on in when it was heard, asked for, keyed, or chosen by the model (`LanguageChoice`), and
only where the call has a recogniser and a voice for it. Who asks for one that cannot be heard is told so, in
that language where a voice has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pipelines.assistant.instructions import named
from pipelines.assistant.notes import note
from pipelines.assistant.phrases import AssistantPhrases, phrases
from pipelines.assistant.spoken_languages import SpokenLanguage
from pipelines.conversation.agent import AgentInput, Pressed, Say, Switch, Utterance
from pipelines.languages.asking import asked_for, name_of
from pipelines.languages.choice import (
    FEWEST_WORDS,
    VERY_SURE,
    LanguageChange,
    LanguageChoice,
    words_in,
)
from pipelines.languages.detecting import DetectedLanguage
from pipelines.languages.tags import offered, same_language
from pipelines.spoken.marked import said_in

_TOLD = {
    "heard": "The caller speaks {new}",
    "asked": "The caller asks for {new}",
    "key": "The caller has chosen {new} with a key",
    "model": "The call goes on in {new}",
    "not understood": "Nothing was understood in {old}",
}


@dataclass(slots=True)
class LanguageNews:
    """What an input means for the language of the call."""

    note: str = ""
    """For the model."""
    says: list[Say] = field(default_factory=list)
    """In place of an answer of the model's; none: the model answers."""
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


class Tongues:
    """Of one call that begins in `language`. `hears`, `speaks`: whether the call has a recogniser, a voice
    for a tag."""

    def __init__(
        self,
        language: str,
        languages: Sequence[SpokenLanguage],
        hears: Callable[[str], bool],
        speaks: Callable[[str], bool],
    ) -> None:
        self.first = language
        same = offered(language, [each.tag for each in languages])
        first = next((each for each in languages if each.tag == same), SpokenLanguage(language))
        others = [each for each in languages if each is not first]
        self._rows = {each.tag: each for each in (replace(first, tag=language, voice=""), *others)}
        self._speaks = speaks
        self._choice = LanguageChoice(
            self.first, [tag for tag in self._rows if tag == self.first or (hears(tag) and speaks(tag))]
        )
        self._heard_in, self._why = language, ""
        """In which the session goes on, as far as it was told; why it has to be told of another."""
        self.standing = ""
        """The note on the present language, for a model that remembers no longer where it was told."""
        self._strange: set[str] = set()
        """Languages of which the model was told that they are spoken and not offered."""

    @property
    def language(self) -> str:
        """The present one."""
        return self._choice.language

    @property
    def several(self) -> bool:
        """The row has more than one, whether they can be spoken or not."""
        return len(self._rows) > 1

    @property
    def usable(self) -> tuple[str, ...]:
        """Those in which the call can go on; more than one, where the language is of any interest."""
        return self._choice.offered

    @property
    def rule(self) -> str:
        """For the model's instructions, the same in all calls of a row; empty where there is no choice."""
        if len(self.usable) < 2:
            return ""
        those = ", ".join(named(tag) for tag in self.usable)
        return (
            f"This call may go on in {those}. Notes tell you when the language has changed: then answer in "
            "the new one. When the caller wants or keeps speaking another of these and no note has told you, "
            "call speak_language before you say anything in it. Never answer in another language without "
            "the one or the other."
        )

    @property
    def prompt(self) -> str:
        """What the row adds to the prompt for the language that the call begins in."""
        return self._rows[self.first].prompt.strip()

    @property
    def phrases(self) -> AssistantPhrases:
        """Those of the present language."""
        return phrases(self.language)

    @property
    def written_in(self) -> str:
        """In which language the operator's own texts are, while the call goes on in another; else empty."""
        return "" if self.language == self.first else self.first

    def switches(self) -> Iterator[Switch]:
        """What the session has to be told; it may have missed the last one, when that turn was cut."""
        if self.language != self._heard_in:
            yield Switch(self.language, self._rows[self.language].voice, self._why)
            self._heard_in = self.language

    def greeting(self, own: str, *, usual: bool) -> list[Say]:
        """The first words, and then what offers other languages; none leave it to the model. `own`: the
        row's. `usual`: where there is none, that of the language."""
        own = self._rows[self.first].greeting or own or (phrases(self.first).greeting if usual else "")
        says = [Say(said_in(own, self.first))] if own else []
        for tag in self.usable:
            row = self._rows[tag]
            if row.offer and tag != self.first:
                says.append(Say(row.offer, language=tag, voice=row.voice))
        return says if own else []

    def hear(self, said: AgentInput) -> LanguageNews:
        """An input, before the model gets it."""
        if not self.several:
            return LanguageNews()
        match said:
            case Utterance():
                return self._heard(said)
            case Pressed(digit=digit):
                tag = next((row.tag for row in self._rows.values() if row.key == digit), "")
                return self._wished(tag, "key") if tag else LanguageNews()
            case _:
                return LanguageNews()

    def choose(self, tag: str) -> str:
        """The model has: what it is told."""
        if not (usable := offered(tag, self.usable)):
            known = ", ".join(self.usable)
            return f"error: this call cannot go on in {tag!r:.40}; it can in {known}. Say so to the caller."
        change = self._choice.wish(usable, "model")
        return self._told(change) if change is not None else f"{named(self.language)} is spoken already."

    # ---- inside

    def _heard(self, said: Utterance) -> LanguageNews:
        wanted = asked_for(said.text, self._rows) if said.understood else ""
        if wanted and not same_language(wanted, self.language):
            return self._wished(wanted, "asked")
        if wanted:
            self._choice.wish(wanted, "asked")  # it is to stay so
            return LanguageNews()
        tells = said.language and not said.noisy
        heard = DetectedLanguage(said.language, said.language_probability) if tells else None
        change = self._choice.said(said.text, heard, understood=said.understood, amends=said.amends)
        if change is not None:
            return LanguageNews(note(self._told(change)))
        return self._stranger(heard, said.text)

    def _wished(self, tag: str, why: Literal["asked", "key"]) -> LanguageNews:
        if tag not in self.usable:
            return self._refused(tag, why)
        change = self._choice.wish(tag, why)
        news = LanguageNews(note(self._told(change)) if change is not None else "")
        greeting = self._rows[tag].greeting or phrases(tag).greeting
        if why == "key" and greeting:
            news.says = [Say(greeting)]  # there is nothing to answer
        return news

    def _refused(self, tag: str, why: str) -> LanguageNews:
        """It cannot be heard, or not spoken."""
        speaks = self._speaks(tag) and bool(phrases(tag).only)
        language = tag if speaks else self.language
        those = ", ".join(filter(None, (name_of(each, language) for each in self.usable)))
        news = LanguageNews(
            note(f"The caller asks for {named(tag)}, in which this call cannot go on."),
            events=[("language_refused", {"language": tag, "why": why, "told_in": language})],
        )
        if (sorry := phrases(language).only) and those:
            row = self._rows[tag]
            words = sorry.format(those)
            news.says = [Say(words, language=tag, voice=row.voice) if speaks else Say(words)]
        return news

    def _stranger(self, heard: DetectedLanguage | None, text: str) -> LanguageNews:
        """The model is told once of a language that is none of this call's; of a sentence in it, not of what
        a recogniser finds in a noise."""
        if heard is None or heard.probability < VERY_SURE or words_in(text) < FEWEST_WORDS:
            return LanguageNews()
        if offered(heard.language, self.usable) or heard.language in self._strange:
            return LanguageNews()
        self._strange.add(heard.language)
        return LanguageNews(
            note(f"The caller seems to speak {named(heard.language)}, in which this call cannot go on.")
        )

    def _told(self, change: LanguageChange) -> str:
        new = named(change.language)
        why = _TOLD[change.why].format(new=new, old=named(change.before))
        more = self._rows[change.language].prompt.strip()
        told = " ".join(filter(None, [f"{why}: answer in {new} from now on.", more]))
        self._why, self.standing = change.why, note(told)
        return told


def any_language(tag: str) -> bool:
    """Whoever types, and tests: every language can be had."""
    return True
