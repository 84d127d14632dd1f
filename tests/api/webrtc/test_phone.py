"""`/api/webrtc/phone` and `/api/telephony/extensions`: what pages register with, and who is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from api.access.scopes import Scope
from sip.access.lent import LentPhones
from sip.calls.phone_desk import PhoneDesk
from sip.calls.registrar import Registrar
from tests.api.desk import Desk
from tests.api.keys import bearer, made_up_key

PATH = "/api/webrtc/phone"


@pytest.fixture
async def open_desk() -> AsyncIterator[Desk]:
    desk = Desk()
    await desk.start()
    lent = LentPhones("voiceforge", asyncio.get_running_loop().time)
    desk.context.phones = PhoneDesk(lent, Registrar("voiceforge", lambda user: None), ("101",))
    yield desk
    await desk.stop()


async def lend(desk: Desk, secret: str = "", **wanted: str) -> tuple[int, Any]:
    headers = bearer(secret) if secret else {}
    async with desk.client.post(PATH, json=wanted, headers=headers) as answer:
        return answer.status, await answer.json()


def phones(desk: Desk) -> LentPhones:
    assert desk.context.phones is not None
    return desk.context.phones.lent


async def test_a_tab_is_lent_what_it_registers_with(open_desk: Desk) -> None:
    status, shown = await lend(open_desk)
    assert status == 201
    assert shown["socket"] == "/ws/sip" and shown["uri"] == f"sip:{shown['extension']}@127.0.0.1"
    kept = phones(open_desk).of_user(shown["username"])
    assert kept is not None and shown["password"] not in repr(kept)
    again = (await lend(open_desk))[1]
    assert again["extension"] == shown["extension"] and again["username"] != shown["username"]


async def test_an_extension_of_ones_own_choice(open_desk: Desk) -> None:
    _, other = made_up_key(open_desk.context, Scope.CALLS_WRITE)
    assert (await lend(open_desk, extension="web-ada"))[1]["extension"] == "web-ada"
    assert (await lend(open_desk, other, extension="web-ada"))[0] == 409
    assert (await lend(open_desk, extension="101"))[1]["extension"] == "101"
    assert (await lend(open_desk, other, extension="101"))[0] == 403
    for wrong in ("demo", "102", "web-", "web-A b"):
        assert (await lend(open_desk, extension=wrong))[0] == 422


async def test_without_the_right_to_place_calls_there_is_no_phone(open_desk: Desk) -> None:
    _, reader = made_up_key(open_desk.context, Scope.CALLS_READ)
    assert (await lend(open_desk, reader))[0] == 403
    assert (await lend(open_desk, "vf_nobody"))[0] == 401


async def test_a_keys_phone_reaches_no_more_than_the_key(open_desk: Desk) -> None:
    key, secret = made_up_key(open_desk.context, Scope.CALLS_WRITE)
    shown = (await lend(open_desk, secret))[1]
    kept = phones(open_desk).of_user(shown["username"])
    assert kept is not None and kept.reach.uses is not None
    assert not kept.reach.may_go_out()
    assert kept.reach.uses(None) and kept.reach.uses(key.id) and not kept.reach.uses(open_desk.key.id)


async def test_the_operators_phone_dials_numbers_elsewhere_and_a_keys_does_not(open_desk: Desk) -> None:
    _, calls = made_up_key(open_desk.context, Scope.CALLS_WRITE)
    for secret, dials in (("", True), (calls, False)):
        username = (await lend(open_desk, secret))[1]["username"]
        lent = phones(open_desk).of_user(username)
        assert lent is not None and lent.reach.dials_out is dials


async def test_a_phone_is_given_back_by_its_owner_alone(open_desk: Desk) -> None:
    _, other = made_up_key(open_desk.context, Scope.CALLS_WRITE)
    path = f"{PATH}/{(await lend(open_desk))[1]['username']}"
    async with open_desk.client.delete(path, headers=bearer(other)) as refused:
        assert refused.status == 404
    async with open_desk.client.delete(path) as gone:
        assert gone.status == 204
    async with open_desk.client.delete(path) as again:
        assert again.status == 404


async def test_the_extensions_say_who_is_there(open_desk: Desk) -> None:
    await lend(open_desk, extension="web-ada")
    async with open_desk.client.get("/api/telephony/extensions") as answer:
        shown = {each["extension"]: each for each in await answer.json()}
    assert shown.keys() == {"101", "web-ada"}
    assert shown["web-ada"]["yours"] and not shown["101"]["yours"]
    assert not shown["web-ada"]["registered"]
