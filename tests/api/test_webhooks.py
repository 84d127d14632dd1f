"""Endpoints over HTTP: made, seen by their owner alone, changed, rotated, tried; what they are sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from api import webhooks
from api.routing.paging import cursor_of
from mediaserver.config import load
from mediaserver.storage.postgres import EmbeddedPostgres
from mediaserver.webhooks import endpoints
from mediaserver.webhooks.signing import PREFIX
from tests.api.watching.desk import ADMIN, WatchDesk
from tests.mediaserver.webhooks.receiving import SEALER

URL = "https://example.com/hook"


@pytest.fixture
async def desk(pool: asyncpg.Pool, postgres: EmbeddedPostgres) -> AsyncIterator[WatchDesk]:
    desk = WatchDesk(pool, postgres, webhooks.routes)
    desk.context.sealer = SEALER
    await desk.start()
    yield desk
    await desk.stop()


async def ask(
    desk: WatchDesk, method: str, path: str, who: object = ADMIN, body: Any = None
) -> tuple[int, Any]:
    response = await desk.client.request(
        method, f"/api/webhooks{path}", json=body, headers={"Authorization": str(who)}
    )
    return response.status, await response.json() if response.status != 204 else None


async def made(desk: WatchDesk, who: object = ADMIN, **more: Any) -> Any:
    status, hook = await ask(desk, "POST", "", who, {"url": URL, **more})
    assert status == 201, hook
    return hook


async def test_an_endpoint_is_made_and_its_secret_shown_once(desk: WatchDesk) -> None:
    hook = await made(desk, topics=["call.*"], description="the CRM")
    assert hook["secret"].startswith(PREFIX) and hook["active"] and hook["topics"] == ["call.*"]
    _, seen = await ask(desk, "GET", f"/{hook['id']}")
    assert "secret" not in seen and seen["description"] == "the CRM" and not seen["rotating"]
    kept = await desk.pool.fetchval("select secret from webhooks")
    assert hook["secret"] not in kept


async def test_a_key_sees_and_changes_its_own_alone(desk: WatchDesk) -> None:
    mine, other = await desk.key(), await desk.key()
    hook = await made(desk, mine)
    path, letter = f"/{hook['id']}", f"/{hook['id']}/deliveries/{uuid4()}/replay"
    since = {"since": "2026-11-22T09:00:00Z"}
    for method, where, body in (
        ("GET", path, None), ("PATCH", path, {"active": False}), ("DELETE", path, None),
        ("POST", f"{path}/rotate", None), ("POST", f"{path}/test", None), ("POST", letter, None),
        ("GET", f"{path}/deliveries", None), ("POST", f"{path}/replay", since),
    ):  # fmt: skip
        assert (await ask(desk, method, where, other, body))[0] == 404, (method, where)
    assert (await ask(desk, "GET", "", other))[1]["items"] == []
    for who in (mine, ADMIN):
        assert [each["id"] for each in (await ask(desk, "GET", "", who))[1]["items"]] == [hook["id"]]
    assert (await ask(desk, "DELETE", path, mine))[0] == 204
    assert (await ask(desk, "GET", path, mine))[0] == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"url": "http://127.0.0.1/"}, 422), ({"url": "http://10.1.2.3/"}, 422), ({"url": "ftp://h/"}, 422),
        ({"url": "https://u:p@example.com/"}, 422), ({"url": "no address"}, 422), ({"url": ""}, 400),
        ({"url": "https://localhost/"}, 422), ({"url": "https://a.localhost./"}, 422),
        ({"url": "https://printer.local/"}, 422), ({"url": "https://crm.internal/"}, 422),
        ({"url": "https://metadata/"}, 422), ({"url": "https://nas.home.arpa/"}, 422),
        ({"topics": []}, 400), ({"topics": ["Call;"]}, 400), ({"topics": ["calls.*"]}, 400),
        ({"secret": "mine"}, 400),
        ({"topics": ["x"] * 21}, 400), ({"description": "x" * 501}, 400), ({"active": "maybe"}, 400),
    ],
)  # fmt: skip
async def test_what_is_no_endpoint_is_refused(desk: WatchDesk, change: dict[str, Any], status: int) -> None:
    answered, body = await ask(desk, "POST", "", body={"url": URL, **change})
    assert answered == status and body["error"]["message"]
    hook = await made(desk)
    assert (await ask(desk, "PATCH", f"/{hook['id']}", body=change))[0] == status


async def test_an_address_that_the_settings_list_is_taken(desk: WatchDesk) -> None:
    desk.context.settings = load(None, {"fetch": {"allow": ["127.0.0.1:9000"]}})
    assert (await made(desk, url="http://127.0.0.1:9000/hook"))["url"] == "http://127.0.0.1:9000/hook"
    assert (await ask(desk, "POST", "", body={"url": "http://127.0.0.1:9001/"}))[0] == 422


async def test_what_is_given_is_changed_and_all_else_stays(desk: WatchDesk) -> None:
    hook = await made(desk, topics=["turn"], description="x")
    _, changed = await ask(desk, "PATCH", f"/{hook['id']}", body={"description": "", "active": False})
    assert (changed["description"], changed["active"], changed["topics"]) == ("", False, ["turn"])
    assert (await ask(desk, "PATCH", f"/{hook['id']}", body={}))[1] == changed


async def test_a_secret_is_rotated(desk: WatchDesk) -> None:
    hook = await made(desk)
    status, rotated = await ask(desk, "POST", f"/{hook['id']}/rotate")
    assert status == 200 and rotated["secret"] != hook["secret"] and rotated["rotating"]


async def test_a_ping_waits_to_be_delivered(desk: WatchDesk) -> None:
    hook = await made(desk, active=False)
    status, ping = await ask(desk, "POST", f"/{hook['id']}/test")
    assert (status, ping["topic"], ping["state"], ping["seq"]) == (202, "ping", "waiting", None)
    assert await desk.pool.fetchval("select count(*) from pgqueuer") == 1


async def test_deliveries_are_listed_page_by_page_and_dead_ones_sent_again(desk: WatchDesk) -> None:
    hook = await made(desk)
    ids = [(await ask(desk, "POST", f"/{hook['id']}/test"))[1]["id"] for _ in range(5)]
    await desk.pool.execute(
        "update webhook_deliveries set state = 'dead', fault = 'x' where id <> $1", ids[0]
    )
    seen, cursor = [], ""
    while True:
        _, page = await ask(desk, "GET", f"/{hook['id']}/deliveries?state=dead&limit=3&cursor={cursor}")
        seen += [each["id"] for each in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert seen == ids[:0:-1]
    assert (await ask(desk, "POST", f"/{hook['id']}/deliveries/{ids[1]}/replay"))[1]["replayed"] == 1
    assert (await ask(desk, "POST", f"/{hook['id']}/deliveries/{ids[0]}/replay"))[0] == 404
    later, before = datetime.now(UTC) + timedelta(hours=1), datetime.now(UTC) - timedelta(hours=1)
    for moment, count in ((later, 0), (before, 3), (before, 0)):
        body = {"since": moment.isoformat()}
        assert (await ask(desk, "POST", f"/{hook['id']}/replay", body=body))[1]["replayed"] == count
    for since in ("2026-11-22T09:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-10:00"):
        assert (await ask(desk, "POST", f"/{hook['id']}/replay", body={"since": since}))[0] == 400
    strange = cursor_of("0001-01-01T00:00:00+14:00", str(uuid4()))
    assert (await ask(desk, "GET", f"/{hook['id']}/deliveries?cursor={strange}"))[0] == 400
    assert (await ask(desk, "GET", f"/{hook['id']}/deliveries?cursor=WyJ4IiwieSJd"))[0] == 400


async def test_there_is_a_limit(desk: WatchDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "MOST_EACH", 1)
    mine = await desk.key()
    await made(desk, mine)
    assert (await ask(desk, "POST", "", mine, {"url": URL}))[0] == 422
    await made(desk)


async def test_who_changed_what_is_written_down_without_secrets(desk: WatchDesk) -> None:
    hook = await made(desk)
    await ask(desk, "PATCH", f"/{hook['id']}", body={"active": False})
    _, rotated = await ask(desk, "POST", f"/{hook['id']}/rotate")
    await ask(desk, "DELETE", f"/{hook['id']}")
    rows = await desk.pool.fetch("select action, subject, change::text from audit_log order by id")
    assert [row["action"] for row in rows] == [
        "webhook.add", "webhook.change", "webhook.rotate", "webhook.remove",
    ]  # fmt: skip
    assert {row["subject"] for row in rows} == {f"webhook:{hook['id']}"}
    for secret in (hook["secret"], rotated["secret"]):
        assert not any(secret in row["change"] for row in rows)
