"""Reading the WebSocket of a media stream that has begun, whoever has opened it: a provider or a PBX.

Limits count before anything is parsed; a message that cannot be read is left, and a stream of nothing else is
ended. What a message means is the stream's to say.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from aiohttp import WSMessage, WSMsgType

from api.gateway.socket import YIELD_EVERY
from api.message_rate import MessageRate
from api.pinged_socket import PingedSocket
from mediaserver.errors import PeerError
from mediaserver.seldom import Seldom
from providers.streams.dialect import Stopped, StreamFault
from providers.streams.media_stream import MediaStream
from providers.streams.stream_close import StreamClose

log = logging.getLogger(__name__)

HEARTBEAT_S = 20.0
"""A socket whose far end does not answer a ping of ours is lost."""
FIRST_S = 5.0
"""The stream must have started within this."""
PER_SECOND, AT_ONCE = 200.0, 1_000.0
"""Messages in the long run, and at once: a stream has 50 of audio a second, 5 of marks, and after two seconds
of stillness all of it in a burst."""
MOST_FAULTS = 25
"""Messages in a row that cannot be read: what comes is something else."""

_faults = Seldom()


class StreamEnded(PeerError):
    """The stream is to be closed by us, so."""

    def __init__(self, code: StreamClose, why: str) -> None:
        super().__init__(why)
        self.code = code


async def read_stream(
    socket: PingedSocket, stream: MediaStream, stopped: Callable[[Stopped], None]
) -> WSMessage:
    """Until the socket is closed, by whomever; returns the message that says so. `stopped`: called when the
    far end says that its stream ends. Raises StreamEnded."""
    rate, count, faults = MessageRate(time.monotonic(), PER_SECOND, AT_ONCE), 0, 0
    while True:
        message = await socket.receive()
        if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
            return message
        if not rate.admits(time.monotonic()):
            raise StreamEnded(StreamClose.RATE_LIMIT, f"more than {PER_SECOND:g} messages a second")
        try:
            event = stream.read(message.data)
            stream.happened(event)
            faults = 0
        except StreamFault as fault:
            faults += 1
            if faults >= MOST_FAULTS:
                why = f"{faults} messages in a row cannot be read: {fault}"
                raise StreamEnded(StreamClose.PROTOCOL, why) from None
            warn_seldom(log, _faults, "a message of a media stream was left: %s", fault)
            continue
        if isinstance(event, Stopped):
            stopped(event)
        count += 1
        if count % YIELD_EVERY == 0:
            await asyncio.sleep(0)


def warn_seldom(to: logging.Logger, seldom: Seldom, text: str, *about: object) -> None:
    """A line that strangers can cause."""
    if (unsaid := seldom.due(time.monotonic())) is not None:
        more = f" (and {unsaid} more since the last such line)" if unsaid else ""
        to.warning(text + "%s", *about, more)
