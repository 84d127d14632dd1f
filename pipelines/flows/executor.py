"""Runs a flow: what the caller did goes in, what to say and how to listen comes out.

Sans-I/O: no clock, no engine, no storage. It never raises on what a caller says or presses.

What was heard doubtfully is asked about at once (`checking`), what was not understood is asked for in other
words, then with the keys, and a line on which nothing works ends with the offer to call back. Silence is a
yes to a read-back only where all of the call was surely heard. An utterance that amends the last one is
answered as if that had never been: `FlowProgress` is what was before it.
"""

from __future__ import annotations

from dataclasses import replace

from pipelines.conversation.own_words import words_of
from pipelines.flows.answers import FlowAnswers
from pipelines.flows.checking import Check
from pipelines.flows.model import Ask, Confirm, EndCall, Flow, Prompt, TransferCall
from pipelines.flows.phrases import NOBODY, WAITED
from pipelines.flows.progress import FlowOutcome, FlowProgress, FlowStep
from pipelines.flows.wording import joined

SILENCES = 3
"""After so many unanswered questions in a row the call is ended."""
TROUBLES = 2
"""So often a caller is told that the line is bad; then nothing more is tried."""
SURE_OF_NUMBERS = 0.95
"""Confidence below which a number is taken, and read back, but never agreed to by silence: numbers sound
alike ("four", "five")."""
NUMBER_WORDS = 2
"""Of such a number ("four", "five people"). Of those with a confidence from 0.85 to 0.95 one in seven is
wrong; of longer ones ("two thirty p m") none of 29 was (docs/benchmarks.md)."""


def plain(text: str) -> str:
    """Lower-case words only, for comparing what was heard with what was said."""
    return " ".join(words_of(text))


class FlowExecutor(FlowAnswers):
    """One caller's way through a (valid) flow."""

    def __init__(self, flow: Flow) -> None:
        super().__init__(flow)
        self._undone: FlowProgress | None = None
        """As it was before the last utterance, when nothing else came since."""

    # ---- what the caller does

    def start(self) -> FlowStep:
        return self._enter(self._flow.start)

    def utterance(
        self,
        text: str,
        understood: bool = True,
        *,
        doubtful: bool = False,
        alternatives: tuple[str, ...] = (),
        noisy: bool = False,
        amends: bool = False,
        confidence: float | None = None,
    ) -> FlowStep:
        """The caller said something; the arguments are as in `Utterance`."""
        after, told = self._now, self._now.told
        if amends and self._undone is not None:
            self._now = self._undone.copy()
            if self._keeps(after, text, understood):
                self._now = after
                after.doubts.add("mended")
                return self._ask(self._wording.question(self._now))
        else:
            self._undone = self._now.copy()
        base = self._now.told
        asked = self._asked()
        doubtful = doubtful and not (asked is not None and asked.harmless)
        if amends:
            self._now.doubts.add("mended")
        number = asked is not None and asked.spell is not None and len(text.split()) <= NUMBER_WORDS
        if doubtful or (number and understood and confidence is not None and confidence < SURE_OF_NUMBERS):
            self._now.doubts.add("doubtful")
        if noisy:
            self._now.doubts.add("noisy")
        # Names, codes and texts are kept as they were recognised.
        as_it_is = asked is not None and (asked.open or asked.spelling is not None)
        said = text if as_it_is else text.lower()
        step = self._said(said, understood, doubtful, alternatives, noisy)
        if told is base or step.outcomes:
            return step
        # What was told of the utterance that this one amends is not so: tell again what was before it.
        self._now.told = base or self._result("withdrawn")
        return replace(step, outcomes=(self._now.told,))

    def keyed(self, digits: str, ended_by: str = "terminator") -> FlowStep:
        """The caller keyed an entry; the arguments are as in `Keyed`."""
        self._undone = None
        now, slot = self._now, self._asked()
        if slot is None:
            agreed = self._agreed
            return self._ended() if agreed is None else self._objected(agreed.dtmf.parse(digits))
        now.silences, now.before = 0, None
        if ended_by == "cancel":
            now.part = ""
            return self._ask(joined(self._help(), slot.dtmf.offer))
        if not digits:
            return self._ask(self._offer(slot))
        value = None if ended_by == "too many" else slot.dtmf.parse(digits)
        if now.parting:
            return self._part(value)
        if now.check is not None:
            return self._verdict(now.check, value)
        if value is None:
            return self._impossible(slot, " ".join(digits))
        if slot.spelling is not None:
            return self._spelled(slot, str(value), by_keys=True)
        return self._check(Check.of(slot, value, self._phrases)) if slot.read_back else self._filled(value)

    def silence(self) -> FlowStep:
        """Nothing came."""
        self._undone = None
        now, slot = self._now, self._asked()
        if slot is None:
            return self._ended()
        if now.parting:
            return self._part(None)
        if self._silence_agrees:
            return self._filled("yes")
        now.doubts.add("silent")
        if now.check is not None:
            return self._verdict(now.check, None)
        now.silences += 1
        if now.silences >= SILENCES:
            return self._give_up(why="timeout")
        if now.silences == 1 and not now.troubles:
            return self._ask(self._help())
        return self._ask(joined(self._phrases.unheard, self._offer(slot)))

    def again(self) -> FlowStep:
        """Somebody wants to hear what is asked, and has not answered it."""
        return self._ended() if self._asked() is None else self._ask(self._wording.question(self._now))

    def trouble(self, kind: str, *, last: bool = False, over: bool = False) -> FlowStep:
        """The line carries no conversation as it is; the arguments are as in `LineTrouble`."""
        self._undone = None
        now, slot = self._now, self._asked()
        if slot is None:
            return self._ended()
        now.doubts.add("line")
        wrong = self._phrases.trouble(kind)
        if over or kind in NOBODY:
            return self._over(wrong if kind in NOBODY else self._fill(self._flow.give_up))
        if kind in WAITED and not last:
            return self._ask(joined(wrong, now.check.asked if now.check else ""))
        now.troubles += 1
        if now.parting:
            return self._part(None)
        if last or now.troubles > TROUBLES:
            now.by_keys, now.misses = kind in WAITED, 0
            return self._give_up(wrong, "line")
        return self._ask(joined(wrong, now.check.asked if now.check else "", self._offer(slot)))

    def returned(self, why: str = "") -> FlowStep:
        """The caller is back: from a transfer of ours that came to nothing, or from whoever took it over.
        `why`: as in `Returned`."""
        self._undone = None
        match self._now.node:
            case TransferCall(failed=failed):
                return self._enter(failed)
            case Ask() | Confirm():
                return self._ask(joined(self._phrases.back, self._wording.question(self._now)))
            case Prompt() | EndCall():
                return self._ended(self._phrases.back)

    def heard(self, text: str) -> None:
        """What the caller has heard of our last line."""
        node = self._now.node
        facts = plain(self._fill(node.facts)) if isinstance(node, Confirm) else ""
        if facts and facts in plain(text):
            self._now.read = True

    def missed_words(self) -> None:
        """The caller may have said something that nobody made out: perhaps no to the read-back."""
        if isinstance(self._now.node, Confirm):
            self._now.doubts.add("missed")

    def hang_up(self, heard: str) -> tuple[FlowOutcome, ...]:
        """The caller is gone. `heard`: what was heard of our last line. Whoever has heard the whole read-back
        and not objected has agreed, where all was surely heard."""
        self.heard(heard)
        if self._silence_agrees and not self._now.parting:
            return (self._result("confirmed"),)
        return ()

    @property
    def _silence_agrees(self) -> bool:
        """To a read-back that was heard to its end."""
        now = self._now
        return isinstance(now.node, Confirm) and now.node.silence_agrees and self.sure and now.read

    def summary(self) -> str:
        """What the caller has answered so far."""
        slots = self._flow.slots
        known = [f"{name}: {slots[name].say(value)}" for name, value in self.slots.items() if name in slots]
        return ", ".join(known) + "." if known else ""
