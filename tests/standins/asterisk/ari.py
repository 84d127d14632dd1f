"""An ARI in memory: channels and bridges as Asterisk 22.10's rest-api documents have them, refusing what that
refuses (a wrong password, no such channel, a channel that is not in Stasis), events to whoever listens, and a
media WebSocket for each channel of externalMedia."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from aiohttp import WSCloseCode, WSMsgType, web
from aiohttp.test_utils import TestServer

USER, PASSWORD, APP = "voiceforge", "s3cret", "voiceforge"


class AriStandIn:
    def __init__(self) -> None:
        self.password = PASSWORD
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        """Method, path, query of each request but pings."""
        self.channels: dict[str, dict[str, Any]] = {}
        self.subscribed: set[str] = set()
        """Channels of whose ends it tells: those that it was asked to call, and for."""
        self.bridges: dict[str, set[str]] = {}
        self.recordings: dict[str, bytes] = {}
        self.media: dict[str, web.WebSocketResponse] = {}
        """By the ids of their channels."""
        self.said: list[str | bytes] = []
        """What came by media WebSockets."""
        self.fails: dict[str, tuple[int, str]] = {}
        """Paths that are answered so, once each."""
        self.modules = {"chan_websocket.so", "app_stasis.so"}
        self.listeners: list[web.WebSocketResponse] = []
        self.listened = asyncio.Event()
        self._connections: dict[str, str] = {}
        app = web.Application()
        app.router.add_get("/ari/events", self._events)
        app.router.add_get("/media/{id}", self._media)
        app.router.add_route("*", "/ari/{path:.*}", self._ask)
        self.server = TestServer(app)

    @property
    def url(self) -> str:
        return f"http://{self.server.host}:{self.server.port}"

    def count(self, method: str, path: str) -> int:
        return sum((each, where) == (method, path) for each, where, _ in self.asked)

    # -- what happens at it

    async def tell(self, kind: str, **more: Any) -> None:
        for socket in [*self.listeners]:
            await socket.send_str(json.dumps({"type": kind, "application": APP, **more}))

    async def call_in(
        self, id: str = "1795.1", *args: str, number: str = "0301234567", exten: str = "800"
    ) -> None:
        """Somebody calls, and the dialplan hands it over."""
        channel = self.channels[id] = {
            "id": id, "name": f"PJSIP/101-{id}", "state": "Ring", "caller": {"number": number, "name": "Ada"},
            "dialplan": {"context": "office", "exten": exten, "priority": 1}, "channelvars": {},
        }  # fmt: skip
        await self.tell("StasisStart", args=list(args), channel=channel)

    async def enters(self, id: str, *args: str) -> None:
        self.channels[id]["state"] = "Up"
        await self.tell("StasisStart", args=list(args), channel=self.channels[id])

    async def ends(self, id: str, cause: int = 16, text: str = "Normal Clearing") -> None:
        channel = self.channels.pop(id)
        if (socket := self.media.pop(id, None)) is not None:
            await socket.close(code=WSCloseCode.OK)
        await self.tell("StasisEnd", channel=channel)
        if id in self.subscribed:  # who only came by Stasis is not told of any more
            await self.tell("ChannelDestroyed", channel=channel, cause=cause, cause_txt=text)

    async def drop_listeners(self) -> None:
        for socket in [*self.listeners]:
            await socket.close(code=WSCloseCode.GOING_AWAY)
        self.listeners.clear()
        self.listened.clear()

    # -- its interface

    def _refused(self, request: web.Request) -> bool:
        wanted = "Basic " + base64.b64encode(f"{USER}:{self.password}".encode()).decode()
        return request.headers.get("Authorization") != wanted

    async def _events(self, request: web.Request) -> web.StreamResponse:
        if self._refused(request) or request.query.get("app") != APP:
            return web.json_response({"error": "Authentication required"}, status=401)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await self.tell("ApplicationReplaced")  # it tells one at a time
        self.listeners[:] = [socket]
        self.listened.set()
        async for _ in socket:
            """It says nothing."""
        if socket in self.listeners:
            self.listeners.remove(socket)
        return socket

    async def _media(self, request: web.Request) -> web.StreamResponse:
        id = self._connections.pop(request.match_info["id"], None)
        if id is None:
            return web.Response(status=404)
        socket = web.WebSocketResponse(protocols=("media",))
        await socket.prepare(request)
        self.media[id] = socket
        await socket.send_str(
            f"MEDIA_START connection_id:{uuid4()} channel:WebSocket/INCOMING/0x1 channel_id:{id}"
            " format:slin16 optimal_frame_size:640 ptime:20"
        )
        await self.enters(id)
        async for message in socket:
            if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                self.said.append(message.data)
                if message.data == "HANGUP":
                    await self.ends(id)
        return socket

    async def _ask(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.match_info["path"]
        if self._refused(request):
            return web.json_response({"error": "Authentication required"}, status=401)
        if path != "/asterisk/ping":
            self.asked.append((request.method, path, dict(request.query)))
        if path in self.fails:
            status, why = self.fails.pop(path)
            return web.json_response({"message": why}, status=status)
        match request.method, path.strip("/").split("/"):
            case "GET", ["asterisk", "ping"]:
                return web.json_response({"asterisk_id": "x", "ping": "pong"})
            case "GET", ["asterisk", "info"]:
                return web.json_response({"system": {"version": "22.10.1"}})
            case "GET", ["asterisk", "modules", name]:
                there = name in self.modules
                return web.json_response({"name": name}) if there else _none("Module could not be found")
            case "GET", ["applications", _] if not self.listeners:
                return _none("Application not found")
            case "GET", ["applications", _]:
                return web.json_response(
                    {"name": APP, "channel_ids": [*self.channels], "bridge_ids": [*self.bridges]}
                )
            case "POST", ["applications", _, "subscription"]:
                self.subscribed.add(request.query["eventSource"].removeprefix("channel:"))
                return web.json_response({"name": APP})
            case "GET", ["channels"]:
                return web.json_response([*self.channels.values()])
            case "POST", ["channels", "externalMedia"]:
                return self._external(dict(request.query))
            case "POST", ["channels", id] if id not in self.channels:
                self.channels[id] = {"id": id, "state": "Down"}
                self.subscribed.add(id)
                return web.json_response(self.channels[id])
            case "POST", ["bridges", id]:
                self.bridges[id] = set()
                return web.json_response({"id": id})
            case "DELETE", ["bridges", id]:
                return _gone() if self.bridges.pop(id, None) is not None else _none("Bridge not found")
            case "POST", ["bridges", id, "addChannel"]:
                self.bridges[id].add(request.query["channel"])
                return _gone()
            case "POST", ["bridges", id, "record"]:
                self.recordings[request.query["name"]] = b"RIFF" + bytes(2_000)
                return web.json_response({"name": request.query["name"], "state": "recording"}, status=201)
            case "GET", ["recordings", "stored", name, "file"]:
                found = self.recordings.get(name)
                return _none("Recording not found") if found is None else web.Response(body=found)
            case "DELETE", ["recordings", "stored", name]:
                return (
                    _gone() if self.recordings.pop(name, None) is not None else _none("Recording not found")
                )
            case method, ["channels", id, *what]:
                return await self._of_channel(method, id, what)
            case _:
                return _none("Resource not found")

    async def _of_channel(self, method: str, id: str, what: list[str]) -> web.StreamResponse:
        if id not in self.channels:
            return _none("Channel not found")
        if method == "DELETE" and not what:
            await self.ends(id)
        elif method == "GET":
            return web.json_response(self.channels[id])
        elif what == ["answer"]:
            self.channels[id]["state"] = "Up"
        elif what == ["continue"]:
            await self.tell("StasisEnd", channel=self.channels[id])
        return _gone()

    def _external(self, query: dict[str, str]) -> web.Response:
        wanted = {"external_host": "INCOMING", "encapsulation": "none", "transport": "websocket",
                  "connection_type": "server", "app": APP}  # fmt: skip
        if any(query.get(name) != value for name, value in wanted.items()):
            return web.json_response({"message": "Invalid parameters"}, status=400)
        id, connection = query["channelId"], str(uuid4())
        self._connections[connection] = id
        variables = (
            {"MEDIA_WEBSOCKET_CONNECTION_ID": connection} if "chan_websocket.so" in self.modules else {}
        )
        self.channels[id] = {"id": id, "state": "Down", "channelvars": variables}
        return web.json_response(self.channels[id])


def _none(why: str) -> web.Response:
    return web.json_response({"message": why}, status=404)


def _gone() -> web.Response:
    return web.Response(status=204)


@asynccontextmanager
async def serving() -> AsyncIterator[AriStandIn]:
    made = AriStandIn()
    await made.server.start_server()
    try:
        yield made
    finally:
        await made.drop_listeners()
        await made.server.close()
