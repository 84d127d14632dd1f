"""Answers offers with an echo, for tests.load.webrtc_load: by our own stack, or by aiortc as it comes.

python -m tests.load.webrtc_answerer ours|aiortc PORT
"""

from __future__ import annotations

import asyncio
import sys
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from aiohttp import web

HOST = "127.0.0.1"
SDP = "application/sdp"


async def ours(app: web.Application) -> None:
    from mediaserver.calls.echo import EchoApp
    from mediaserver.calls.protocols import Invitation
    from mediaserver.calls.routes import AgentSpec
    from mediaserver.media.clock import MediaClock
    from mediaserver.rtp.wire import RtpWire
    from mediaserver.sdp.codecs import OpusWish
    from mediaserver.sdp.policy import CodecOrder, MediaPolicy
    from webrtc.door import Wanted, WebRtcDoor
    from webrtc.hosts import ReachableHosts

    wire, clock = RtpWire(HOST, (40_000, 49_998), ports_ahead=16), MediaClock(None, phases=5)
    clock.add_wire(wire)
    clock.start()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(leg: Any) -> None:
        await leg.answer()
        clock.attach(leg, EchoApp())

    def invite(invitation: Invitation, agent: AgentSpec | None, owner: UUID | None) -> Any:
        task = asyncio.create_task(serve(invitation.leg))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        return SimpleNamespace(id=uuid4())

    policy = MediaPolicy(("opus", "PCMU"), order=CodecOrder.OURS, opus=OpusWish(28_000))
    door = WebRtcDoor(wire, ReachableHosts(HOST), policy, invite)

    async def offer(request: web.Request) -> web.Response:
        call = await door.take(door.read(await request.read()), None, HOST, Wanted("echo"))
        return web.Response(status=201, body=call.answer, content_type=SDP)

    app.router.add_post("/offer", offer)


async def stock(app: web.Application) -> None:
    import aioice.ice
    from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription

    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [HOST]
    connections: set[RTCPeerConnection] = set()

    async def offer(request: web.Request) -> web.Response:
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        connections.add(connection)

        @connection.on("track")
        def track(each: MediaStreamTrack) -> None:
            connection.addTrack(each)

        await connection.setRemoteDescription(RTCSessionDescription((await request.read()).decode(), "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        return web.Response(status=201, text=connection.localDescription.sdp, content_type=SDP)

    app.router.add_post("/offer", offer)


async def main(which: str, port: int) -> None:
    app = web.Application()
    await (ours if which == "ours" else stock)(app)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
