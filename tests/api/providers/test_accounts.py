"""`/api/telephony/providers` over the real table: accounts, their checks and their numbers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, cast

import asyncpg
import pytest

from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.storage import numbers as numbers_table
from mediaserver.storage import providers as table
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from providers.accounts.board import ProviderBoard
from providers.kind import Surroundings
from tests.api.desk import Desk
from tests.api.keys import STRANGER, bearer, stored_key
from tests.api.providers.desk import settled, speaker
from tests.providers.acme import rows

PROVIDERS = "/api/telephony/providers"
MAIN: dict[str, Any] = {
    "name": "main", "kind": "acme", "settings": {"account_id": "AC1", "token": "correct horse"}
}  # fmt: skip
NUMBER = "+4930123456"


class Shelf:
    """A desk whose accounts follow the table."""

    def __init__(self, desk: Desk, board: ProviderBoard, pool: asyncpg.Pool) -> None:
        self.desk, self.board, self.pool = desk, board, pool

    async def ask(self, method: str, path: str = "", content: Any = None, **headers: str) -> tuple[int, Any]:
        answer = await self.desk.client.request(method, PROVIDERS + path, json=content, headers=headers)
        return answer.status, None if answer.status == 204 else await answer.json()

    async def add(self, name: str = "main", **settings: Any) -> None:
        status, _ = await self.ask(
            "POST", "", {**MAIN, "name": name, "settings": {**MAIN["settings"], **settings}}
        )
        assert status == 201
        await settled(self.board)


@pytest.fixture
async def shelf(desk: Desk, pool: asyncpg.Pool, postgres: EmbeddedPostgres) -> AsyncIterator[Shelf]:
    board = ProviderBoard(rows(), {"ACME_ACCOUNT": "AC9", "ACME_TOKEN": "t"})
    desk.context.pool, desk.context.providers = pool, board
    board.made_with(lambda account: cast(Surroundings, None))
    await board.start(lambda: open_connection(postgres.dsn))
    _, secret = await stored_key(desk.context, pool)
    desk.client.session.headers.update(bearer(secret))
    yield Shelf(desk, board, pool)
    await board.close()


async def test_an_account_is_made_shown_changed_and_removed(shelf: Shelf) -> None:
    status, made = await shelf.ask("POST", "", MAIN)
    assert (status, made["settings"]["token"], made["settings"]["signing_key"]) == (201, "********", "")
    assert (await shelf.ask("POST", "", MAIN))[0] == 409
    await settled(shelf.board)
    status, main = await shelf.ask("GET", "/main")
    assert (main["standing"], main["lacks"], main["version"], main["read_only"]) == ("ready", "", 1, False)
    assert main["webhooks"]["voice"] == f"https://voice.test{PROVIDERS}/main/webhooks/voice"
    assert "place" in main["capabilities"] and main["title"] == "Acme Telephony"

    changed = {"settings": main["settings"] | {"prefixes": ["+49"]}}
    status, after = await shelf.ask("PUT", "/main", changed, **{"If-Match": '"1"'})
    assert (status, after["version"], after["settings"]["prefixes"]) == (200, 2, ["+49"])
    await settled(shelf.board)
    assert speaker(shelf.board).settings.token.get_secret_value() == "correct horse"
    status, late = await shelf.ask("PUT", "/main", changed, **{"If-Match": '"1"'})
    assert (status, late["error"]["detail"]) == (412, {"version": 2})
    assert (await shelf.ask("DELETE", "/main", **{"If-Match": '"1"'}))[0] == 412

    assert (await shelf.ask("DELETE", "/main"))[0] == 204
    assert shelf.board.served("main") is None
    for method in ("DELETE", "GET", "PUT"):
        status, said = await shelf.ask(method, "/main", changed if method == "PUT" else None)
        assert (status, said["error"]["code"]) == (404, "not_found")
    written = await shelf.pool.fetch("select action, change from audit_log order by id")
    assert [line["action"] for line in written] == ["provider.add", "provider.change", "provider.remove"]
    assert "horse" not in str([dict(line) for line in written])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({**MAIN, "kind": "acne"}, "nearest is acme"),
        ({**MAIN, "name": "kinds"}, "means something else"),
        ({**MAIN, "settings": {"account_id": "AC1"}}, "token is missing"),
        ({**MAIN, "settings": {**MAIN["settings"], "tokens": "x"}}, "nearest is token"),
        ({**MAIN, "settings": {**MAIN["settings"], "signing_key": "x" * 40_000}}, "too long"),
    ],
)
async def test_what_makes_no_sense_is_refused(shelf: Shelf, content: Any, said: str) -> None:
    status, told = await shelf.ask("POST", "", content)
    assert status == 400 and said in told["error"]["message"] and "horse" not in str(told)
    assert await table.all_providers(shelf.pool) == []


async def test_secrets_go_to_nobody_else(shelf: Shelf) -> None:
    await shelf.add()
    elsewhere = {"settings": {"account_id": "AC1", "host": "evil.test"}}
    status, told = await shelf.ask("PUT", "/main", elsewhere)
    assert status == 400 and "give the secrets again" in told["error"]["message"]


async def test_a_row_beyond_reading_is_shown_and_can_be_mended(shelf: Shelf) -> None:
    await table.add_provider(shelf.pool, "main", "acme", {"hots": 1}, "")
    await shelf.board.caught_up()
    status, shown = await shelf.ask("GET", "/main")
    assert (status, shown["standing"]) == (200, "faulty") and "nearest is host" in shown["fault"]
    _, listed = await shelf.ask("GET")
    assert [each["lacks"] for each in listed["providers"] if each["name"] == "main"] == [shown["fault"]]
    status, found = await shelf.ask("POST", "/main/check")
    assert (status, found["ok"]) == (200, False) and "nearest is host" in found["checks"][0]["detail"]
    assert (await shelf.ask("PUT", "/main", {"settings": MAIN["settings"]}))[0] == 200
    assert (await shelf.ask("GET", "/main"))[1]["fault"] == ""


async def test_the_environments_are_read_only(shelf: Shelf) -> None:
    await settled(shelf.board)
    status, shown = await shelf.ask("GET", "/acme")
    assert (status, shown["read_only"], shown["settings"]["token"]) == (200, True, "********")
    for method in ("PUT", "DELETE"):
        status, told = await shelf.ask(
            method, "/acme", {"settings": MAIN["settings"]} if method == "PUT" else None
        )
        assert (status, told["error"]["code"]) == (409, "read_only")
    await shelf.add("acme")
    assert (await shelf.ask("GET", "/acme"))[1]["read_only"] is False
    assert speaker(shelf.board, "acme").settings.account_id == "AC1"


async def test_all_ways_are_listed(shelf: Shelf) -> None:
    await shelf.add()
    await shelf.add("odd", region="mars")
    _, listed = await shelf.ask("GET")
    ways = {each["name"]: each for each in listed["providers"]}
    assert list(ways) == ["trunks", "phones", "pjsua2", "acme", "main", "odd"]
    main = ways["main"]
    assert (main["kind"], main["provider"], main["ready"], main["lacks"]) == ("api", "acme", True, "")
    assert ways["acme"]["read_only"] and not ways["odd"]["ready"]
    assert ways["odd"]["lacks"] == "there is no region mars"


async def test_kinds_say_what_a_form_needs(shelf: Shelf) -> None:
    status, told = await shelf.ask("GET", "/kinds")
    (kind,) = told["kinds"]
    assert status == 200 and (kind["name"], kind["required"]) == ("acme", ["account_id", "token"])
    assert kind["secrets"] == ["signing_key", "token"]
    assert kind["settings"]["properties"]["token"]["writeOnly"]
    assert kind["variables"]["ACME_ACCOUNT"] == "account_id" and "ACME_PREFIXES" in kind["variables"]


async def test_a_check_says_what_the_provider_says(shelf: Shelf) -> None:
    await shelf.add()
    status, found = await shelf.ask("POST", "/main/check")
    told = {each["name"]: each for each in found["checks"]}
    assert (status, found["ok"]) == (200, True)
    assert told["public address"]["detail"] == "https://voice.test"
    assert not told["calls out"]["ok"] and not told["calls out"]["required"]
    await shelf.add("bad", token="wrong")
    _, found = await shelf.ask("POST", "/bad/check")
    assert found["ok"] is False
    assert all(each["mend"] for each in found["checks"] if not each["ok"]), "a word on what to do"
    assert (await shelf.ask("GET", "/bad"))[1]["standing"] == "troubled"
    assert any("refuses the token" in each.detail for each in shelf.board.findings())
    await shelf.add("odd", region="mars")
    _, found = await shelf.ask("POST", "/odd/check")
    assert found["ok"] is False and found["checks"][0]["detail"] == "there is no region mars"
    assert (await shelf.ask("POST", "/nobody/check"))[0] == 404


async def test_a_number_is_pointed_here_and_answered(shelf: Shelf) -> None:
    await shelf.add()
    _, told = await shelf.ask("GET", "/main/numbers")
    assert told["numbers"] == [
        {"number": NUMBER, "ref": "PN1", "label": "Berlin", "voice_to": "", "messages_to": "", "ours": False,
         "can": ["sms", "voice"], "agent": None, "route": None}
    ]  # fmt: skip
    status, pointed = await shelf.ask("PUT", f"/main/numbers/{NUMBER}", {"agent": "echo"})
    assert (status, pointed["ours"], pointed["agent"]) == (200, True, "echo")
    base = f"https://voice.test{PROVIDERS}/main/webhooks"
    assert speaker(shelf.board).pointed[NUMBER] == (f"{base}/voice", f"{base}/status", "")
    row = await numbers_table.one_number(shelf.pool, NUMBER)
    assert row is not None and (row["agent"], row["provider"], row["trunk"]) == ("echo", "main", "")
    assert (await shelf.ask("PUT", f"/main/numbers/{NUMBER[1:]}", {}))[1]["agent"] == "echo", "as it is"
    status, _ = await shelf.ask("PUT", f"/main/numbers/{NUMBER}", {"agent": "demo"})
    changed = await numbers_table.one_number(shelf.pool, NUMBER)
    assert status == 200 and changed is not None and changed["agent"] == "demo"


async def test_a_number_that_cannot_be_pointed_changes_nothing(shelf: Shelf) -> None:
    await shelf.add()
    for number, content, status, code in (
        (NUMBER, {"agent": "nobody"}, 422, "number_unfit"),
        ("+4930999999", {"agent": "echo"}, 422, "provider_refused"),
        ("abc", {}, 400, "bad_request"),
    ):
        answered, told = await shelf.ask("PUT", f"/main/numbers/{number}", content)
        assert (answered, told["error"]["code"]) == (status, code)
    assert await numbers_table.all_numbers(shelf.pool) == [] and not speaker(shelf.board).pointed
    await shelf.add("deaf", region="deaf")
    status, told = await shelf.ask("PUT", f"/deaf/numbers/{NUMBER}", {})
    assert status == 422 and "cannot point numbers" in told["error"]["message"]
    assert (await shelf.ask("GET", "/nobody/numbers"))[0] == 404


async def test_a_provider_that_is_away_is_told_so(shelf: Shelf) -> None:
    await shelf.add()
    speaker(shelf.board).down = TelephonyError("Acme is busy", ProviderFault.LIMIT, 7.0)
    answer = await shelf.desk.client.get(f"{PROVIDERS}/main/numbers")
    assert answer.status == 503 and answer.headers["Retry-After"] == "7"
    assert (await answer.json())["error"]["message"] == "Acme is busy."


async def test_the_operator_alone_may(shelf: Shelf) -> None:
    await shelf.add()
    shelf.desk.client.session.headers.update(STRANGER)
    for method, path in (
        ("GET", ""), ("GET", "/kinds"), ("GET", "/main"), ("PUT", "/main"), ("DELETE", "/main"),
        ("POST", "/main/check"), ("GET", "/main/numbers"), ("PUT", f"/main/numbers/{NUMBER}"),
    ):  # fmt: skip
        assert (await shelf.ask(method, path))[0] == 401, path
