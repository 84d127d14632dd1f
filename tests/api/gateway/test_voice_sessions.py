"""Sessions of web applications, over a real database: who begins one, who connects, what it remembers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import asyncpg
import pytest
from aiohttp import DummyCookieJar, WSMsgType, WSServerHandshakeError, web
from aiohttp.test_utils import TestClient, TestServer

from api.access.scopes import Scope
from api.app import build_app
from api.context import ApiContext
from api.gateway.close_codes import CloseCode
from api.gateway.gateway import Gateway
from api.gateway.manner import DETECTED
from api.gateway.session_settings import NewSession, wanted_of
from cli.makers import makers
from cli.serving.own_code import OwnCode
from mediaserver.calls.routes import AgentSpec
from mediaserver.config import load
from mediaserver.diagnosis.health import Health
from mediaserver.errors import EngineMissingError
from mediaserver.metrics import Metrics
from mediaserver.outbound.numbers import NumberPlan
from mediaserver.retention.erasing import Eraser
from mediaserver.retention.sweep import Sweeper
from mediaserver.settings.gateway import GatewaySettings
from mediaserver.settings.privacy import RetentionSettings
from mediaserver.storage import voice_sessions as table
from mediaserver.storage.digests import Digests
from mediaserver.storage.records import CallAnswered, CallEnded, CallStarted, TurnSaid
from mediaserver.storage.saving import save
from tests.api.board import Board
from tests.api.gateway.desk import WebClient
from tests.api.keys import STRANGER, bearer, stored_key
from tests.fakes import FakeStt, FakeTts
from tests.mediaserver.calls.rows import as_at_the_first_start
from tests.speech import only

BEGAN = datetime(2026, 5, 1, tzinfo=UTC)


class Site:
    """A web application's server, which has a key, and its visitors, who have none."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        metrics = Metrics()
        self.engines, speech = only(FakeStt(), FakeTts(), "en")
        self.board = Board(metrics, makers(speech, OwnCode()))
        self.pool = pool
        self.context = ApiContext(load(None, {}), Health("sip"), metrics, switchboard=self.board)
        self.context.pool = pool
        sweeper = Sweeper(pool, RetentionSettings(), digests=Digests(b"k" * 32), pause_s=0)
        self.context.eraser = Eraser(pool, sweeper, NumberPlan("44"), pause_s=0)
        self.made: list[AgentSpec] = []
        self.context.gateway = Gateway(
            GatewaySettings(), self.context.access, self.board, self._find, self._nobodys
        )
        self.client: TestClient[web.Request, web.Application] = TestClient(
            TestServer(build_app(self.context)), cookie_jar=DummyCookieJar()
        )

    def _find(self, name: str) -> AgentSpec | None:
        return as_at_the_first_start().agent(name)

    async def _nobodys(self, flow: str) -> UUID | None:
        return None

    async def start(self) -> None:
        await self.engines.settle()
        await self.client.start_server()
        self.key, self.secret = await stored_key(self.context, self.pool, (Scope.SESSIONS,))

    async def ask(self, method: str, path: str, content: Any = None, secret: str = "") -> tuple[int, Any]:
        headers = bearer(secret or self.secret)
        response = await self.client.request(method, f"/api/voice{path}", json=content, headers=headers)
        return response.status, await response.json() if response.status != 204 else None

    async def begun(self, **settings: Any) -> dict[str, Any]:
        status, told = await self.ask("POST", "/start", {"agent": "demo", "mode": "text"} | settings)
        assert status == 201, told
        made: dict[str, Any] = told
        return made

    async def visit(self, session: str, **connect: Any) -> WebClient:
        client = WebClient(await self.client.ws_connect(f"/ws/voice/{session}", headers=STRANGER))
        await client.say(type="connect", **connect)
        return client

    async def keep_call(self, call_id: UUID, *said: tuple[str, str]) -> None:
        """As the writer would."""
        await save(self.pool, CallStarted(call_id, "inbound", "websocket:x", "agent:demo", "demo", BEGAN))
        await save(self.pool, CallAnswered(call_id, BEGAN))
        for index, (speaker, text) in enumerate(said):
            latency = {"voice_to_voice": 400.0} if speaker == "agent" else {}
            await save(self.pool, TurnSaid(call_id, index, speaker, text, text, 0, 100, latency=latency))
        await save(self.pool, CallEnded(call_id, datetime.now(UTC), "caller", "hung up", None))


@pytest.fixture
async def site(pool: asyncpg.Pool) -> AsyncIterator[Site]:
    made = Site(pool)
    await made.start()
    yield made
    await made.board.close()
    await made.client.close()


async def test_nothing_is_heard_but_while_the_button_is_pressed(site: Site) -> None:
    begun = await site.begun(mode="voice", turns="push_to_talk")
    client = await site.visit(begun["id"], token=begun["token"])
    await client.told("ready")
    hub = site.context.gateway
    assert hub is not None
    (session,) = hub

    async def heard(count: int) -> int:
        for _ in range(count):
            await client.sound(bytes(640))
        await client.say(type="ping")
        await client.told("pong")
        assert session.leg is not None
        return session.leg.stats().packets

    assert await heard(3) == 0
    await client.say(type="press")
    assert await heard(3) == 3
    await client.say(type="release")
    assert await heard(3) == 3
    await client.say(type="press")
    assert await heard(1) == 4
    await client.say(type="discard")
    assert await heard(1) == 4
    await client.say(type="turns", turns="auto")
    assert await heard(1) == 5


async def test_a_session_whose_agent_nobody_would_hear_is_not_begun(site: Site) -> None:
    assert site.context.gateway is not None
    site.context.gateway.faults = lambda spec: {"voice": "there is no such voice"} if spec.voice else {}
    status, told = await site.ask("POST", "/start", {"agent": "demo", "voice": "nobody"})
    assert status == 422 and "voice: there is no such voice" in told["error"]["message"]
    status, told = await site.ask("POST", "/start", {"agent": "demo", "language": "english"})
    assert status == 400
    assert {each["field"] for each in told["error"]["detail"]} == {"language"}
    assert "function" not in told["error"]["message"]


async def test_a_visitor_with_the_token_talks_for_the_key_that_began_the_session(site: Site) -> None:
    begun = await site.begun()
    assert begun["websocket"] == f"/ws/voice/{begun['id']}"
    assert (await site.ask("GET", f"/{begun['id']}"))[1]["state"] == "open"
    client = await site.visit(begun["id"], token=begun["token"])
    ready = await client.told("ready")
    call = site.board.get(UUID(ready["call"]))
    assert call is not None and call.owner == site.key.id
    await client.say(type="network", rtt_ms=40)
    await client.say(type="message", content="tomorrow")
    await client.told("metrics")
    status, shown = await site.ask("GET", f"/{begun['id']}")
    assert status == 200 and shown["state"] == "live" and shown["calls"] == [ready["call"]]
    assert shown["network"] == {"rtt_ms": 40.0}
    status, shown = await site.ask("POST", f"/{begun['id']}/end")
    assert shown["state"] == "ended" and await client.closed() == CloseCode.DONE
    again = await site.visit(begun["id"], token=begun["token"])
    assert await again.closed() == CloseCode.GONE


async def test_nobody_else_connects(site: Site) -> None:
    begun = await site.begun()
    for session, token in ((begun["id"], "wrong"), (str(uuid4()), begun["token"])):
        client = await site.visit(session, token=token)
        assert await client.closed() == CloseCode.INVALID_KEY
    client = await site.visit(begun["id"])
    assert await client.closed() == CloseCode.INVALID_KEY
    client = await site.visit(begun["id"], apiKey=site.secret)
    await client.told("ready")


async def test_another_key_sees_nothing_of_it(site: Site) -> None:
    begun = await site.begun()
    _, other = await stored_key(site.context, site.pool, (Scope.SESSIONS,), "other")
    for method, path in (("GET", ""), ("GET", "/transcript"), ("POST", "/end")):
        assert (await site.ask(method, f"/{begun['id']}{path}", secret=other))[0] == 404
    client = await site.visit(begun["id"], apiKey=other)
    assert await client.closed() == CloseCode.INVALID_KEY
    assert (await site.ask("GET", "/analytics", secret=other))[1]["sessions"] == 0


async def test_a_second_socket_of_a_visitor_takes_the_conversation_over(site: Site) -> None:
    begun = await site.begun()
    first = await site.visit(begun["id"], token=begun["token"])
    ready = await first.told("ready")
    second = await site.visit(begun["id"], token=begun["token"])
    assert (await second.told("resumed"))["call"] == ready["call"]
    assert await first.closed() == CloseCode.TAKEN_OVER
    assert (await second.told("ready"))["session"] == ready["session"], "what it missed"


async def test_a_session_that_nobody_connects_to_expires(site: Site) -> None:
    begun = await site.begun()
    await site.pool.execute(
        "update voice_sessions set created_at = $1",
        datetime.now(UTC) - table.KEPT_OPEN - timedelta(seconds=1),
    )
    assert (await site.ask("GET", f"/{begun['id']}"))[1]["state"] == "expired"
    client = await site.visit(begun["id"], token=begun["token"])
    assert await client.closed() == CloseCode.GONE
    call = uuid4()
    await site.keep_call(call, ("agent", "Hello."))
    await table.connected(site.pool, UUID(begun["id"]), call)
    assert (await site.ask("GET", f"/{begun['id']}"))[1]["state"] == "open", "its last call ended just now"


async def test_what_was_said_is_told_and_counted(site: Site) -> None:
    begun = await site.begun()
    call = uuid4()
    await site.keep_call(call, ("agent", "Hello."), ("caller", "A room."), ("agent", "Fine."))
    await table.connected(site.pool, UUID(begun["id"]), call)
    status, told = await site.ask("GET", f"/{begun['id']}/transcript")
    assert status == 200
    assert [(each["speaker"], each["text"]) for each in told["lines"]] == [
        ("agent", "Hello."), ("caller", "A room."), ("agent", "Fine."),
    ]  # fmt: skip
    status, figures = await site.ask("GET", "/analytics")
    assert (figures["sessions"], figures["conversations"], figures["agent_messages"]) == (1, 1, 2)
    assert figures["end_to_end_p50_ms"] == 400.0 and figures["seconds"] > 0


async def test_a_session_is_removed_with_all_that_was_said_in_it(site: Site) -> None:
    begun, other = await site.begun(), await site.begun()
    call, others = uuid4(), uuid4()
    for session, each in ((begun, call), (other, others)):
        await site.keep_call(each, ("caller", "my name is Ann"))
        await table.connected(site.pool, UUID(session["id"]), each)
    _, stranger = await stored_key(site.context, site.pool, (Scope.SESSIONS,), "other")
    assert (await site.ask("DELETE", f"/{begun['id']}", secret=stranger))[0] == 404
    assert (await site.ask("DELETE", f"/{begun['id']}"))[0] == 204
    assert (await site.ask("GET", f"/{begun['id']}"))[0] == 404
    left = await site.pool.fetch("select distinct call_id from turns union all select id from calls")
    assert {row["call_id"] for row in left} == {others}
    line = await site.pool.fetchrow("select action, subject from audit_log")
    assert tuple(line) == ("session.erase", f"session:{begun['id']}")
    assert (await site.ask("DELETE", f"/{begun['id']}"))[0] == 404


async def test_a_session_in_which_somebody_talks_is_not_removed(site: Site) -> None:
    begun = await site.begun()
    client = await site.visit(begun["id"], token=begun["token"])
    await client.told("ready")
    status, told = await site.ask("DELETE", f"/{begun['id']}")
    assert (status, told["error"]["code"]) == (409, "session_is_live")
    await site.ask("POST", f"/{begun['id']}/end")
    await client.closed()
    await save(site.pool, CallStarted(call := uuid4(), "inbound", "websocket:x", "agent:demo", "demo", BEGAN))
    await table.connected(site.pool, UUID(begun["id"]), call)
    assert (await site.ask("DELETE", f"/{begun['id']}"))[0] == 409, "another server has it"


async def test_only_what_can_be_had_is_begun(site: Site) -> None:
    for settings, said in (
        ({"agent": "nobody"}, "no agent 'nobody'"),
        ({"agent": "demo", "flow": "x"}, "not both"),
        ({}, "system_prompt"),
        ({"agent": "demo", "style": "baroque"}, "concise"),
        ({"agent": "demo", "memory": 21}, "20"),
    ):
        status, told = await site.ask("POST", "/start", settings)
        assert status in (400, 422) and said in str(told), told


async def test_a_session_that_needs_a_model_is_not_begun_where_there_is_none(site: Site) -> None:
    status, told = await site.ask("POST", "/start", {"system_prompt": "Be kind."})
    assert (status, told["error"]["code"]) == (422, "no_language_model")
    assert "set OPENAI_API_KEY" in told["error"]["message"]
    assert site.context.gateway is not None
    site.context.gateway.usual_llms = ("openai",)
    await site.begun(agent=None, system_prompt="Be kind.")


async def test_the_voices_of_a_key_are_listed_and_given_up(site: Site) -> None:
    assert await site.ask("GET", "/my-voices") == (200, {"voices": []})
    await site.pool.execute(
        "insert into own_voices (id, owner, name, engine) values ('v1', $1, 'Ann', 'chatterbox')", site.key.id
    )
    _, other = await stored_key(site.context, site.pool, (Scope.SESSIONS,), "other")
    assert (await site.ask("GET", "/my-voices", secret=other))[1] == {"voices": []}
    assert (await site.ask("DELETE", "/my-voices/v1", secret=other))[0] == 404
    assert [each["name"] for each in (await site.ask("GET", "/my-voices"))[1]["voices"]] == ["Ann"]
    assert (await site.ask("DELETE", "/my-voices/v1"))[0] == 204
    assert (await site.ask("DELETE", "/my-voices/v1"))[0] == 404


async def test_what_a_session_wants_comes_to_the_agent() -> None:
    said = [{"speaker": "caller", "heard": f"word {n}"} for n in range(30)]
    wanted = wanted_of(
        NewSession(
            system_prompt="Sell boats.",
            style="concise",
            interruption_sensitivity="low",
            language="auto",
            memory=3,
        ),
        said,
    )
    assert wanted.prompt == "Sell boats." and wanted.turn == {"sensitivity": "low"}
    assert wanted.language == "" and wanted.assistant == {"languages": list(DETECTED)}
    assert "one short sentence" in wanted.manner and len(DETECTED) >= 9
    assert "word 29" in wanted.manner and "word 27" in wanted.manner and "word 26" not in wanted.manner
    assert wanted_of(NewSession(agent="demo", memory=0), said).manner == ""
    beside = wanted_of(NewSession(agent="demo", system_prompt="Be brief."), ())
    assert (beside.agent, beside.prompt, beside.manner) == ("demo", None, "Be brief.")
    await asyncio.sleep(0)


# ---- what stands before a socket


async def test_a_key_in_the_header_is_enough_and_one_in_the_address_is_none(site: Site) -> None:
    headers = bearer(site.secret)
    client = WebClient(await site.client.ws_connect("/ws", headers=headers))
    await client.say(type="init", agent="demo", mode="text")
    await client.told("ready")
    stranger = WebClient(await site.client.ws_connect(f"/ws?apiKey={site.secret}", headers=STRANGER))
    await stranger.say(type="init", agent="demo", mode="text")
    assert await stranger.closed() == CloseCode.INVALID_KEY


async def test_pages_of_other_sites_do_not_get_as_far_as_a_socket(site: Site) -> None:
    for path in ("/ws", f"/ws/voice/{uuid4()}"):
        with pytest.raises(WSServerHandshakeError) as refused:
            await site.client.ws_connect(path, origin="https://evil.example", headers=STRANGER)
        assert refused.value.status == 403


async def test_bad_text_and_giants_are_closed_as_the_standard_says(site: Site) -> None:
    client = WebClient(await site.client.ws_connect("/ws", headers=STRANGER))
    await client.ws.send_frame(b"\xff\xfe", WSMsgType.TEXT)
    assert await client.closed() == 1007
    client = WebClient(await site.client.ws_connect("/ws", headers=STRANGER))
    await client.ws.send_str("x" * (300 << 10))
    assert await client.closed() == 1009


class OneVoice:
    """A catalogue with one voice."""

    def __init__(self) -> None:
        self.voice = SimpleNamespace(id="oliver", name="Oliver", language="en-GB", engine="parler")

    async def standing(self, voice: str) -> Any:
        if voice != "oliver":
            raise EngineMissingError(f"there is no voice {voice}")
        return SimpleNamespace(voice=self.voice)


async def test_a_key_keeps_voices_of_the_catalogue_for_itself(site: Site) -> None:
    site.context.voices = cast(Any, OneVoice())
    _, other = await stored_key(site.context, site.pool, (Scope.SESSIONS,), "other")
    status, kept = await site.ask("PUT", "/my-voices/oliver")
    assert (status, kept["name"], kept["engine"]) == (200, "Oliver", "parler")
    assert (await site.ask("PUT", "/my-voices/oliver", {"name": "Our doorman"}, other))[0] == 200
    status, kept = await site.ask("PUT", "/my-voices/oliver", {"name": "Front desk"})
    assert kept["name"] == "Front desk"
    assert (await site.ask("PUT", "/my-voices/nobody"))[0] == 404
    for secret, name in ((site.secret, "Front desk"), (other, "Our doorman")):
        _, shown = await site.ask("GET", "/my-voices", secret=secret)
        assert [(each["id"], each["name"]) for each in shown["voices"]] == [("oliver", name)]
    assert (await site.ask("DELETE", "/my-voices/oliver"))[0] == 204
    assert (await site.ask("DELETE", "/my-voices/oliver"))[0] == 404
    assert len((await site.ask("GET", "/my-voices", secret=other))[1]["voices"]) == 1


async def test_a_key_keeps_no_more_voices_than_that(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.voice_sessions.MOST_VOICES", 0)
    site.context.voices = cast(Any, OneVoice())
    status, told = await site.ask("PUT", "/my-voices/oliver")
    assert (status, told["error"]["code"]) == (422, "too_many_voices")
    assert (await site.ask("GET", "/my-voices"))[1] == {"voices": []}
