"""What Asterisk tells, and after a time when it did not: nothing is left behind."""

from __future__ import annotations

import pytest

from providers.call_state import CallState
from tests.providers.asterisk.ari_world import BRIDGE, CALLER, World
from tests.providers.asterisk.bench import until
from tests.providers.bench import CONNECT
from tests.providers.matrix import Feature, Who, shows
from tests.standins.asterisk.ari import PASSWORD


@shows(Who.ARI, Feature.RECONCILED)
async def test_calls_are_compared_with_its_own_list(ready: World) -> None:
    ready.desk.decision = CONNECT
    await ready.there.call_in(CALLER)
    await ready.connected()
    ready.there.channels["other"] = {"id": "other", "state": "Up"}
    assert [each.ref for each in await ready.provider.live_calls()] == [CALLER]
    found = await ready.provider.call(CALLER)
    assert found is not None and found.state is CallState.IN_PROGRESS
    assert await ready.provider.call("gone") is None


@shows(Who.ARI, Feature.LOST_STREAM)
async def test_what_ended_while_events_were_away_is_told_and_leftovers_are_let_go(ready: World) -> None:
    ready.desk.decision = CONNECT
    await ready.there.call_in(CALLER)
    await ready.connected()
    await ready.there.drop_listeners()
    del ready.there.channels[CALLER]
    ready.there.channels |= {"vf-media-old": {"id": "vf-media-old"}, "waits": {"id": "waits"}}
    ready.there.bridges["vf-old"] = set()
    ready.there.asked.clear()
    await until(ready.there.listened.is_set)
    await until(lambda: CallState.COMPLETED in ready.states)
    await until(lambda: "vf-old" not in ready.there.bridges and "vf-media-old" not in ready.there.channels)
    await until(lambda: ("POST", "/channels/waits/continue", {}) in ready.there.asked)
    assert any("closed" in each for each in ready.troubles)


@pytest.mark.parametrize(
    "event",
    [
        "{",
        "[]",
        '{"type": 5}',
        '{"type": "StasisStart"}',
        '{"type": "StasisStart", "channel": {"id": "x", "caller": 5}}',
    ],
)
@shows(Who.ARI, Feature.BAD_MESSAGES)
async def test_an_event_that_makes_no_sense_harms_no_other(ready: World, event: str) -> None:
    for socket in ready.there.listeners:
        await socket.send_str(event)
    await until(ready.there.listened.is_set)
    ready.desk.decision = CONNECT
    ready.there.listened.clear()
    if event == "{":  # no JSON: the connection begins anew
        await until(ready.there.listened.is_set)
        await until(lambda: ready.troubles[-1] == "")
    await ready.there.call_in(CALLER)
    await ready.connected()


@shows(Who.ARI, Feature.REVOKED)
async def test_who_cannot_be_connected_with_a_revoked_password_waits_for_nobody(ready: World) -> None:
    """Asterisk keeps the WebSocket of events open, but takes no request. It is left once nobody talks by it,
    so that the dialplan of who calls next goes on; with the password who waits goes on, too."""
    ready.desk.decision = CONNECT
    await ready.there.call_in(CALLER)
    leg = await ready.connected()
    await until(lambda: len(ready.there.bridges.get(BRIDGE, ())) == 2)
    ready.there.password = "another"
    await ready.there.call_in("1795.2")
    await until(lambda: CallState.FAILED in ready.states)
    assert leg.termination is None and ready.there.listeners
    await ready.there.ends(CALLER)
    await until(lambda: not ready.there.listeners)
    await until(lambda: "password of ari.conf" in ready.troubles[-1])
    assert ready.states[-1] is CallState.COMPLETED
    ready.there.password = PASSWORD
    await until(lambda: ("POST", "/channels/1795.2/continue", {}) in ready.there.asked)
    await ready.quiet()
