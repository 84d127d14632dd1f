"""Bookings by callers who are hard to hear, as whole conversations on a fake clock."""

from __future__ import annotations

from datetime import date

from pipelines.flows.booking import booking_agent
from tests.fakes import CALL_ID, Conversation

TODAY = date(2026, 11, 21)
ANSWERS = ["book a room", "mountain view", "today", "two thirty p m", "half an hour", "two people"]


class Booking(Conversation):
    """A caller of the booking agent."""

    def __init__(self) -> None:
        super().__init__(booking_agent(CALL_ID, TODAY))

    async def answer(self, *answers: str) -> None:
        """Each after the agent has asked."""
        for answer in answers:
            await self.until_quiet()
            await self.say(answer)

    @property
    def asked(self) -> str:
        """The agent's last line."""
        return [line.text for line in self.call.lines() if line.speaker == "agent"][-1]

    @property
    def statuses(self) -> list[str]:
        return [outcome.status for outcome in self.call.outcomes()]


async def test_a_doubtful_answer_is_settled_by_a_yes_and_silence_then_books_nothing() -> None:
    talk = Booking()
    talk.stt.doubtful = {"fifteen minutes": ("fifty minutes",)}
    await talk.answer(*ANSWERS[:4], "fifteen minutes")
    await talk.until_quiet()
    assert talk.asked == "Did you say 15 minutes, one five?"
    await talk.say("no")
    await talk.answer("yes", "two people")
    await talk.until_quiet()
    assert talk.asked.endswith("50 minutes, 2 people. Is that right? Please say yes or no.")
    for _ in range(4):
        await talk.until_quiet()
    await talk.silence(1_000)
    assert talk.ended and talk.statuses == ["held"]
    heard = " ".join(line.heard for line in talk.call.lines() if line.speaker == "agent")
    assert "I have not booked it, because I heard no clear yes." in heard


async def test_who_hangs_up_after_a_doubtful_booking_has_booked_nothing() -> None:
    talk = Booking()
    talk.stt.doubtful = {"today": ()}
    await talk.answer("book a room", "mountain view", "today", "yes", *ANSWERS[3:])
    await talk.until_quiet()
    await talk.hang_up()
    assert talk.statuses == ["held"]


async def test_a_yes_books_what_was_doubtful() -> None:
    talk = Booking()
    talk.stt.doubtful = {"today": ()}
    await talk.answer("book a room", "mountain view", "today", "yes", *ANSWERS[3:], "yes")
    await talk.until_quiet()
    assert talk.statuses == ["held", "confirmed"]


async def test_the_tail_of_an_answer_is_no_answer_to_the_next_question() -> None:
    talk = Booking()
    await talk.answer(*ANSWERS[:4], "an hour")
    await talk.silence(600)
    await talk.say("half an hour")
    await talk.answer("two people")
    await talk.until_quiet()
    assert [outcome.data["minutes"] for outcome in talk.call.outcomes()] == [30]
    assert talk.asked.endswith("Is that right? Please say yes or no."), "a mended answer wants a yes"


async def test_a_line_on_which_nothing_is_understood_ends_with_a_call_back() -> None:
    talk = Booking()
    await talk.answer("book a room", "mountain view", *[""] * 5)
    await talk.until_quiet()
    assert talk.asked == ("I can hardly hear you. Shall we call you back? Press one for yes, or two for no.")
    await talk.press("1")
    await talk.until_quiet()
    await talk.silence(500)
    (kept,) = talk.call.outcomes()
    assert (kept.status, kept.data) == ("callback", {"place": "Mountain View"})
    assert talk.ended
