"""`/api/agents` over the real tables, with two keys that know nothing of each other."""

from __future__ import annotations

from typing import Any

from mediaserver.storage import routes as routes_table
from tests.api.directory_desk import DirectoryDesk, directory

__all__ = ["directory"]
AGENTS = "/api/agents"
ECHO: dict[str, Any] = {"kind": "echo"}


async def test_an_agent_is_added_shown_changed_and_removed(directory: DirectoryDesk) -> None:
    ask = directory.ask
    status, made = await ask(
        "POST", AGENTS,
        {"name": "desk", "kind": "flow", "flow": "booking", "language": "en-GB", "stt": ["pocketsphinx"],
         "tools": [], "turn": {"sensitivity": "low"}, "retention": {"recordings_days": 7}},
        "ann",
    )  # fmt: skip
    assert status == 201 and (made["version"], made["fault"], made["recording"]) == (1, "", True)
    assert made["owner"] is not None and made["retention"] == {"recordings_days": 7}
    assert await ask("GET", f"{AGENTS}/desk", who="ann") == (200, made)
    status, changed = await ask("PUT", f"{AGENTS}/desk", {**ECHO, "voice": "en-gb"}, "ann")
    assert status == 200 and (changed["version"], changed["kind"], changed["turn"]) == (2, "echo", {})
    assert (await ask("DELETE", f"{AGENTS}/desk", who="ann"))[0] == 204
    assert (await ask("GET", f"{AGENTS}/desk", who="ann"))[0] == 404
    actions = await directory.pool.fetch("select action from audit_log order by id")
    assert [row["action"] for row in actions] == ["agent.add", "agent.change", "agent.remove"]


async def test_a_key_sees_its_own_agents_and_the_operators_and_changes_its_own(
    directory: DirectoryDesk,
) -> None:
    ask = directory.ask
    for who in ("ann", "bob"):
        assert (await ask("POST", AGENTS, {"name": f"{who}s", **ECHO}, who))[0] == 201
    for who, seen in (
        ("ann", ["anns", "demo", "echo"]), ("bob", ["bobs", "demo", "echo"]),
        ("operator", ["anns", "bobs", "demo", "echo"]),
    ):  # fmt: skip
        _, page = await ask("GET", AGENTS, who=who)
        assert [agent["name"] for agent in page["items"]] == seen
    for method, content in (("GET", None), ("PUT", ECHO), ("DELETE", None)):
        status, problem = await ask(method, f"{AGENTS}/bobs", content, "ann")
        assert status == 404 and problem["error"]["message"] == "There is no such agent."
    for method, content in (("PUT", ECHO), ("DELETE", None)):
        assert (await ask(method, f"{AGENTS}/demo", content, "ann"))[0] == 403
    assert (await ask("PUT", f"{AGENTS}/anns", ECHO))[0] == 200
    _, still = await ask("GET", f"{AGENTS}/anns", who="ann")
    assert still["owner"] is not None, "whoever changes it, it stays whose it was"
    assert (await ask("POST", AGENTS, {"name": "bobs", **ECHO}, "ann"))[0] == 409


async def test_a_list_is_read_page_by_page(directory: DirectoryDesk) -> None:
    names, cursor = [], ""
    for _ in range(2):
        _, page = await directory.ask("GET", f"{AGENTS}?limit=1&cursor={cursor}")
        names += [agent["name"] for agent in page["items"]]
        cursor = page["next"] or ""
    assert names == ["demo", "echo"] and cursor == ""
    assert (await directory.ask("GET", f"{AGENTS}?cursor=x"))[0] == 400


async def test_an_agent_answers_when_its_maker_is_told_that_it_is_made(directory: DirectoryDesk) -> None:
    await directory.pool.execute("drop trigger agents_told on agents")  # nobody else tells of it
    known = directory.desk.context.directory
    assert known is not None
    assert (await directory.ask("POST", AGENTS, {"name": "desk", **ECHO}))[0] == 201
    assert known.agent("desk") is not None
    assert (await directory.ask("DELETE", f"{AGENTS}/desk"))[0] == 204
    assert known.agent("desk") is None


async def test_a_change_of_what_somebody_else_has_changed_is_refused(directory: DirectoryDesk) -> None:
    ask = directory.ask
    await ask("POST", AGENTS, {"name": "desk", **ECHO})
    assert (await ask("PUT", f"{AGENTS}/desk", ECHO, **{"If-Match": '"1"'}))[0] == 200
    status, problem = await ask("PUT", f"{AGENTS}/desk", ECHO, **{"If-Match": '"1"'})
    assert status == 412 and problem["error"]["detail"] == {"version": 2}
    assert (await ask("DELETE", f"{AGENTS}/desk", **{"If-Match": "1"}))[0] == 412
    assert (await ask("DELETE", f"{AGENTS}/desk", **{"If-Match": 'W/"7", "2"'}))[0] == 204


UNFIT: list[Any] = [
        ({"kind": "flow"}, "flow", "names no flow"),
        ({"kind": "flow", "flow": "gone"}, "flow", "no flow gone"),
        ({"kind": "python", "entry": "not a class"}, "entry", "neither module:Class"),
        ({**ECHO, "turn": {"sensitivty": "low"}}, "turn", "sensitiv"),
        ({**ECHO, "insight": {"sumary": "off"}}, "insight", "nearest known one is 'summary'"),
        ({**ECHO, "background": {"sound": "a zoo"}}, "background", "sound"),
        ({**ECHO, "redaction": {"digits": 1}}, "redaction", "from 3 to 20"),
        ({**ECHO, "retention": {"calls_days": -1}}, "retention", "from 0"),
        ({**ECHO, "stt": ["pocketsphynx"]}, "stt", "pocketsphinx"),
        ({**ECHO, "tts": ["x"]}, "tts", "x"),
        ({**ECHO, "llm": ["x"]}, "llm", "x"),
        ({**ECHO, "language": "klingon please"}, "language", "language tag"),
        ({**ECHO, "language": "xx"}, "language", "no voice speaks 'xx'"),
        ({**ECHO, "voice": "nobody at all"}, "voice", "no voice"),
        ({**ECHO, "voice": "sa-aryan"}, "voice", "nobody here can speak 'sa-IN'"),
        ({**ECHO, "tools": ["nothing"]}, "tools", "no tool 'nothing'"),
        ({"kind": "llm", "assistant": {"x": 1}}, "assistant", "x"),
        ({"kind": "realtime", "llm": ["x"]}, "llm", "speech-to-speech"),
    ]  # fmt: skip


async def test_a_voice_that_its_engine_calls_so_itself_is_one(directory: DirectoryDesk) -> None:
    assert (await directory.ask("POST", AGENTS, {"name": "desk", **ECHO, "voice": "heart"}))[0] == 201


async def test_what_could_never_answer_is_a_422_that_names_the_field(directory: DirectoryDesk) -> None:
    for content, field, words in UNFIT:
        status, problem = await directory.ask("POST", AGENTS, {"name": "desk", **content})
        (fault,) = problem["error"]["detail"]
        assert status == 422 and fault["field"] == field and words in fault["problem"]
        assert (await directory.ask("GET", f"{AGENTS}/desk"))[0] == 404


DOES_NOT_FIT: list[Any] = [
        {"kind": "oracle"}, {**ECHO, "colour": "red"}, {**ECHO, "name": "a/b"}, {**ECHO, "name": ""},
        {**ECHO, "voice": "a\nb"}, {**ECHO, "stt": [""]}, {**ECHO, "turn": []},
        {**ECHO, "recording": "maybe"},
    ]  # fmt: skip


async def test_what_does_not_fit_is_a_400(directory: DirectoryDesk) -> None:
    for content in DOES_NOT_FIT:
        assert (await directory.ask("POST", AGENTS, {"name": "desk", **content}))[0] == 400


async def test_code_of_this_server_is_the_operators_alone(directory: DirectoryDesk) -> None:
    for content in (
        {"kind": "python", "entry": "os:system"}, {**ECHO, "tools": ["os:system"]},
        {**ECHO, "tools": ["mcp/files"]}, {**ECHO, "tools": ["knowledge/manuals"]},
    ):  # fmt: skip
        status, problem = await directory.ask("POST", AGENTS, {"name": "desk", **content}, "ann")
        assert status == 403 and problem["error"]["code"] == "operators_alone"


async def test_another_keys_flow_does_not_exist_for_a_key(directory: DirectoryDesk) -> None:
    await directory.pool.execute(
        "insert into flows (name, owner) select 'theirs', id from api_keys where name = 'bob'"
    )
    content = {"name": "desk", "kind": "flow", "flow": "theirs"}
    status, problem = await directory.ask("POST", AGENTS, content, "ann")
    assert status == 422 and problem["error"]["detail"][0]["problem"] == "there is no flow theirs"
    assert (await directory.ask("POST", AGENTS, content, "bob"))[0] == 201
    assert (await directory.ask("POST", AGENTS, {**content, "name": "other"}))[0] == 422
    changed = {"kind": "flow", "flow": "theirs", "language": "de"}
    assert (await directory.ask("PUT", f"{AGENTS}/desk", changed))[0] == 200


async def test_a_sound_file_that_an_assistant_may_not_play_does_not_exist_for_it(
    directory: DirectoryDesk,
) -> None:
    await directory.pool.execute(
        """
        insert into prompts (name, owner, container, codec, rate, channels, samples, audio)
        select 'bobs', id, 'wav', 'x', 16000, 1, 1, 'aa'::bytea from api_keys where name = 'bob'
        union all select 'shared', null, 'wav', 'x', 16000, 1, 1, 'aa'::bytea
        """
    )

    def leaving(sound: str) -> dict[str, Any]:
        return {"kind": "llm", "prompt": "x", "assistant": {"voicemail": "hi", "voicemail_prompt": sound}}

    for who, sound in (("ann", "bobs"), ("operator", "bobs"), ("ann", "gone")):
        content = {"name": "desk", **leaving(sound)}
        status, problem = await directory.ask("POST", AGENTS, content, who)
        (fault,) = problem["error"]["detail"]
        assert (status, fault["field"]) == (422, "assistant"), (who, sound)
        assert fault["problem"] == f"there is no sound file {sound}: add it first, or name another"
    assert (await directory.ask("POST", AGENTS, {"name": "desk", **leaving("bobs")}, "bob"))[0] == 201
    assert (await directory.ask("PUT", f"{AGENTS}/desk", leaving("shared"), "bob"))[0] == 200
    assert (await directory.ask("PUT", f"{AGENTS}/desk", leaving("bobs")))[0] == 200, "it stays bob's"
    assert (await directory.ask("PUT", f"{AGENTS}/desk", leaving("gone"), "bob"))[0] == 422


async def test_an_agent_that_routes_and_numbers_lead_to_stays(directory: DirectoryDesk) -> None:
    ask = directory.ask
    await ask("POST", AGENTS, {"name": "desk", **ECHO})
    await routes_table.put_route(directory.pool, "desk", "desk")
    await directory.pool.execute("insert into numbers (number, agent) values ('+4930123456', 'desk')")
    status, problem = await ask("DELETE", f"{AGENTS}/desk")
    assert status == 409 and problem["error"]["detail"] == {"routes": [3], "numbers": ["+4930123456"]}
    await directory.pool.execute("delete from numbers; delete from routes where agent = 'desk'")
    assert (await ask("DELETE", f"{AGENTS}/desk"))[0] == 204


async def test_a_row_that_somebody_broke_is_shown_with_its_fault(directory: DirectoryDesk) -> None:
    await directory.pool.execute("insert into agents (name, kind, turn) values ('odd', 'oracle', '[1]')")
    await directory.read_again()
    status, agent = await directory.ask("GET", f"{AGENTS}/odd")
    assert status == 200 and "oracle" in agent["fault"] and agent["turn"] == [1]
