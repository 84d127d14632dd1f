"""Recognisers in workers that find the ends of utterances by themselves: they are not dead, and nothing of
what was said is lost."""

from __future__ import annotations

import asyncio
import json
from typing import Any, cast

from pipelines.engines.protocols import SttResult, WordTime
from pipelines.engines.stt.session import WorkerSttSession, joined
from pipelines.workers.pool import WorkerPool
from pipelines.workers.protocol import Msg, Unpacker, WorkerMessage
from pipelines.workers.spec import WorkerSpec
from pipelines.workers.supervisor import Requester
from tests.fakes import tone

FRAME = tone(320)


class FakeTicket:
    """A request as its worker sees it."""

    def __init__(self, requester: Requester) -> None:
        self.id = 1
        self.requester = requester
        self.audio = 0
        """Frames that came."""
        self.told: list[Msg] = []
        self._unpacker = Unpacker()

    def send(self, data: bytes) -> None:
        for message in self._unpacker.feed(data):
            if message.kind is Msg.AUDIO:
                self.audio += len(message.payload) // FRAME.nbytes
            else:
                self.told.append(message.kind)

    def close(self) -> None: ...

    def awaits(self) -> None: ...

    def say(self, kind: Msg, **fields: Any) -> None:
        self.requester.on_message(WorkerMessage(kind, self.id, json.dumps(fields).encode()))


class FakePool:
    """Has room at once."""

    spec = WorkerSpec("own-ends", "nowhere")

    def __init__(self) -> None:
        self.tickets: list[FakeTicket] = []
        self.fields: list[dict[str, Any]] = []

    def open(self, requester: Requester, **fields: Any) -> FakeTicket:
        self.fields.append(fields)
        self.tickets.append(FakeTicket(requester))
        return self.tickets[-1]


def begun() -> tuple[WorkerSttSession, FakePool, list[SttResult]]:
    results: list[SttResult] = []
    pool = FakePool()
    session = WorkerSttSession(cast(WorkerPool, pool), results.append)
    session.begin(1)
    return session, pool, results


def feed(session: WorkerSttSession, frames: int) -> None:
    for _ in range(frames):
        session.feed(FRAME)


async def test_an_end_it_found_is_told_and_the_flush_has_all() -> None:
    session, pool, results = begun()
    feed(session, 30)
    (ticket,) = pool.tickets
    ticket.say(Msg.RESULT, text="book a room", end=True)
    feed(session, 30)
    ticket.say(Msg.RESULT, text="for two", end=True)
    ticket.say(Msg.RESULT, text="on")
    session.flush(2)
    ticket.say(Msg.RESULT, text="on monday", end=True)  # still before it has seen the flush
    ticket.say(Msg.DONE, text="book a room for two on monday")
    assert [(each.text, each.final, each.epoch, each.segment) for each in results] == [
        ("book a room", True, 1, 0),
        ("for two", True, 1, 1),
        ("on", False, 1, 2),
        ("on monday", True, 1, 2),
        ("book a room for two on monday", True, 2, 3),
    ]
    assert len(pool.tickets) == 1 and ticket.audio == 60
    session.close()


async def test_one_that_cannot_listen_on_after_its_end_gets_the_rest_anew() -> None:
    session, pool, results = begun()
    feed(session, 30)
    pool.tickets[0].say(Msg.DONE, text="book a room", confidence=0.9, words=[["book", 0, 300]])
    assert [(each.text, each.epoch, each.failed) for each in results] == [("book a room", 1, False)]
    feed(session, 31)
    assert [ticket.audio for ticket in pool.tickets] == [30, 31]
    pool.tickets[1].say(Msg.RESULT, text="for", confidence=0.8)
    assert results[-1].text == "book a room for"
    session.flush(2)
    assert pool.tickets[1].told == [Msg.FINISH]
    pool.tickets[1].say(Msg.DONE, text="for two", confidence=0.8, words=[["for", 0, 100]])
    assert (results[-1].text, results[-1].epoch, results[-1].confidence) == ("book a room for two", 2, 0.8)
    assert results[-1].words == (WordTime("book", 0, 300), WordTime("for", 600, 700))
    session.close()


async def test_it_may_say_how_far_it_has_heard() -> None:
    session, pool, _ = begun()
    feed(session, 30)
    pool.tickets[0].say(Msg.DONE, text="book a room", end_ms=400)
    feed(session, 4)
    assert pool.tickets[1].audio == 10 + 4
    session.close()


async def test_what_it_heard_stays_when_the_caller_goes_on() -> None:
    session, pool, results = begun()
    feed(session, 30)
    pool.tickets[0].say(Msg.DONE, text="book a room")
    feed(session, 30)
    session.flush(2)
    pool.tickets[1].say(Msg.DONE, text="for")
    session.resume(3)
    feed(session, 30)
    session.flush(4)
    assert [ticket.audio for ticket in pool.tickets] == [30, 30, 60]
    pool.tickets[2].say(Msg.DONE, text="for two")
    assert (results[-1].text, results[-1].epoch) == ("book a room for two", 4)
    session.close()


async def test_the_next_utterance_begins_with_nothing() -> None:
    session, pool, results = begun()
    feed(session, 30)
    pool.tickets[0].say(Msg.DONE, text="book a room")
    session.begin(2)
    session.flush(3)
    pool.tickets[1].say(Msg.DONE, text="yes")
    assert (results[-1].text, results[-1].segment) == ("yes", 0)
    session.close()


async def test_a_part_that_fails_fails_the_flush() -> None:
    session, pool, results = begun()
    feed(session, 30)
    pool.tickets[0].say(Msg.DONE, text="book a room")
    feed(session, 3)
    pool.tickets[1].say(Msg.FAILED, error="out of memory")
    assert (results[-1].failed, results[-1].epoch) == (True, 1)
    session.flush(2)
    await asyncio.sleep(0)
    assert (results[-1].failed, results[-1].epoch) == (True, 2)
    session.close()


def test_a_part_without_words_adds_nothing() -> None:
    said = SttResult("yes", True, 0.9, complete=True)
    nothing = SttResult("", True, understood=False, stt_ms=40.0)
    assert joined([nothing]) == nothing
    assert joined([said, nothing]) == SttResult("yes", True, 0.9, complete=True, stt_ms=40.0)
    assert not joined([said, said]).complete


def test_doubt_about_a_part_is_doubt_about_the_whole_and_what_breaks_off_last_hangs() -> None:
    sure = SttResult("two", True, 0.9, complete=True)
    unsure = SttResult("p", True, 0.6, doubtful=True, hanging=True, alternatives=("a",))
    whole = joined([sure, unsure])
    assert (whole.text, whole.confidence, whole.doubtful, whole.hanging) == ("two p", 0.6, True, True)
    assert whole.alternatives == ()  # of a part they are no alternatives to the whole
    assert not joined([sure, sure]).doubtful


async def test_doubt_comes_through_from_a_worker_and_the_lines_noise_goes_to_it() -> None:
    session, pool, results = begun()
    session.begin(4, None, noise_db=-38.5)
    feed(session, 3)
    assert pool.fields[-1]["noise_db"] == -38.5
    session.flush(5)
    pool.tickets[-1].say(
        Msg.DONE, text="half", doubtful=True, alternatives=["have"], hanging=True, understood=False
    )
    (final,) = results
    assert (final.doubtful, final.alternatives, final.hanging, final.epoch) == (True, ("have",), True, 5)
    session.close()


async def test_a_worker_is_told_of_other_languages_and_tells_which_it_was() -> None:
    results: list[SttResult] = []
    pool = FakePool()
    session = WorkerSttSession(cast(WorkerPool, pool), results.append, "en", among=("es",))
    session.begin(1)
    feed(session, 3)
    assert (pool.fields[-1]["language"], pool.fields[-1]["among"]) == ("en", ("es",))
    pool.tickets[-1].say(Msg.DONE, text="hola", language="es", language_probability=0.9)
    feed(session, 3)
    session.flush(2)
    pool.tickets[-1].say(Msg.DONE, text="buenas", language="es", language_probability=0.7)
    whole = results[-1]
    assert (whole.text, whole.language, whole.language_probability) == ("hola buenas", "es", 0.7)
    session.close()
