"""Settings of an account of an Asterisk, its check, and how its calls end."""

from __future__ import annotations

import pytest
from pydantic import SecretStr, ValidationError

from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.fetching.address_rule import AddressRule
from mediaserver.fetching.client import GuardedClient
from providers.asterisk.causes import end_of
from providers.asterisk.kind import KIND
from providers.call_state import CallState
from providers.kind import Account, Surroundings
from providers.provider import Capability
from tests.providers.asterisk.ari_world import CALLER, World, account
from tests.providers.asterisk.bench import until
from tests.providers.bench import CONNECT, order
from tests.providers.matrix import Feature, Who, shows
from tests.standins.asterisk.ari import PASSWORD


async def test_an_asterisk_without_the_websocket_channel_is_told(ready: World) -> None:
    ready.there.modules.discard("chan_websocket.so")
    ready.desk.decision = CONNECT
    await ready.there.call_in(CALLER)
    await until(lambda: ready.states and ready.states[-1] is CallState.FAILED)
    assert "chan_websocket" in ready.desk.reports[-1].detail
    found = {each.name: each.ok for each in await ready.provider.check()}
    assert found == {
        "asterisk": True, "module chan_websocket.so": False, "module app_stasis.so": True, "events": True,
    }  # fmt: skip


@pytest.mark.parametrize("world", [{"password": SecretStr("wrong")}], indirect=True)
@shows(Who.ARI, Feature.REVOKED)
async def test_a_wrong_password_is_told(world: World) -> None:
    await until(lambda: world.troubles)
    assert "password of ari.conf" in world.troubles[0]
    (finding,) = await world.provider.check()
    assert not finding.ok and "ari.conf" in finding.detail + finding.mend
    with pytest.raises(TelephonyError) as refused:
        await world.provider.live_calls()
    assert refused.value.kind is ProviderFault.KEY
    assert PASSWORD not in str(refused.value) and "wrong" not in str(refused.value)


@pytest.mark.parametrize("world", [{"endpoint": ""}], indirect=True)
async def test_without_an_endpoint_nobody_is_called(world: World) -> None:
    assert Capability.PLACE not in world.provider.capabilities
    with pytest.raises(TelephonyError, match="endpoint"):
        await world.provider.place(order(account("http://127.0.0.1:1").format))
    for refused in (world.provider.numbers(), world.provider.send_message("+49", "", "", "")):
        with pytest.raises(TelephonyError):
            await refused


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "ftp://192.0.2.10"}, {"url": "http://u:p@192.0.2.10"}, {"url": "http://192.0.2.10/?x=1"},
        {"endpoint": "PJSIP/carrier"}, {"endpoint": "{number}"}, {"application": "a b"}, {"username": "a:b"},
        {"transfer_context": "a,b"}, {"audio": "opus"},
    ],
)  # fmt: skip
def test_an_account_that_makes_no_sense_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        account(**{"url": "http://192.0.2.10:8088", **wrong})


def test_the_address_may_name_the_interface() -> None:
    assert account("https://pbx.example:8089/ari/").url == "https://pbx.example:8089"


def test_a_call_that_was_up_is_completed_whatever_the_cause() -> None:
    assert end_of(127, was_up=True) == (CallState.COMPLETED, None)
    assert end_of(None, was_up=False)[0] is CallState.NO_ANSWER


async def test_a_look_without_a_server_says_who_follows(ready: World) -> None:
    """As `voiceforge providers check` does: nothing of it is wrong."""
    fetcher = GuardedClient(AddressRule(["127.0.0.1"]))
    looks = KIND.make(
        Account("pbx", "asterisk", 1, account(ready.there.url), ""),
        Surroundings(ready.desk, fetcher, fetcher),
    )
    assert all(each.ok for each in await looks.check())
    await ready.provider.close()
    await until(lambda: not ready.there.listeners)
    assert not any(each.fatal for each in await looks.check())
    await fetcher.close()
