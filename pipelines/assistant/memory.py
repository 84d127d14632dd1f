"""What the model remembers of a call: what it was told, what the caller has heard, what tools gave.

Pure. It must never hold as said what was only meant: an answer counts as far as it was heard, to the word.

    system      the instructions: the same in all calls of a row, so that the model's server keeps them
    user        who calls, and since when; a summary of what is too long ago; the caller's words, our notes
    assistant   what was heard of an answer, with the tools that it called
    tool        what each gave

Only the end of it changes from turn to turn; what is folded into the summary is folded rarely.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipelines.assistant.notes import note, plain
from pipelines.engines.protocols import LlmMessage, LlmToolCall

KEPT_MESSAGES = 20
"""So many of the last ones stay word for word, at least."""
MOST_MESSAGES = 32
"""With more of them the oldest are to be folded."""
MOST_CHARACTERS = 24_000
"""Likewise: some 6,000 tokens."""
HARDEST = 2
"""So many times these limits are never passed: nobody waits for a summary any longer."""
MOST_SUMMARY = 2_400
"""Characters."""
LAST_HEARD_WORDS = 6
"""Of a cut answer, in the note that says so."""
NO_LINE = -1
"""Of an utterance that is only supposed."""
NOT_DONE = "It did not come to an end: the caller went on."
RUNNING = "It is still running."
_LETTERS = re.compile(r"[\W_]+")
_NO_LETTERS = frozenset(("Mn", "Mc", "Me", "Cf"))
"""Categories of accents, vowel signs and what joins letters: they part no word."""
_DENSE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
"""Thai, Lao, Burmese, Khmer, Japanese and Chinese."""
_WORD = re.compile(rf"[{_DENSE}]|[^\W_{_DENSE}]+")


@dataclass(slots=True, eq=False)
class Said:
    """A piece of an answer, as it was set out to be said."""

    text: str


@dataclass(slots=True, eq=False)
class ToolCalls:
    """Tools that the model called at once, and what they gave."""

    calls: tuple[LlmToolCall, ...]
    results: dict[str, str] = field(default_factory=dict)
    """By the call's id."""
    late: list[str] = field(default_factory=list)
    """Names of those that ended after their turn was over, and of which the model was not told."""

    def result(self, call: LlmToolCall) -> str:
        return self.results.get(call.id, RUNNING)


@dataclass(frozen=True, slots=True)
class Noted:
    """What the model is told while it makes an answer."""

    note: str


@dataclass(slots=True, eq=False)
class RememberedTurn:
    """One input and what came of it."""

    line: int
    """Of the answer (`Context.line`)."""
    told: str
    """What the model is told of the input; may be empty."""
    words: str = ""
    """The caller's own, as far as they were understood."""
    spoken: bool = False
    """It was an utterance, which another may amend."""
    parts: list[Said | ToolCalls | Noted] = field(default_factory=list)
    heard: str | None = None
    """What the caller has heard of the answer; None: nothing is known of it."""
    cut: bool = False

    def say(self, text: str) -> None:
        self.parts.append(Said(text))

    def call(self, calls: Sequence[LlmToolCall]) -> ToolCalls:
        called = ToolCalls(tuple(calls))
        self.parts.append(called)
        return called

    @property
    def said(self) -> str:
        """All that was set out to be said."""
        return " ".join(part.text for part in self.parts if isinstance(part, Said))

    @property
    def acted(self) -> bool:
        """Tools were called: it cannot be undone."""
        return any(isinstance(part, ToolCalls) for part in self.parts)

    def messages(self, *, present: bool) -> Iterator[LlmMessage]:
        """The answer's; `present`: it is still being made, and counts as far as it was meant."""
        said = [part.text for part in self.parts if isinstance(part, Said)]
        texts = iter(said if present else self._heard_of(said))
        before: list[str] = []
        for part in self.parts:
            if isinstance(part, Said):
                before.append(next(texts))
                continue
            if isinstance(part, Noted):
                if text := _joined(before):
                    yield LlmMessage("assistant", text)
                before = []
                yield LlmMessage("user", part.note)
                continue
            yield LlmMessage("assistant", _joined(before), part.calls)
            before = []
            for call in part.calls:
                yield LlmMessage("tool", part.result(call), tool_call_id=call.id)
        if text := _joined(before):
            yield LlmMessage("assistant", text)

    def _heard_of(self, said: list[str]) -> list[str]:
        """What was heard of each piece. Words that nobody set out to say (an apology in the agent's name) are
        the last piece's."""
        heard = self.heard or ""
        if not self.cut and words_in(heard) == words_in(" ".join(said)):
            return said
        parts, words, at = list[str](), heard.split(), 0
        for piece in said:
            found, meant, place = list[str](), [_bare(word) for word in piece.split()], 0
            while at < len(words) and _bare(words[at]) in meant[place:]:
                place = meant.index(_bare(words[at]), place) + 1
                found.append(words[at])
                at += 1
            parts.append(" ".join(found))
        if at < len(words) and parts:
            parts[-1] = " ".join(filter(None, [parts[-1], *words[at:]]))
        return parts


class Memory:
    """Of one call."""

    def __init__(self, instructions: str = "") -> None:
        self.instructions = instructions
        """The system's message."""
        self.opening = ""
        """A note on who calls, for the model's first message."""
        self.summary = ""
        """Of what was folded."""
        self._standing = ""
        """A note of what was folded that counts still."""
        self.exchanges: list[RememberedTurn] = []
        self._beside: dict[int, str] = {}
        """What else the caller heard in the agent's voice, by line, and the model was not told yet."""

    def supposing(self, told: str, *, words: str, amends: bool) -> Memory:
        """As it would be with this utterance, which may never be one. This memory stays as it is."""
        supposed = Memory(self.instructions)
        supposed.opening, supposed.summary = self.opening, self.summary
        supposed.exchanges, supposed._beside = list(self.exchanges), dict(self._beside)
        supposed.begin(NO_LINE, told, words=words, spoken=True, amends=amends)
        return supposed

    def begin(
        self, line: int, told: str, *, words: str = "", spoken: bool = False, amends: bool = False
    ) -> RememberedTurn:
        """An input. `amends`: it takes the place of the last utterance."""
        last = self.exchanges[-1] if self.exchanges else None
        if amends and last is not None and last.spoken:
            if not last.acted:
                self.exchanges.pop()
                if begun := _joined([text for text in last._heard_of([last.said]) if text]):
                    told = f"{note('While you said ' + _quoted(begun) + ' the caller went on:')} {told}"
            else:
                told = f"{note('The caller went on; all in all it was:')} {told}"
        beside, self._beside = self._beside, {}
        notes = [note(f"The caller was told in your voice: {_quoted(text)}") for text in beside.values()]
        exchange = RememberedTurn(line, " ".join(filter(None, [*notes, told])), words, spoken)
        self.exchanges.append(exchange)
        return exchange

    def heard(self, line: int, text: str, cut: bool) -> None:
        """See `Agent.heard`."""
        if (exchange := self.of_line(line)) is not None:
            exchange.heard, exchange.cut = text, cut
        elif text and line >= (self.exchanges[0].line if self.exchanges else 0):
            self._beside[line] = plain(text, 400)

    def of_line(self, line: int) -> RememberedTurn | None:
        """The exchange whose answer is this line."""
        return next((each for each in reversed(self.exchanges) if each.line == line), None)

    def messages(self) -> list[LlmMessage]:
        """All that the model is given; the last exchange is the present one."""
        messages = [LlmMessage("system", self.instructions, cache=True)]
        told = [self.opening]
        if self.summary:
            told.append(note(f"What was said before, in short: {self.summary}"))
        if self._standing:
            told.append(self._standing)
        before: RememberedTurn | None = None
        for exchange in self.exchanges:
            told += filter(None, [self._cut_note(before), self._late_note(before), exchange.told])
            answer = list(exchange.messages(present=exchange is self.exchanges[-1]))
            if answer:
                messages.append(LlmMessage("user", "\n".join(filter(None, told)) or note("The call is up.")))
                told = []
            messages += answer
            before = exchange
        if told := [text for text in told if text]:
            messages.append(LlmMessage("user", "\n".join(told)))
        elif messages[-1].role == "assistant":
            messages.append(LlmMessage("user", note("Go on.")))  # no model answers its own words
        return _merged(messages)

    def last_words(self, most: int = 300) -> str:
        """What the caller said last, for a human."""
        said = [exchange.words for exchange in self.exchanges if exchange.words]
        return " ".join(said[-3:])[-most:]

    # ---- what is too long ago

    @property
    def overdue(self) -> list[RememberedTurn]:
        """The oldest exchanges, when there are too many: they are to be folded. Never the present one."""
        sizes = [self._size(exchange) for exchange in self.exchanges]
        if not self._beyond(sizes, 1):
            return []
        count, characters, kept = 0, 0, 0
        for messages, length in reversed(sizes):
            full = count >= KEPT_MESSAGES or characters + length > MOST_CHARACTERS // 2
            if kept and full:
                break
            count, characters, kept = count + messages, characters + length, kept + 1
        return self.exchanges[: len(self.exchanges) - kept]

    @property
    def overfull(self) -> bool:
        """Fold at once."""
        return self._beyond([self._size(exchange) for exchange in self.exchanges], HARDEST)

    def fold(self, exchanges: Sequence[RememberedTurn], summary: str, standing: str = "") -> None:
        """These, the oldest, are in the summary now; nothing happens when they were folded already.
        `standing`: a note that counts still, and may stand in one of them."""
        if self.exchanges[: len(exchanges)] != list(exchanges):
            return
        late = [text for text in map(self._late_note, exchanges) if text]
        self.exchanges = self.exchanges[len(exchanges) :]
        self.summary = plain(" ".join([summary, *late]), MOST_SUMMARY)
        self._standing = standing

    @staticmethod
    def _beyond(sizes: list[tuple[int, int]], times: int) -> bool:
        count, characters = (sum(size[i] for size in sizes) for i in (0, 1))
        return count > times * MOST_MESSAGES or characters > times * MOST_CHARACTERS

    @staticmethod
    def _size(exchange: RememberedTurn) -> tuple[int, int]:
        """Messages and characters."""
        answer = list(exchange.messages(present=True))
        length = len(exchange.told) + sum(len(message.content) for message in answer)
        length += sum(len(str(call.arguments)) for message in answer for call in message.tool_calls)
        return len(answer) + bool(exchange.told), length

    @staticmethod
    def _cut_note(before: RememberedTurn | None) -> str:
        if before is None or not before.cut or not before.said:
            return ""
        heard = (before.heard or "").split()
        if not heard:
            return note("You were interrupted before the caller heard anything of your answer.")
        last = " ".join(heard[-LAST_HEARD_WORDS:])
        return note(f"You were interrupted: the caller heard your answer only as far as {_quoted(last)}")

    @staticmethod
    def _late_note(before: RememberedTurn | None) -> str:
        parts = before.parts if before is not None else []
        late = [name for part in parts if isinstance(part, ToolCalls) for name in part.late]
        names = ", ".join(late)
        return (
            note(f"{names} went on while you were interrupted, and is done: see its result.") if late else ""
        )


def _merged(messages: list[LlmMessage]) -> list[LlmMessage]:
    """No two of the caller's side in a row: some servers refuse them."""
    merged: list[LlmMessage] = []
    for message in messages:
        if message.role == "user" and merged and merged[-1].role == "user":
            merged[-1] = LlmMessage("user", f"{merged[-1].content}\n{message.content}")
        else:
            merged.append(message)
    return merged


def words_in(text: str) -> list[str]:
    """Runs of letters and digits, accented or not, written wide or parted by signs that nobody sees;
    in scripts without spaces each character."""
    if not text.isascii():
        marked = unicodedata.normalize("NFKD", text)
        text = "".join(each for each in marked if unicodedata.category(each) not in _NO_LETTERS)
    return _WORD.findall(text.casefold())


def _bare(word: str) -> str:
    return _LETTERS.sub("", word).lower()


def _joined(texts: Sequence[str]) -> str:
    return " ".join(filter(None, texts))


def _quoted(text: str) -> str:
    return f'"{plain(text, 400)}"'
