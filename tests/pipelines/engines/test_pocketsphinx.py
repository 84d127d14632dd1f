"""The real recogniser in its workers: grammars, partials, rejection, and the death of a worker."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from callers.voices import Voices
from mediaserver.media.leg import Frame
from mediaserver.media.resample import resample
from pipelines.conversation.own_words import own_words
from pipelines.conversation.spotting import listening_grammar
from pipelines.engines.grammars.jsgf_document import GrammarError
from pipelines.engines.protocols import Grammar, SttResult, SttSession
from pipelines.engines.stt.pocketsphinx import rejection
from pipelines.engines.stt.pocketsphinx.decoder import Decoders, is_wide
from pipelines.engines.stt.pocketsphinx.engine import PocketsphinxStt, check, check_grammar
from pipelines.engines.stt.pocketsphinx.lexicon import Lexicon
from pipelines.engines.stt.pocketsphinx.rejection import Against
from pipelines.engines.stt.pocketsphinx.rival import PIECE_BYTES
from pipelines.engines.stt.pocketsphinx.search import model_files
from pipelines.engines.stt.pocketsphinx.utterance import REPEATED_BYTES
from pipelines.engines.stt.pocketsphinx.worker import FIRST_BYTES
from pipelines.engines.tts.block_resample import BlockResampler
from pipelines.engines.tts.espeak.worker import Espeak
from pipelines.flows.booking import booking_flow
from pipelines.workers.spec import BACKGROUND_NICENESS, NICENESS
from tests.load.stt_corpus import Voice
from tests.load.stt_rejection import around, telephone
from tests.recordings import read_wav
from tests.testdata import TESTDATA

SPEECH = TESTDATA / "speech"
voices = pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")
recorded = pytest.mark.skipif(not SPEECH.is_dir(), reason="the shared recordings are not here")


def grammar(name: str, rule: str) -> Grammar:
    return Grammar(name, f"#JSGF V1.0;\ngrammar {name};\npublic <{name}> = {rule};\n")


PLACE = grammar("place", "[in] (mountain view | san francisco | london | paris)")
SAID = "san francisco"
"""What espeak-ng says and the recogniser understands reliably."""
TIME = grammar("time", "[at] (one | two | three | four) [thirty | fifteen] [a m | p m]")
LENGTH = grammar("length", "half an hour | an hour | two hours")
ANSWER = grammar("answer", "yes please | no thank you | maybe tomorrow")


def recording(name: str) -> Frame:
    return around(telephone(read_wav(SPEECH / f"{name}.wav")))


@lru_cache(maxsize=4)
def spoken(text: str) -> Frame:
    """A phrase made here, so that these tests run without recordings. (This process has one espeak.)"""
    espeak = Espeak()
    assert espeak.select("en-us", 0.9)
    audio, _ = espeak.say(text)
    stream = BlockResampler(espeak.rate)
    return around(np.concatenate([stream.process(audio), stream.flush()]))


class Listener:
    """Collects the results of one utterance."""

    def __init__(self) -> None:
        self.partials: list[SttResult] = []
        self.finals: list[SttResult] = []
        self._final = asyncio.Event()
        self._partial = asyncio.Event()

    def __call__(self, result: SttResult) -> None:
        if result.final:
            self.finals.append(result)
            self._final.set()
        else:
            self.partials.append(result)
            self._partial.set()

    async def partial(self) -> SttResult:
        async with asyncio.timeout(20):
            await self._partial.wait()
        return self.partials[-1]

    async def final(self) -> SttResult:
        async with asyncio.timeout(20):
            await self._final.wait()
        assert len(self.finals) == 1
        return self.finals[0]

    def clear(self) -> None:
        """For the next utterance."""
        self.partials, self.finals = [], []
        self._final.clear()
        self._partial.clear()


def final(decoders: Decoders, pcm: Frame, rules: Grammar, noise_db: float | None = None) -> dict[str, Any]:
    """As the worker has it."""
    data = pcm.tobytes()
    ear = decoders.listen({"name": rules.name, "jsgf": rules.jsgf}, data[:FIRST_BYTES], noise_db)
    ear.hear(data)
    found = ear.final()
    ear.close()
    return found


async def hear(stt: PocketsphinxStt, pcm: Frame, rules: Grammar | None) -> SttResult:
    listener = Listener()
    session = begun(stt, listener, rules)
    feed(session, pcm)
    session.flush(1)
    final = await listener.final()
    session.close()
    return final


def begun(stt: PocketsphinxStt, listener: Listener, rules: Grammar | None) -> SttSession:
    """A session in its first utterance."""
    session = stt.session(listener)
    session.begin(1, rules)
    return session


def feed(session: SttSession, pcm: Frame) -> None:
    for frame in pcm[: len(pcm) // 320 * 320].reshape(-1, 320):
        session.feed(frame)


def kill(stt: PocketsphinxStt) -> None:
    pid = stt.pool.workers[0].pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


@pytest.fixture
async def stt() -> AsyncIterator[PocketsphinxStt]:
    engine = PocketsphinxStt(workers=1, decoders=2)
    await engine.start()
    yield engine
    await engine.stop()


async def test_understands_a_sentence_of_the_grammar_with_partials(stt: PocketsphinxStt) -> None:
    listener = Listener()
    session = begun(stt, listener, PLACE)
    feed(session, spoken(SAID)[:16_000])
    partial = await listener.partial()  # while the utterance is still open
    feed(session, spoken(SAID)[16_000:24_000])
    assert set(partial.text.split()) & set(SAID.split())
    session.flush(1)
    final = await listener.final()
    assert final.text == SAID
    assert final.understood and final.complete and not final.extensible
    assert final.stt_ms > 0
    assert [word.text for word in final.words] == SAID.split()
    times = [time for word in final.words for time in (word.start_ms, word.end_ms)]
    assert times == sorted(times) and times[-1] <= len(spoken(SAID)) / 16


async def test_a_session_hears_one_utterance_after_the_other(stt: PocketsphinxStt) -> None:
    listener = Listener()
    session = stt.session(listener)
    for epoch, rules in ((1, PLACE), (2, TIME), (3, PLACE)):
        session.begin(epoch, rules)
        feed(session, spoken(SAID))
        session.flush(epoch)
        final = await listener.final()
        assert (final.epoch, final.text == SAID) == (epoch, rules is PLACE)
        assert {partial.epoch for partial in listener.partials} <= {epoch}
        listener.clear()
    session.close()
    session.close()
    assert stt.load == 0


async def test_after_a_resume_the_final_covers_the_whole_utterance(stt: PocketsphinxStt) -> None:
    listener = Listener()
    session = stt.session(listener)
    session.begin(1, PLACE)
    pcm = spoken(SAID)
    feed(session, pcm[:16_000])
    session.flush(1)  # in the middle of the words
    feed(session, pcm[16_000:17_600])  # the flush does not stop the line
    session.resume(2)
    feed(session, pcm[17_600:])
    session.flush(3)
    final = await listener.final()
    assert (final.text, final.epoch) == (SAID, 3)


async def test_an_abandoned_utterance_gives_no_result(stt: PocketsphinxStt) -> None:
    listener = Listener()
    session = stt.session(listener)
    session.begin(1, PLACE)
    feed(session, spoken(SAID))
    session.flush(1)
    session.abandon()
    session.feed(np.zeros(320, np.int16))
    session.flush(2)
    session.resume(3)
    assert stt.load == 0
    session.begin(4, PLACE)
    feed(session, spoken(SAID))
    session.flush(4)
    final = await listener.final()
    assert (final.text, final.epoch) == (SAID, 4)


async def test_an_utterance_that_failed_is_heard_again_on_resume(stt: PocketsphinxStt) -> None:
    listener = Listener()
    session = stt.session(listener)
    session.begin(1, grammar("unknown", "xyzzyq"))
    feed(session, spoken(SAID))
    assert (await listener.final()).failed
    listener.clear()
    session.flush(2)
    again = await listener.final()
    assert again.failed and again.epoch == 2
    listener.clear()
    session.begin(3, PLACE)
    feed(session, spoken(SAID)[:16_000])
    utterance = session._request
    assert utterance is not None
    utterance._give_up()
    assert (await listener.final()).failed
    listener.clear()
    session.resume(4)
    feed(session, spoken(SAID)[16_000:])
    session.flush(4)
    final = await listener.final()
    assert (final.text, final.epoch) == (SAID, 4)


async def test_a_flush_that_no_worker_answers_fails_when_turn_taking_stops_waiting(
    stt: PocketsphinxStt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stt, "_manifest", replace(stt.manifest, final_within_s=0.02))
    await stt.stop()
    listener = Listener()
    session = stt.session(listener)
    session.begin(1, PLACE)
    feed(session, spoken(SAID))
    session.flush(1)
    assert (await listener.final()).failed
    session.close()


async def test_two_grammars_at_once_do_not_mix(stt: PocketsphinxStt) -> None:
    pcm = spoken(SAID)
    one, two, three = await asyncio.gather(hear(stt, pcm, PLACE), hear(stt, pcm, TIME), hear(stt, pcm, PLACE))
    assert one.text == three.text == SAID
    assert one.confidence == pytest.approx(three.confidence, abs=0.05)
    assert two.text != one.text
    assert not two.understood or two.doubtful


async def test_silence_noise_and_clicks_are_not_understood(stt: PocketsphinxStt) -> None:
    rng = np.random.default_rng(3)
    click = np.zeros(16_000, np.int16)
    click[8000:8400] = rng.normal(0, 6000, 400).astype(np.int16)
    for pcm in (np.zeros(16_000, np.int16), rng.normal(0, 800, 16_000).astype(np.int16), click):
        for rules in (PLACE, TIME):
            final = await hear(stt, pcm, rules)
            assert not final.understood


async def test_an_utterance_without_audio_ends_as_not_understood(stt: PocketsphinxStt) -> None:
    listener = Listener()
    begun(stt, listener, PLACE).flush(1)
    assert not (await listener.final()).understood


async def test_a_cancelled_utterance_says_nothing_and_frees_its_decoder(stt: PocketsphinxStt) -> None:
    listener = Listener()
    for _ in range(5):
        session = begun(stt, listener, PLACE)
        feed(session, spoken(SAID)[:16_000])
        session.abandon()
        session.flush(1)
    final = await hear(stt, spoken(SAID), PLACE)
    assert final.text == SAID
    assert not listener.finals


async def test_a_wrong_grammar_ends_its_utterance_and_nothing_else(stt: PocketsphinxStt) -> None:
    for bad in (Grammar("bad", "nonsense"), grammar("unknown", "xyzzyq | plugh")):
        final = await hear(stt, spoken(SAID), bad)
        assert not final.understood
    final = await hear(stt, spoken(SAID), PLACE)
    assert final.text == SAID
    assert stt.restarts == 0


async def test_a_worker_killed_in_mid_utterance_costs_only_time(
    stt: PocketsphinxStt, monkeypatch: pytest.MonkeyPatch
) -> None:
    # How soon the next one is up is the machine's matter.
    monkeypatch.setattr(stt, "_manifest", replace(stt.manifest, final_within_s=20.0))
    listener = Listener()
    session = begun(stt, listener, PLACE)
    feed(session, spoken(SAID)[:16_000])
    await listener.partial()
    kill(stt)
    feed(session, spoken(SAID)[16_000:])
    session.flush(1)
    final = await listener.final()
    assert final.text == SAID
    assert stt.restarts == 1


async def test_a_worker_that_keeps_dying_gives_a_clear_result(stt: PocketsphinxStt) -> None:
    listener = Listener()
    session = begun(stt, listener, PLACE)
    for _ in range(2):
        assert await stt.pool.wait_room(10)
        listener._partial.clear()
        feed(session, spoken(SAID)[:16_000])
        await listener.partial()
        kill(stt)
        while stt.ready:  # noqa: ASYNC110 - the supervisor has no event for a worker's end
            await asyncio.sleep(0)
    final = await listener.final()
    assert final == SttResult("", final=True, understood=False, failed=True, stt_ms=final.stt_ms, epoch=1)


async def test_stopping_ends_running_utterances() -> None:
    stt = PocketsphinxStt(workers=1, decoders=1)
    await stt.start()
    pid = stt.pool.workers[0].pid
    listener = Listener()
    begun(stt, listener, PLACE).feed(np.zeros(320, np.int16))
    await stt.stop()
    assert not stt.ready
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@recorded
@pytest.mark.parametrize(
    ("name", "upto_s", "rules", "text"),
    [
        ("dialogflow-mountain_view", 0.5, PLACE, "mountain"),
        ("dialogflow-half_an_hour", 0.38, LENGTH, "half"),
        ("dialogflow-230pm", 1.22, TIME, "two thirty p"),
    ],
)
async def test_half_an_answer_is_not_taken_for_the_whole(
    stt: PocketsphinxStt, name: str, upto_s: float, rules: Grammar, text: str
) -> None:
    """A search that has nothing but whole sentences hears "view" in the silence."""
    whole = telephone(read_wav(SPEECH / f"{name}.wav"))
    final = await hear(stt, around(whole[: int(upto_s * 16_000)]), rules)
    assert (final.text, final.hanging, final.complete, final.understood) == (text, True, False, False)
    whole_final = await hear(stt, around(whole), rules)
    assert (whole_final.hanging, whole_final.complete) == (False, True)


@recorded
@pytest.mark.parametrize(
    ("name", "rules", "text", "other"),
    [
        ("dialogflow-mountain_view", PLACE, "mountain view", TIME),
        ("dialogflow-230pm", TIME, "two thirty p m", PLACE),
    ],
)
async def test_recorded_answers_over_the_telephone(
    stt: PocketsphinxStt, name: str, rules: Grammar, text: str, other: Grammar
) -> None:
    final = await hear(stt, recording(name), rules)
    assert (final.text, final.understood, final.complete) == (text, True, True)
    wrong = await hear(stt, recording(name), other)
    assert wrong.doubtful or not wrong.understood


@recorded
def test_the_same_words_are_less_sure_where_the_line_is_known_to_be_noisy() -> None:
    decoders = Decoders(1, {})
    pcm = recording("dialogflow-two_people")
    people = grammar("people", "(one | two | three | four | five | ten) (people | persons)")
    quiet = final(decoders, pcm, people)
    assert (quiet["text"], quiet["understood"], quiet["doubtful"]) == ("two people", True, False)
    noisy = final(decoders, pcm, people, noise_db=-24.0)
    assert noisy["text"] == "two people" and noisy["confidence"] < quiet["confidence"] - 0.03


@voices
def test_letters_are_seldom_taken_for_numbers(tmp_path: Path) -> None:
    """With a threshold alone three in four were."""
    decoders = Decoders(1, {})
    digits = grammar("digit", "zero | one | two | three | four | five | six | seven | eight | nine")
    heard = [
        final(decoders, around(telephone(Voice(voice, tmp_path).say(letter))), digits)
        for voice in ("slt", "rms")
        for letter in ("X.", "B.", "Q.", "W.", "L.", "D.")
    ]
    assert sum(each["understood"] and not each["doubtful"] for each in heard) <= len(heard) // 4


@pytest.mark.skipif(shutil.which("text2wave") is None, reason="festival is not installed")
def test_the_quiet_before_an_answer_is_no_part_of_it(tmp_path: Path) -> None:
    """Silence was so unlikely that "this" began in it, and nothing of "today" was left."""
    room = np.random.default_rng(1).normal(0, 16, 40_000).astype(np.int16)
    pcm = np.concatenate([np.zeros(7_000, np.int16), Voice("ked", tmp_path).say("today")])
    days = booking_flow().questions.of(date(2026, 11, 22))["day"].own_grammar
    heard = final(Decoders(1, {}), telephone(pcm + room[: len(pcm)]), days)
    assert (heard["text"], heard["understood"]) == ("today", True)


@voices
@pytest.mark.parametrize("quiet", [800, 3_000])
def test_who_says_two_people_after_a_pause_is_not_taken_for_thirteen(tmp_path: Path, quiet: int) -> None:
    """The quiet before "two" fitted the beginning of "thirteen" better than itself."""
    said = Voices(tmp_path).say("two people", "slt").samples
    pcm = np.concatenate([np.zeros(quiet), said, np.zeros(800)])
    pcm += np.random.default_rng(2).normal(0, 16, len(pcm))
    line = telephone(resample(pcm.astype(np.int16), 8_000, 16_000).astype(np.int16))
    people = booking_flow().questions.of(date(2026, 11, 22))["people"]
    heard = final(Decoders(1, {}), line, people.own_grammar)
    assert (heard["text"], heard["understood"]) == ("two people", True)
    begins, ends = quiet / 8, (quiet + len(said)) / 8
    assert begins < heard["words"][0][1] < heard["words"][-1][2] < ends, "they lie where they were said"


@voices
def test_okay_is_told_from_wait_where_only_the_choice_between_them_is_asked(tmp_path: Path) -> None:
    """Alone neither is sure enough to be understood."""
    decoders, words = Decoders(1, {}), own_words("en")
    rules = listening_grammar(words)
    document = {"name": rules.name, "jsgf": rules.jsgf, "choice": rules.choice}
    for voice in ("rms", "awb"):
        for said in ("okay", "right", "stop", "wait", "no", "hello"):
            data = telephone(around(Voice(voice, tmp_path).say(said))).tobytes()
            ear = decoders.listen(document, data[:FIRST_BYTES])
            ear.hear(data)
            heard = ear.final()
            ear.close()
            listens = heard["understood"] and heard["text"] in words.spotted
            assert listens == (said in ("okay", "right")), (voice, said, heard)


def made_while_idle(decoders: Decoders) -> int:
    """How often something was left to be made."""
    times = 0
    while decoders.wanting:
        decoders.make_next()
        times += 1
    return times


def test_who_says_okay_does_not_wait_until_a_decoder_has_learnt_the_choice() -> None:
    """It is compiled while nothing else is to be done, by each that may be asked."""
    decoders = Decoders(2, {})
    made_while_idle(decoders)
    document = {"name": "place", "jsgf": PLACE.jsgf, "choice": True}
    decoders.listen(document, bytes(FIRST_BYTES)).close()
    assert made_while_idle(decoders) == 1
    assert all(pair.knows("place", PLACE.jsgf) for pair in decoders._idle)


def test_what_one_caller_said_before_does_not_colour_what_the_next_one_says() -> None:
    """A decoder keeps what it learned of one line's noise unless it is told not to."""
    decoders = Decoders(1, {})
    fresh = final(decoders, spoken(SAID), PLACE)
    loud = np.random.default_rng(2).normal(0, 3_000, 32_000).astype(np.int16)
    final(decoders, loud, PLACE)
    assert final(decoders, spoken(SAID), PLACE) == fresh


def test_rivals_are_looked_for_while_nothing_else_is_to_be_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the answer is the same as when they are looked for at the end, which takes longer."""
    monkeypatch.setattr(rejection, "ENOUGH", dict.fromkeys(Against, 1.1))
    decoders = Decoders(2, {})
    pcm = spoken(SAID).tobytes()
    asked = [decoders.listen({"name": "place", "jsgf": PLACE.jsgf}, pcm[:FIRST_BYTES]) for _ in range(2)]
    for at in range(0, len(pcm), 1_920):
        for ear in asked:  # both want the one search; who comes second is served later
            ear.hear(pcm[at : at + 1_920])
            ear.muse()
    while any([ear.muse() for ear in asked]):
        pass
    assert all(asked[0].rival(against) is not None for against in Against)
    both = [ear.final() for ear in asked]
    for ear in asked:
        ear.close()
    assert both[0]["text"] == both[1]["text"] == SAID
    assert both[0]["confidence"] == pytest.approx(both[1]["confidence"], abs=0.05)


def test_finals_that_are_weighed_by_turns_take_no_search_from_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rejection, "ENOUGH", dict.fromkeys(Against, 1.1))
    decoders = Decoders(2, {})
    pcm = spoken(SAID).tobytes()
    at_once = final(decoders, spoken(SAID), PLACE)
    ears = [decoders.listen({"name": "place", "jsgf": PLACE.jsgf}, pcm[:FIRST_BYTES]) for _ in range(2)]
    for ear in ears:
        ear.hear(pcm)
    turns, pieces = [0, 0], len(pcm) // PIECE_BYTES + 3
    while not all([ear.weigh() for ear in ears]):
        turns = [count + (ear.rival(Against.ALL) is None) for count, ear in zip(turns, ears, strict=True)]
        assert max(turns) < 5 * pieces
    assert turns[0] <= 3 * pieces < turns[1], "many short turns, two comparisons each, one after the other"
    assert [ear.final() for ear in ears] == [at_once, at_once]
    for ear in ears:
        ear.close()


@pytest.mark.parametrize(("enough", "doubtful"), [(1.0, True), (0.0, False)])
def test_what_there_was_no_time_to_compare_is_not_sure_unless_it_fits_very_well(
    monkeypatch: pytest.MonkeyPatch, enough: float, doubtful: bool
) -> None:
    monkeypatch.setattr(rejection, "ENOUGH", dict.fromkeys(Against, 1.1))
    monkeypatch.setattr("pipelines.engines.stt.pocketsphinx.utterance.SURE_AS_IT_STANDS", enough)
    decoders = Decoders(1, {})
    pcm = spoken(SAID).tobytes()
    ear = decoders.listen({"name": "place", "jsgf": PLACE.jsgf}, pcm[:FIRST_BYTES])
    ear.hear(pcm)
    hurried = ear.final(hurry=True)
    assert hurried["understood"] and hurried["doubtful"] is doubtful
    assert ear.rival(Against.GRAMMAR) is None
    ear.close()


def test_what_is_heard_once_more_in_a_hurry_keeps_no_other_caller_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "pipelines.engines.stt.pocketsphinx.utterance.quiet_within_first", lambda words, phones: 24
    )
    decoders = Decoders(1, {})
    pcm = spoken(SAID).tobytes()
    ear = decoders.listen({"name": "place", "jsgf": PLACE.jsgf}, pcm[:FIRST_BYTES])
    ear.hear(pcm)
    pieces = 0
    while not ear.weigh(hurry=True):
        pieces += 1
    assert pieces >= len(pcm) // REPEATED_BYTES
    assert ear.final(hurry=True)["text"] == SAID and ear.rival(Against.GRAMMAR) is None
    ear.close()


def test_an_answer_that_is_sure_does_not_wait_for_a_rival() -> None:
    decoders = Decoders(1, {})
    pcm = spoken(SAID).tobytes()
    ear = decoders.listen({"name": "place", "jsgf": PLACE.jsgf}, pcm[:FIRST_BYTES])
    ear.hear(pcm)
    assert not ear.muse()
    assert ear.final()["understood"] and ear.rival(Against.GRAMMAR) is None
    ear.close()


@recorded
async def test_general_model_without_a_grammar(stt: PocketsphinxStt) -> None:
    whole = np.frombuffer((SPEECH / "goforward.raw").read_bytes(), np.int16)
    final = await hear(
        stt, whole[4_800:], None
    )  # from 200 ms before the first word, as an endpointer cuts it
    assert final.text == "go forward ten meters"
    assert final.understood


@recorded
def test_tells_a_telephone_from_a_microphone() -> None:
    wide = around(read_wav(SPEECH / "dialogflow-today.wav"))
    assert is_wide(wide.tobytes())
    assert not is_wide(telephone(wide).tobytes())
    assert not is_wide(bytes(FIRST_BYTES))
    assert not is_wide(b"")
    faint = np.random.default_rng(4).normal(0, 20, 16_000).astype(np.int16)
    assert not is_wide(telephone(faint).tobytes())  # the rounding to 16 bits is all that is above 5 kHz


def test_grammars_are_kept_and_the_oldest_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.engines.stt.pocketsphinx.decoder.GRAMMARS_KEPT", 2)
    decoders = Decoders(1, {"foobaz": "F UW B AE Z"})
    pcm = spoken(SAID).tobytes()
    for rules in (PLACE, TIME, ANSWER, grammar("made", "foobaz"), PLACE):
        ear = decoders.listen({"name": rules.name, "jsgf": rules.jsgf}, pcm[:FIRST_BYTES])
        ear.hear(pcm)
        final = ear.final()
        ear.close()
        assert (final["text"] == SAID) == (rules is PLACE)


def test_a_decoder_for_grammars_knows_their_words_alone() -> None:
    """The whole dictionary is 27 MB in each of a worker's eight decoders."""
    decoders = Decoders(4, {})
    before = resident_mb()
    for _ in range(4):
        decoders.make_next_grammar()
    assert resident_mb() - before < 100
    ear = decoders.listen({"name": PLACE.name, "jsgf": PLACE.jsgf}, bytes(FIRST_BYTES))
    known = ear._pair.words.lookup_word
    assert known("paris") and known("mountain") and known("zebra") is None


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def test_the_lexicon_has_each_way_to_say_a_word() -> None:
    lexicon = Lexicon(model_files()["dict"])
    assert lexicon.pronunciations("read") == [("read", "R EH D"), ("read(2)", "R IY D")]
    assert lexicon.pronunciations("PARIS")[0][0] == "paris"
    assert [len(lexicon.pronunciations(word)) for word in ("a", "'bout", "i'd")] == [2, 1, 1]
    for nowhere in ("", "xyzzyq", "reax", "read(", "read(2", "r\n", "é"):
        assert lexicon.pronunciations(nowhere) == []
    words = model_files()["dict"].read_text().splitlines()
    for line in (words[0], words[len(words) // 2], words[-1]):
        label, _, phones = line.partition(" ")
        assert (label, phones) in lexicon.pronunciations(label.partition("(")[0])


def test_unknown_words_are_named() -> None:
    assert check_grammar(PLACE) == []
    odd = grammar("odd", "yes | xyzzyq | plugh <tail>; <tail> = no")
    assert check_grammar(odd) == ["plugh", "xyzzyq"]
    assert check_grammar(odd, {"plugh": "P L AH G"}) == ["xyzzyq"]
    with pytest.raises(GrammarError):
        check_grammar(Grammar("none", "hello"))


def test_check_finds_the_models() -> None:
    assert check().ready


def test_a_package_without_its_models_is_told_with_how_to_mend_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "pocketsphinx").mkdir()
    (tmp_path / "pocketsphinx" / "__init__.py").touch()
    monkeypatch.delitem(sys.modules, "pocketsphinx", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    found = check()
    assert not found.ready
    assert "model file" in found.lacks and "pip install --force-reinstall" in found.lacks


def test_for_recordings_it_gives_way_and_makes_no_decoders_of_grammars_to_spare() -> None:
    spec = PocketsphinxStt(1, background=True).pool.spec
    assert spec.niceness == BACKGROUND_NICENESS and spec.options["decoders"] == 1
    assert str(BACKGROUND_NICENESS) in spec.command(9)
    assert PocketsphinxStt(1).pool.spec.niceness == NICENESS
