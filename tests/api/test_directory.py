"""`/api/telephony/numbers`, `routes`, `calendars`, `providers` and `erasures` over the real tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mediaserver.storage.records import FactLearnt
from mediaserver.storage.saving import save
from tests.api.directory_desk import DirectoryDesk, directory
from tests.mediaserver.retention.rows import count, past_call
from tests.mediaserver.samples import CALL

__all__ = ["directory"]
TELEPHONY = "/api/telephony"
NUMBERS, ROUTES, CALENDARS = f"{TELEPHONY}/numbers", f"{TELEPHONY}/routes", f"{TELEPHONY}/calendars"
WEEK = {"fri": ["09:00-17:00"], "sat": ["22:00-02:00"]}
OPEN, CLOSED = "2026-11-20T09:00:00Z", "2026-11-21T09:00:00Z"


def resolve(to: str, at: str = OPEN) -> str:
    return f"{ROUTES}/resolve?to={to.replace('+', '%2B')}&at={at}"


async def test_a_route_with_hours_a_calendar_and_a_fallback_leads_calls(directory: DirectoryDesk) -> None:
    ask = directory.ask
    days = [{"date": "12-25", "label": "Christmas"}, {"date": "2026-11-27", "hours": ["09:00-10:00"]}]
    status, calendar = await ask("POST", CALENDARS, {"name": "de", "label": "Germany", "days": days})
    assert status == 201 and calendar["days"][0] == {"date": "12-25", "label": "Christmas", "hours": []}
    status, route = await ask(
        "POST", ROUTES,
        {"pattern": "+49*", "agent": "demo", "priority": 10, "time_zone": "Europe/Berlin", "hours": WEEK,
         "calendar": "de", "fallback": {"message": "We are closed"}},
    )  # fmt: skip
    assert status == 201 and route["fault"] == "" and route["fallback"]["message"] == "We are closed"
    assert await ask("GET", f"{ROUTES}/{route['id']}") == (200, route)
    await directory.read_again()
    _, found = await ask("GET", resolve("+4930123456"))
    assert (found["outcome"], found["agent"], found["route"]) == ("agent", "demo", route["id"])
    _, found = await ask("GET", resolve("+4930123456", CLOSED))
    assert (found["outcome"], found["code"], found["reason"]) == ("refused", 480, "We are closed")
    assert "closed" in found["why"][0]
    _, found = await ask("GET", resolve("+4930123456", "2026-11-27T11:00:00Z"))
    assert found["outcome"] == "refused"
    assert (await ask("GET", resolve("100")))[1]["ring"] == "100"
    for at in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-11-20T09:00:00"):
        assert (await ask("GET", resolve("+4930123456", at)))[0] == 400
    change = {"pattern": "+49*", "agent": "echo", "fallback": {"ring": "carl"}}
    status, changed = await ask("PUT", f"{ROUTES}/{route['id']}", change, **{"If-Match": '"1"'})
    assert status == 200 and (changed["version"], changed["hours"]) == (2, None)
    assert (await ask("DELETE", f"{CALENDARS}/de"))[0] == 204
    assert (await ask("DELETE", f"{ROUTES}/{route['id']}", **{"If-Match": '"1"'}))[0] == 412
    assert (await ask("DELETE", f"{ROUTES}/{route['id']}"))[0] == 204


ROUTES_WITHOUT_SENSE: list[Any] = [
        ({"agent": "gone"}, "agent", "no agent gone"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "no time zone"),
        ({"hours": {"fri": ["9-17"]}}, "hours", "no part of a day"),
        ({"calendar": "gone"}, "calendar", "no calendar gone"),
        ({"fallback": {"agent": "gone"}}, "fallback.agent", "no agent gone"),
        ({"fallback": {"ring": "+4930123456"}}, "fallback.ring", "not allowed"),
        ({"valid_from": CLOSED, "valid_until": OPEN}, "valid_until", "ends before"),
    ]  # fmt: skip


async def test_a_route_that_makes_no_sense_is_a_422_that_names_the_field(directory: DirectoryDesk) -> None:
    for more, field, words in ROUTES_WITHOUT_SENSE:
        status, problem = await directory.ask("POST", ROUTES, {"pattern": "x", "agent": "demo"} | more)
        (fault,) = problem["error"]["detail"]
        assert status == 422 and fault["field"] == field and words in fault["problem"]


ROUTES_THAT_DO_NOT_FIT: list[Any] = [
        {"fallback": {}}, {"fallback": {"agent": "echo", "ring": "100"}}, {"hours": {"monday": []}},
        {"pattern": ""}, {"valid_from": "2026-11-20T09:00:00"}, {"colour": "red"}, {"priority": 2**40},
    {"valid_from": "0001-01-01T00:00:00+14:00"},
    ]  # fmt: skip


async def test_a_route_that_does_not_fit_is_a_400(directory: DirectoryDesk) -> None:
    for more in ROUTES_THAT_DO_NOT_FIT:
        assert (await directory.ask("POST", ROUTES, {"pattern": "x", "agent": "demo"} | more))[0] == 400


async def test_a_number_leads_to_an_agent_or_follows_a_route(directory: DirectoryDesk) -> None:
    ask = directory.ask
    new = {"number": "+4930123456", "label": "Berlin", "agent": "demo"}
    status, made = await ask("POST", NUMBERS, new)
    assert status == 201 and made["version"] == 1
    assert (await ask("POST", NUMBERS, new))[0] == 409
    await directory.read_again()
    _, found = await ask("GET", resolve("004930123456"))
    assert (found["agent"], found["number"], found["route"]) == ("demo", "+4930123456", None)
    _, route = await ask("POST", ROUTES, {"pattern": "desk", "agent": "echo"})
    status, changed = await ask("PUT", f"{NUMBERS}/4930123456", {"route": route["id"]})
    assert status == 200 and (changed["version"], changed["agent"]) == (2, None)
    assert await ask("GET", f"{NUMBERS}/+4930123456") == (200, changed)
    status, problem = await ask("DELETE", f"{ROUTES}/{route['id']}")
    assert status == 409 and problem["error"]["detail"] == {"numbers": ["+4930123456"]}
    assert (await ask("DELETE", f"{NUMBERS}/+4930123456", **{"If-Match": "1"}))[0] == 412
    assert (await ask("DELETE", f"{NUMBERS}/+4930123456"))[0] == 204
    assert (await ask("GET", f"{NUMBERS}/+4930123456"))[0] == 404


NUMBERS_WITHOUT_SENSE: list[Any] = [
        ({"agent": "gone"}, 422), ({"route": 77}, 422), ({"trunk": "gone"}, 422),
        ({"agent": "demo", "route": 1}, 400), ({"number": "030123456"}, 400), ({"number": "+49"}, 400),
        ({"number": ["+4930123456"]}, 400), ({"number": "+49 30 ab"}, 400),
    ]  # fmt: skip


async def test_a_number_that_makes_no_sense_is_refused(directory: DirectoryDesk) -> None:
    for more, status in NUMBERS_WITHOUT_SENSE:
        assert (await directory.ask("POST", NUMBERS, {"number": "+4930123456"} | more))[0] == status


@pytest.mark.parametrize("written", ["+49 30 123456", "tel:+49-30-123456", "+49(30)12.34.56"])
async def test_a_number_may_be_written_as_people_write_it(directory: DirectoryDesk, written: str) -> None:
    status, made = await directory.ask("POST", NUMBERS, {"number": written})
    assert status == 201 and made["number"] == "+4930123456"


async def test_a_key_sees_what_leads_to_agents_that_it_may_use_and_changes_nothing(
    directory: DirectoryDesk,
) -> None:
    ask = directory.ask
    for who in ("ann", "bob"):
        await ask("POST", "/api/agents", {"name": f"{who}s", "kind": "echo"}, who)
        await ask("POST", ROUTES, {"pattern": who, "agent": f"{who}s"})
    await ask("POST", ROUTES, {"pattern": "both", "agent": "anns", "fallback": {"agent": "bobs"}})
    for number, agent in (("+4930123451", "anns"), ("+4930123452", "bobs"), ("+4930123453", "demo")):
        await ask("POST", NUMBERS, {"number": number, "agent": agent})
    await ask("POST", NUMBERS, {"number": "+4930123454"})
    night = {"pattern": "night", "agent": "bobs", "hours": WEEK, "fallback": {"ring": "carl"}}
    assert (await ask("POST", ROUTES, night))[0] == 201
    await directory.read_again()
    _, page = await ask("GET", ROUTES, who="ann")
    assert [route["pattern"] for route in page["items"]] == ["demo", "echo", "ann"]
    _, page = await ask("GET", NUMBERS, who="ann")
    assert [number["number"][-1] for number in page["items"]] == ["1", "3", "4"]
    (bobs,) = [route for route in (await ask("GET", ROUTES))[1]["items"] if route["pattern"] == "bob"]
    for path in (f"{ROUTES}/{bobs['id']}", f"{NUMBERS}/+4930123452", resolve("bob")):
        assert (await ask("GET", path, who="ann"))[0] == 404
    assert (await ask("GET", resolve("night", CLOSED)))[1]["ring"] == "carl"
    assert (await ask("GET", resolve("night", CLOSED), who="ann"))[0] == 404
    _, found = await ask("GET", resolve("ann"), who="ann")
    assert found["agent"] == "anns" and found["why"] == []
    for method, path, content in (
        ("POST", ROUTES, {"pattern": "x", "agent": "anns"}), ("DELETE", f"{ROUTES}/{bobs['id']}", None),
        ("PUT", f"{NUMBERS}/+4930123451", {"agent": "anns"}), ("POST", CALENDARS, {"name": "c", "days": []}),
        ("GET", f"{TELEPHONY}/providers", None), ("GET", f"{TELEPHONY}/erasures", None),
    ):  # fmt: skip
        assert (await ask(method, path, content, "ann"))[0] == 403


async def test_lists_are_read_page_by_page(directory: DirectoryDesk) -> None:
    for last in range(3):
        await directory.ask("POST", NUMBERS, {"number": f"+493012345{last}"})
    for path, key in ((NUMBERS, "number"), (ROUTES, "id")):
        _, first = await directory.ask("GET", f"{path}?limit=1")
        _, rest = await directory.ask("GET", f"{path}?cursor={first['next']}")
        found = [item[key] for item in (*first["items"], *rest["items"])]
        assert found == sorted(found) and len(found) >= 2 and rest["next"] is None


CALENDARS_WITHOUT_SENSE: list[Any] = [
        ({"name": "c", "days": [{"date": "2026-02-30"}]}, 422),
        ({"name": "c", "days": [{"date": "12-25"}, {"date": "12-25"}]}, 422),
        ({"name": "c", "days": [{"date": "12-25", "hours": ["x"]}]}, 422),
        ({"name": "c", "days": [{"day": "12-25"}]}, 400), ({"name": "a b", "days": []}, 400),
    ]  # fmt: skip


async def test_a_calendar_that_makes_no_sense_is_refused(directory: DirectoryDesk) -> None:
    for content, status in CALENDARS_WITHOUT_SENSE:
        assert (await directory.ask("POST", CALENDARS, content))[0] == status


async def test_a_calendar_that_routes_go_by_stays_and_is_changed_for_all_of_them(
    directory: DirectoryDesk,
) -> None:
    ask = directory.ask
    assert (await ask("POST", CALENDARS, {"name": "de", "days": []}))[0] == 201
    assert (await ask("POST", CALENDARS, {"name": "de", "days": []}))[0] == 409
    _, route = await ask("POST", ROUTES, {"pattern": "x", "agent": "demo", "calendar": "de"})
    status, problem = await ask("DELETE", f"{CALENDARS}/de")
    assert status == 409 and problem["error"]["detail"] == {"routes": [route["id"]]}
    status, changed = await ask("PUT", f"{CALENDARS}/de", {"days": [{"date": "2026-11-20"}]})
    assert status == 200 and changed["version"] == 2
    assert (await ask("GET", CALENDARS, who="ann"))[1] == {"calendars": [changed]}
    await directory.read_again()
    assert (await ask("GET", resolve("x", "2026-11-20T09:00:00Z")))[1]["outcome"] == "refused"
    assert (await ask("GET", f"{CALENDARS}/gone"))[0] == 404


async def test_providers_are_listed_with_what_they_lack(directory: DirectoryDesk) -> None:
    _, shown = await directory.ask("GET", f"{TELEPHONY}/providers")
    found = {each["name"]: each for each in shown["providers"]}
    assert list(found) == ["trunks", "phones", "pjsua2"]
    assert all(each["ready"] is False and each["lacks"] for each in found.values())


async def test_all_of_a_caller_is_erased_and_told(directory: DirectoryDesk, tmp_path: Path) -> None:
    ask, pool = directory.ask, directory.pool
    call = await past_call(pool, tmp_path, 1, caller="sip:+441215550100@h")
    await save(pool, FactLearnt(CALL, "demo", "+441215550100", "name", "Ann"))
    status, done = await ask("POST", f"{TELEPHONY}/erasures", {"caller": "0121 555 0100"})
    assert status == 201 and (done["state"], done["caller"]) == ("done", "+••••••••••00")
    assert (done["removed"]["calls"], done["removed"]["facts"], done["removed"]["recordings"]) == (1, 1, 1)
    assert await count(pool, "calls", call) == 0
    assert await ask("GET", f"{TELEPHONY}/erasures/{done['id']}") == (200, done)
    assert (await ask("GET", f"{TELEPHONY}/erasures"))[1]["items"] == [done]
    actions = await pool.fetch("select action, change::text from audit_log order by id")
    assert [row["action"] for row in actions] == ["erasure.begin", "erasure.done"]
    assert "0100" not in str(actions)
    missing = f"{TELEPHONY}/erasures/00000000-0000-4000-8000-000000000000"
    assert (await ask("GET", missing))[0] == 404


async def test_what_is_no_callers_number_is_not_erased(directory: DirectoryDesk) -> None:
    await directory.pool.execute("insert into numbers (number) values ('+4930123456')")
    for caller in ("anonymous", "100", "+4930123456"):
        status, problem = await directory.ask("POST", f"{TELEPHONY}/erasures", {"caller": caller})
        assert status == 422 and problem["error"]["detail"][0]["field"] == "caller"
