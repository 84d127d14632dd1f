"""Parts of `voiceforge simulate` that need no call: a canary's alerts, and agents in a persona's world."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from uuid import UUID

import pytest

from callers.simulated.canary import CanaryAlert
from callers.simulated.persona import Persona
from cli.simulate.canary import _tell, _write
from cli.simulate.served import served_agent, written
from mediaserver.errors import FetchError, FetchFault
from mediaserver.fetching.answer import FetchAnswer
from mediaserver.fetching.protocols import Fetcher, Reached
from mediaserver.fetching.request import FetchRequest
from mediaserver.fetching.secrets import Masking
from pipelines.conversation.agent import Answered
from pipelines.conversation.text import TextConversation
from tests.cli.test_simulate_by_phone import DOOR, caller

ALERT = CanaryAlert(True, "booking", "ann", ("mute",), 1, "2026-11-22T20:00:00+00:00")
URL = "https://alerts.example.com/hook"


class Fetches:
    """Answers with a status, or fails."""

    def __init__(self, status: int) -> None:
        self.asked: list[FetchRequest] = []
        self._status = status

    async def fetch(self, request: FetchRequest, masking: Masking | None = None) -> FetchAnswer:
        self.asked.append(request)
        if not self._status:
            raise FetchError("it took too long", FetchFault.TIMEOUT)
        return FetchAnswer(self._status, {}, b"", 5)

    async def reachable(self, url: str) -> Reached:
        raise AssertionError("nobody asks")


async def test_an_alert_is_posted_as_json() -> None:
    fetcher = Fetches(204)
    await _tell(_as_fetcher(fetcher), URL, ALERT)
    (request,) = fetcher.asked
    assert (request.url, request.method) == (URL, "POST")
    assert json.loads(request.body) == ALERT.as_dict()


@pytest.mark.parametrize(("status", "said"), [(500, "answered 500"), (0, "it took too long")])
async def test_an_alert_that_reaches_nobody_is_logged(
    status: int, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        await _tell(_as_fetcher(Fetches(status)), URL, ALERT)
    assert said in caplog.text and "nobody could be told" in caplog.text


def _as_fetcher(fetches: Fetches) -> Fetcher:
    return fetches


def test_figures_that_cannot_be_written_stop_no_canary(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _write(tmp_path / "x.prom", "a 1\n")
    assert [each.name for each in tmp_path.iterdir()] == ["x.prom"]
    _write(tmp_path / "gone" / "x.prom", "a 1\n")
    assert "cannot write" in caplog.text


async def test_a_served_agent_lives_in_its_personas_world(tmp_path: Path) -> None:
    path = tmp_path / "0.json"
    world = {"now": "2026-11-23T10:00", "about": {"day": "@today"}}
    persona = Persona.model_validate({**caller("ann", 3, 3), "world": world})
    written(path, DOOR, {}, persona)
    agent = served_agent(UUID(int=1), str(path))
    assert (await TextConversation(agent, UUID(int=1)).tell(Answered())).text == "Your number?"
