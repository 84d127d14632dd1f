"""`POST /api/telephony/asterisk/calls`: a dialplan announces a call, and it comes by AudioSocket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from uuid import UUID

import numpy as np
import pytest

from api.access.scopes import Scope
from tests.api.desk import Desk
from tests.api.keys import STRANGER, made_up_key
from tests.providers.asterisk.bench import Dialplan, until
from tests.providers.asterisk.pbx_desk import PbxDesk, basic, fault, open_pbx


@pytest.fixture
async def pbx() -> AsyncIterator[PbxDesk]:
    desk = Desk()
    await desk.start()
    try:
        async with open_pbx(desk) as made:
            yield made
    finally:
        await desk.stop()


async def loudest(asterisk: Dialplan, frames: int) -> int:
    """Of so many frames that it is sent, while it speaks itself."""
    heard = 0
    for _ in range(frames):
        asterisk.sound()
        heard = max(heard, int(np.abs(np.frombuffer((await asterisk.next())[1], "<i2")).max()))
    return heard


async def test_an_announced_call_is_answered_and_its_agent_knows_the_caller(pbx: PbxDesk) -> None:
    key, secret = made_up_key(pbx.desk.context, Scope.CALLS_WRITE)
    response = await pbx.announce(
        {"to": "echo", "caller": "+49 30 1234", "name": "Ada", "dialled": "500", "uniqueid": "1.2"},
        basic(secret),
    )
    assert response.status == 201 and response.content_type == "text/plain"
    asterisk = await pbx.connect(UUID(await response.text()))
    await until(lambda: len(pbx.desk.board))
    (call,) = pbx.desk.board
    assert call.about == {
        "asterisk": {
            "dialled": "500", "caller": "+49 30 1234", "caller_name": "Ada", "uniqueid": "1.2",
        }
    }  # fmt: skip
    assert call.from_uri == "sip:+49%2030%201234@127.0.0.1" and call.owner == key.id
    assert await loudest(asterisk, 40) > 900
    asterisk.close()
    await until(lambda: not len(pbx.desk.board))


async def test_hanging_up_by_the_api_ends_the_audiosocket(pbx: PbxDesk) -> None:
    asterisk = await pbx.connect(UUID(await (await pbx.announce({"to": "echo"})).text()))
    await until(lambda: len(pbx.desk.board))
    (call,) = pbx.desk.board
    assert (await pbx.desk.client.delete(f"/api/telephony/calls/{call.id}")).status == 204
    assert await asterisk.closed()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"to": "nobody-there"}, 201),  # as any caller, it is told when it calls
        ({}, 422),
        ({"to": "echo", "agent": "echo"}, 422),
        ({"to": "echo", "colour": "red"}, 422),
        ({"to": "echo", "caller": "x" * 61}, 422),
        ({"to": "echo\r\nEvil: 1"}, 422),
        ("to=echo&%zz", 400),
        ("\xff\xfe", 400),
        ("&".join(f"a{n}=1" for n in range(30)), 400),
        ("to=" + "x" * 5_000, 413),
    ],
)
async def test_what_is_no_announcement_is_refused(
    pbx: PbxDesk, body: Mapping[str, str] | str, status: int
) -> None:
    response = await pbx.announce(body)
    assert response.status == status, await response.text()


async def test_nobody_announces_without_a_key_that_may_call(pbx: PbxDesk) -> None:
    assert await fault(await pbx.announce({"to": "echo"}, STRANGER)) == (401, "unauthorized")
    assert await fault(await pbx.announce({"to": "echo"}, basic("vf_wrong"))) == (401, "unauthorized")
    _, reader = made_up_key(pbx.desk.context, Scope.CALLS_READ)
    assert await fault(await pbx.announce({"to": "echo"}, basic(reader))) == (403, "missing_scope")
    assert len(pbx.expected) == 0


async def test_json_is_no_form(pbx: PbxDesk) -> None:
    response = await pbx.announce('{"to": "echo"}', {"Content-Type": "application/json"})
    assert response.status == 415


async def test_without_a_listener_nothing_is_announced() -> None:
    desk = Desk()
    await desk.start()
    try:
        async with open_pbx(desk, audiosocket=False) as pbx:
            assert await fault(await pbx.announce({"to": "echo"})) == (503, "switched_off")
    finally:
        await desk.stop()
