"""Recordings that a provider has made come into their calls, whole or not at all."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.storage.records import RecordingMade
from providers.calls import recordings
from providers.calls.recordings import RecordedCall, RecordingKeeper
from providers.provider import RecordingReport
from providers.told_once import told_once
from tests.providers.calls.telephony import Telephony
from tests.providers.fake_provider import incoming, token_of

CALL = UUID(int=7)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
READY = RecordingReport("RE1", "in-1", True)


def wav(seconds: float = 0.5) -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(bytes(round(seconds * 8_000) * 4))
    return made.getvalue()


@dataclass
class Keeping:
    telephony: Telephony
    folder: Path
    recorded: bool = False
    known: bool = True
    waited: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keeper = RecordingKeeper(self.telephony.calls, self.folder, self._lookup, self._sleep)

    async def _lookup(self, account: str, ref: str) -> RecordedCall | None:
        return RecordedCall(CALL, NOON, self.recorded) if self.known and ref == "in-1" else None

    async def _sleep(self, seconds: float) -> None:
        self.waited.append(seconds)

    async def told(self, report: RecordingReport = READY) -> list[RecordingMade]:
        self.keeper.reported("main", report)
        return await self._done()

    async def later(self, seconds: float = 300.0) -> list[RecordingMade]:
        """What is due until then has come."""
        self.telephony.means.pass_by(seconds)
        return await self._done()

    async def _done(self) -> list[RecordingMade]:
        while self.telephony.means.tasks:
            await next(iter(self.telephony.means.tasks))
        return self.telephony.bench.sink.of(RecordingMade)

    def content(self, made: RecordingMade) -> bytes:
        return Path(made.path).read_bytes()

    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def keeping(telephony: Telephony, tmp_path: Path) -> Keeping:
    found = wav()
    telephony.provider.recordings["RE1"] = [found[:1_000], found[1_000:]]
    return Keeping(telephony, tmp_path / "kept")


async def test_it_is_fetched_whole_into_its_call(keeping: Keeping) -> None:
    (made,) = await keeping.told()
    assert made.call_id == CALL and keeping.content(made) == wav()
    assert made.size_bytes == len(wav()) and made.seconds == pytest.approx(0.5)
    assert keeping.files() == [f"{CALL}.provider.wav"]
    assert keeping.telephony.provider.deleted == []
    assert len(await keeping.told()) == 1, "told twice, fetched once"


async def test_it_is_deleted_there_where_the_account_wants_that(tmp_path: Path) -> None:
    telephony = await Telephony(tmp_path, {"main": {"delete_recordings": True}}).ready()
    telephony.provider.recordings["RE1"] = [wav()]
    assert await Keeping(telephony, tmp_path / "kept").told()
    assert telephony.provider.deleted == ["RE1"]
    await telephony.close()


@pytest.mark.parametrize("why", ["we have recorded it", "no call of ours", "it failed there"])
async def test_what_is_not_wanted_is_not_fetched(keeping: Keeping, why: str) -> None:
    keeping.recorded, keeping.known = why == "we have recorded it", why != "no call of ours"
    report = RecordingReport("RE1", "in-1", why != "it failed there", detail="absent")
    assert await keeping.told(report) == [] == keeping.files()


@pytest.mark.parametrize("why", ["no WAV", "too long", "refused", "gone in the middle", "no room"])
async def test_no_half_file_is_left(keeping: Keeping, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = keeping.telephony.provider
    match why:
        case "no WAV":
            provider.recordings["RE1"] = [b"ID3\x04 an MP3"]
        case "too long":
            monkeypatch.setattr(recordings, "MOST_BYTES", 500)
        case "no room":
            monkeypatch.setattr(recordings, "FREE_BYTES", 1 << 60)
        case "refused":
            provider.fails["fetch_recording"] = TelephonyError("404", ProviderFault.REFUSED)
        case _:
            provider.recordings["RE1"] = [wav()[:30]]
    assert await keeping.told() == [] == keeping.files()


async def test_a_provider_that_is_down_is_asked_again(keeping: Keeping) -> None:
    keeping.telephony.provider.fails["fetch_recording"] = TelephonyError("503", ProviderFault.DOWN)
    assert await keeping.told() == [] and len(keeping.waited) == 2


async def test_what_could_not_be_had_is_fetched_later(keeping: Keeping) -> None:
    fails = keeping.telephony.provider.fails
    fails["fetch_recording"] = TelephonyError("503", ProviderFault.DOWN)
    assert await keeping.told() == [] == await keeping.later(), "still down"
    del fails["fetch_recording"]
    assert await keeping.told() == [], "it is told again, and is being seen to already"
    assert len(await keeping.later()) == 1
    assert len(await keeping.later()) == 1, "and no more"


@pytest.mark.parametrize("fault", [ProviderFault.DOWN, ProviderFault.REFUSED])
async def test_what_was_given_up_is_fetched_when_it_is_told_in_the_same_words(
    keeping: Keeping, fault: ProviderFault
) -> None:
    desk, fails = keeping.telephony.desk, keeping.telephony.provider.fails
    fails["fetch_recording"] = TelephonyError("no", fault)
    report = replace(READY, key="as it was signed")
    with told_once(desk, report.key) as first:
        assert first and await keeping.told(report) == []
    if fault is ProviderFault.DOWN:
        with told_once(desk, report.key) as first:
            assert not first, "it is tried again anyway"
        for pause_s in recordings.LATER_S:
            assert await keeping.later(pause_s) == []
    del fails["fetch_recording"]
    assert await keeping.later(60.0) == [], "it was given up"
    with told_once(desk, report.key) as first:
        assert first
    assert len(await keeping.told(report)) == 1


async def test_one_that_stays_there_is_kept_here(tmp_path: Path) -> None:
    telephony = await Telephony(tmp_path, {"main": {"delete_recordings": True}}).ready()
    telephony.provider.recordings["RE1"] = [wav()]
    telephony.provider.fails["delete_recording"] = TelephonyError("503", ProviderFault.DOWN)
    keeping = Keeping(telephony, tmp_path / "kept")
    assert len(await keeping.told()) == 1 == len(await keeping.later())
    await telephony.close()


async def test_what_a_run_that_died_has_left_is_removed(keeping: Keeping) -> None:
    half = keeping.folder / "2026-11-23" / f"{CALL}.provider.wav.half"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"x")
    keeping.keeper.clear()
    assert keeping.files() == []


async def test_calls_in_are_recorded_there_where_the_account_says_so(tmp_path: Path) -> None:
    telephony = await Telephony(tmp_path, {"main": {"record": True}}).ready()
    decision = await telephony.desk.incoming(incoming(), 5.0)
    assert telephony.provider.recording == []
    await telephony.stream(telephony.carried, token_of(decision))
    assert telephony.provider.recording == ["in-1"]
    await telephony.close()
