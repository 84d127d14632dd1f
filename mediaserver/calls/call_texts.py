"""The texts (SMS) of one call: to whom, how many, and what is kept of them.

To the far end's own number, which somebody else than the far end has to vouch for: anybody may write any
number into his From, and texts cost money. To others only where the operator has named how they begin.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from mediaserver.calls.call import Call
from mediaserver.calls.targets import number_of
from mediaserver.calls.texting import (
    MOST_TEXT,
    Texting,
    TextOrder,
    TextRefusedError,
    TextTaken,
    TextWhy,
)

DAY_S = 86_400.0
MOST_NUMBERS = 10_000
"""Numbers that are remembered before those of yesterday are forgotten."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TextRules:
    """What the operator allows."""

    per_call: int = 3
    """Texts that one call may send; 0: none."""
    per_number: int = 10
    """Texts that calls may send to one number within 24 hours; 0: any."""
    to: tuple[str, ...] = ()
    """Beginnings (E.164) of numbers beside the far end's own."""

    def allows(self, number: str) -> bool:
        return any(number.startswith(each) for each in self.to)


class SentToNumbers:
    """How many texts of calls went to each number within the last day, as far as this server remembers: a
    caller who calls again and again has a model send no more by that. `now` in seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._times: dict[str, list[float]] = {}

    def take(self, number: str, most: int) -> bool:
        """One more goes there; False: it may not. `most`: 0 is any number of them."""
        since = self._now() - DAY_S
        if len(self._times) >= MOST_NUMBERS:
            self._times = {each: times for each, times in self._times.items() if times[-1] > since}
        times = [each for each in self._times.get(number, ()) if each > since]
        if most and len(times) >= most:
            return False
        if most:
            self._times[number] = [*times, self._now()]
        return True


class CallTexts:
    """Of one call."""

    def __init__(
        self,
        call: Call,
        number: str,
        rules: TextRules,
        texting: Callable[[], Texting | None],
        sent: SentToNumbers,
    ) -> None:
        """`number`: of the far end in E.164, as somebody else has it; empty: nobody vouches for one.
        `texting`: who sends; None: there is nobody. `sent`: what all calls have sent."""
        self._sent = sent
        self._call = call
        self._number = number
        self._rules = rules
        self._texting = texting
        self._asked: dict[str, asyncio.Task[TextTaken]] = {}
        """By their keys."""
        self._count = 0

    async def send(self, text: str, to: str = "", key: str = "") -> TextTaken:
        """Send a text; `to`: empty is the far end. The same key twice is one text, whether the one who asked
        first still waits or not. Raises TextRefusedError."""
        key = key or f"{self._call.id}:{len(self._asked)}"
        task = self._asked.get(key)
        if task is None:
            task = self._asked[key] = asyncio.create_task(self._send(text.strip(), to, key))
            task.add_done_callback(_looked_at)
        return await asyncio.shield(task)

    async def _send(self, text: str, to: str, key: str) -> TextTaken:
        number = to or self._number
        try:
            texting = self._taken_by(text, to, number)
            taken = await texting.send(self._order(number, text, key))
        except TextRefusedError as refused:
            self._told("failed", number, why=str(refused.why), reason=str(refused))
            raise
        except Exception as error:
            log.exception("a text could not be sent")
            self._told("failed", number, why=str(TextWhy.FAILED), reason=type(error).__name__)
            raise TextRefusedError("it could not be sent", TextWhy.FAILED) from None
        self._told("sent", number, text=text, ref=taken.ref)
        return taken

    def _taken_by(self, text: str, to: str, number: str) -> Texting:
        """Who sends it; it counts. Raises TextRefusedError."""
        if not text or len(text) > MOST_TEXT:
            raise TextRefusedError(f"a text has 1 to {MOST_TEXT} characters", TextWhy.EMPTY)
        if not number:
            raise TextRefusedError(
                "nobody vouches for a number of this caller, so none is texted", TextWhy.NO_NUMBER
            )
        if number != self._number and not self._rules.allows(number):
            raise TextRefusedError(f"no text may go to {number}: see texts.to", TextWhy.NOT_ALLOWED)
        if self._count >= self._rules.per_call:
            raise TextRefusedError(
                f"no call may send more than {self._rules.per_call} texts: see texts.per_call",
                TextWhy.NOT_ALLOWED,
            )
        texting = self._texting()
        if texting is None:
            raise TextRefusedError("there is no account that sends texts", TextWhy.NO_ACCOUNT)
        if not self._sent.take(number, self._rules.per_number):
            raise TextRefusedError(
                f"calls have sent {self._rules.per_number} texts to this number within a day, as many as may "
                "go there: see texts.per_number",
                TextWhy.TOO_MANY,
            )
        self._count += 1
        return texting

    def _order(self, number: str, text: str, key: str) -> TextOrder:
        call = self._call
        ours = call.from_uri if call.direction == "outbound" else call.to_uri
        return TextOrder(call.id, number, text, call.way, number_of(ours), call.owner, call.agent, key)

    def _told(self, step: str, to: str, **more: str) -> None:
        self._call.note(f"text_{step}", to=to, **more)
        self._call.publish("text", step=step, to=to, **more)


class TextsOfCalls:
    """Of all calls of a server: who goes on with a call goes on with what it has sent."""

    def __init__(self, rules: TextRules, now: Callable[[], float] = time.monotonic) -> None:
        """`now`: in seconds."""
        self.rules = rules
        self._sent = SentToNumbers(now)
        self.texting: Texting | None = None
        """Who sends texts, once there is somebody."""
        self._calls: dict[UUID, CallTexts] = {}

    def of(self, call: Call, number: str) -> CallTexts:
        """`number`: see `CallTexts`."""
        found = self._calls.get(call.id)
        if found is None:
            found = self._calls[call.id] = CallTexts(
                call, number, self.rules, lambda: self.texting, self._sent
            )
            call.on_end(self._is_over)
        return found

    def _is_over(self, call: Call) -> None:
        self._calls.pop(call.id, None)


def _looked_at(task: asyncio.Task[TextTaken]) -> None:
    """Whoever has asked may be gone."""
    if not task.cancelled():
        task.exception()
