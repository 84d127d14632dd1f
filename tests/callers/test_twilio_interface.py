"""What stands in for Twilio's interface while calls are measured."""

from __future__ import annotations

from callers.twilio_interface import interface
from mediaserver.storage.sealing import Sealer
from providers.accounts.rows import AccountRows
from providers.call_state import CallState
from providers.kind import Surroundings
from providers.kinds import installed
from providers.twilio.kind import KIND
from tests.mediaserver.fetching.servers import client
from tests.providers.desks import NotingDesk

CALL = "CA" + "a1" * 16


async def test_each_call_is_up_until_it_is_hung_up_and_all_else_is_out_of_service() -> None:
    content = {"account_sid": "AC" + "1" * 32, "auth_token": "2" * 32, "base_url": interface()}
    rows = AccountRows(installed(), Sealer(b"k" * 32), "https://voice.test")
    account = rows.made("main", "twilio", content)
    async with client() as fetcher:
        provider = KIND.make(account, Surroundings(NotingDesk(), fetcher, fetcher))
        first = await provider.call(CALL)
        await provider.hang_up(CALL)
        then = await provider.call(CALL)
        await provider.close()
    assert first is not None and first.state is CallState.IN_PROGRESS
    assert then is not None and then.state is CallState.COMPLETED
