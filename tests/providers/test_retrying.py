from __future__ import annotations

import logging

import pytest

from mediaserver.errors import ProviderFault, TelephonyError
from providers.retrying import LONGEST_S, retried, wait_s


class Asked:
    """Answers with these, in turn; notes how long it was waited between."""

    def __init__(self, *answers: str | TelephonyError) -> None:
        self.answers = list(answers)
        self.waited: list[float] = []
        self.asked = 0

    async def ask(self) -> str:
        self.asked += 1
        answer = self.answers.pop(0)
        if isinstance(answer, TelephonyError):
            raise answer
        return answer

    async def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)

    async def all(self, account: str = "main", within_s: float = 20.0) -> str:
        return await retried(self.ask, account=account, within_s=within_s, sleep=self.sleep, draw=lambda: 0.0)


DOWN = TelephonyError("503", ProviderFault.DOWN)


async def test_it_is_asked_again_while_it_is_down() -> None:
    asked = Asked(DOWN, DOWN, "yes")
    assert await asked.all() == "yes"
    assert asked.waited == [pytest.approx(0.3), pytest.approx(0.6)]


async def test_retry_after_is_honoured() -> None:
    asked = Asked(TelephonyError("429", ProviderFault.LIMIT, after_s=4.0), "yes")
    assert await asked.all() == "yes"
    assert asked.waited == [pytest.approx(4.0)]


async def test_one_that_asks_to_wait_longer_than_there_is_time_is_not_waited_for() -> None:
    asked = Asked(TelephonyError("429", ProviderFault.LIMIT, after_s=60.0), "yes")
    with pytest.raises(TelephonyError):
        await asked.all(within_s=20.0)
    assert asked.asked == 1 and not asked.waited


@pytest.mark.parametrize("kind", [ProviderFault.KEY, ProviderFault.REFUSED, ProviderFault.QUOTA])
async def test_what_another_try_does_not_mend_is_asked_once(kind: ProviderFault) -> None:
    asked = Asked(TelephonyError("no", kind), "yes")
    with pytest.raises(TelephonyError):
        await asked.all()
    assert asked.asked == 1


async def test_what_may_have_been_done_is_never_asked_for_again() -> None:
    asked = Asked(TelephonyError("lost", ProviderFault.DOWN, maybe=True), "twice!")
    with pytest.raises(TelephonyError):
        await asked.all()
    assert asked.asked == 1


async def test_after_so_many_tries_the_last_error_is_raised() -> None:
    asked = Asked(DOWN, DOWN, TelephonyError("the last", ProviderFault.DOWN), "yes")
    with pytest.raises(TelephonyError, match="the last"):
        await asked.all()


async def test_an_outage_is_told_once_and_its_end_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "providers.retrying")
    for _ in range(3):
        with pytest.raises(TelephonyError):
            await Asked(DOWN, DOWN, DOWN).all("told-once")
    assert await Asked("yes").all("told-once") == "yes"
    assert await Asked("yes").all("told-once") == "yes"
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2 and "does not answer" in said[0] and "answers again" in said[1]


def test_waits_grow_to_a_limit_and_are_spread() -> None:
    assert wait_s(50, None, lambda: 0.0) == LONGEST_S
    assert wait_s(1, None, lambda: 1.0) == pytest.approx(0.15)
    assert wait_s(1, 0.01, lambda: 0.0) == pytest.approx(0.3), "never at once, whatever it asks for"
