"""A started server with accounts at Vonage, Plivo and Exotel, stood in for: whole calls, with their webhooks
and their audio as they go over the wire.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import aiohttp
import pytest

from mediaserver.media.resample import resample
from mediaserver.media.time import SAMPLE_RATE
from tests.peers.conftest import ServerProcess, running_server
from tests.providers.matrix import Feature, Who, shows
from tests.providers.parties import (
    CALLS,
    OURS,
    ExotelParty,
    Party,
    PlivoParty,
    VonageParty,
    is_heard,
    says,
    tone,
)
from tests.recordings import read_wav
from tests.standins.exotel import Exotel
from tests.standins.plivo import Plivo
from tests.standins.provider import StandIn, serving
from tests.standins.vonage import Vonage
from tests.testdata import TESTDATA

SPEECH = TESTDATA / "speech" / "librivox-0890.wav"
TOML = '[fetch]\nallow = ["127.0.0.1"]\n'
"""The stand-ins are on this machine."""


@dataclass(frozen=True)
class Pair:
    party: type[Party]
    standin: type[StandIn]


VONAGE, PLIVO, EXOTEL = Pair(VonageParty, Vonage), Pair(PlivoParty, Plivo), Pair(ExotelParty, Exotel)


def each(*features: Feature, but: tuple[Feature, ...] = ()) -> pytest.MarkDecorator:
    """With each of the three. `but`: what Exotel has not."""
    exotel = tuple(feature for feature in features if feature not in but)
    return pytest.mark.parametrize(
        "party",
        [
            pytest.param(VONAGE, id="vonage", marks=shows(Who.VONAGE, *features)),
            pytest.param(PLIVO, id="plivo", marks=shows(Who.PLIVO, *features)),
            pytest.param(EXOTEL, id="exotel", marks=shows(Who.EXOTEL, *exotel)),
        ],
        indirect=True,
    )


@pytest.fixture(scope="module")
def served() -> Iterator[ServerProcess]:
    for server in running_server("127.0.0.74", TOML):
        server.ask("POST", "/api/telephony/routes", {"pattern": OURS, "agent": "echo"})
        yield server


@pytest.fixture
async def party(request: pytest.FixtureRequest, served: ServerProcess) -> AsyncIterator[Party]:
    pair: Pair = request.param
    async with serving(pair.standin()) as standin, aiohttp.ClientSession() as http:
        party = pair.party(served, http, standin)
        async with party.account():
            yield party


@each(Feature.CALLS_IN, Feature.HANGS_UP, but=(Feature.HANGS_UP,))
async def test_somebody_calls_in_is_heard_and_hangs_up(party: Party) -> None:
    line = await party.rings(str(uuid.uuid4()))
    async with party.streamed(line) as client:
        client.end.says = tone(party.side.format)
        await party.until(lambda: is_heard(client.end), "an echo")
        mine = await party.reached("answered")
        await client.hang_up()
    assert await party.ended(line.ref, "completed") == 200
    over = await party.reached("ended")

    assert (mine["direction"], mine["app"]) == ("inbound", "echo")
    assert over["ended_by"] == "caller"


@each(Feature.CALLS_OUT, Feature.HANGS_UP, but=(Feature.HANGS_UP,))
async def test_the_server_calls_out_and_hangs_up(party: Party) -> None:
    made = await party.calls_out("echo")
    line = await party.answered(ref := await party.ordered())
    async with party.streamed(line) as client:
        client.end.says = tone(party.side.format)
        await party.until(lambda: is_heard(client.end), "an echo")
        await party.ask("DELETE", f"{CALLS}/{made}")
        await party.until(lambda: party.hung_up(ref), "a hang-up")
        await client.closed()
    await party.ended(ref, "completed")
    over = await party.reached("ended")

    assert over["id"] == made and over["answered_at"] is not None


@pytest.mark.parametrize("why", ["busy", "no answer"])
@each(Feature.UNANSWERED)
async def test_who_is_not_reached_is_told_as_that(party: Party, why: str) -> None:
    await party.calls_out("echo")
    ref = await party.ordered()

    assert await party.ended(ref, party.states[why]) == 200

    assert (await party.reached("ended"))["why"] == why


@each(Feature.BARGE_IN)
@pytest.mark.skipif(not SPEECH.exists(), reason="recorded speech is not there")
async def test_who_speaks_while_the_agent_does_empties_the_buffer(party: Party) -> None:
    await party.calls_out("demo")
    line = await party.answered(ref := await party.ordered())
    async with party.streamed(line) as client:
        await party.until(lambda: client.end.ahead_ms > 0, "a word of the agent's")
        fmt = client.end.side.format
        client.end.says = says(fmt, resample(read_wav(SPEECH), SAMPLE_RATE, fmt.rate))
        await party.until(lambda: client.end.clears, "a clear")
        await client.hang_up()
    await party.ended(ref, "completed")
    await party.reached("ended")


@each(Feature.FORGED)
async def test_who_is_not_the_provider_rings_nobody(party: Party) -> None:
    assert await party.forged() == 403

    assert party.server.ids() == party.known
