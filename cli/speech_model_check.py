"""What `voiceforge doctor` looks at of speech-to-speech models: the key, the address, and whether somebody
there takes a session. No audio is sent and no answer asked for, so that it costs nothing.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mediaserver.settings.speech_to_speech import SpeechModelSettings
    from pipelines.speech_to_speech.connection import SpeechEndpoint

WITHIN_S = 10.0
MOST_SHOWN = 200
"""Characters of what a server says."""


async def session_there(name: str, given: SpeechModelSettings) -> str:
    """What the model is, and where. Raises EngineError: no key, nobody there, or it takes no session."""
    from pipelines.speech_to_speech.endpoint import endpoint_of

    endpoint = endpoint_of(name, given)
    await _greeted(endpoint)
    return f"{given.model or 'its only model'} at {endpoint.url.partition('?')[0]}"


async def _greeted(endpoint: SpeechEndpoint) -> None:
    """It opens a session. Raises EngineError."""
    import aiohttp

    from mediaserver.errors import EngineError

    try:
        async with (
            asyncio.timeout(WITHIN_S),
            aiohttp.ClientSession() as session,
            session.ws_connect(endpoint.url, headers=endpoint.headers, max_msg_size=1 << 20) as socket,
        ):
            first = await socket.receive()
    except aiohttp.WSServerHandshakeError as error:
        why = "it refuses the key" if error.status in (401, 403) else f"it answers {error.status}"
        raise EngineError(f"{why}: is the url right, and the key of this server?") from None
    except TimeoutError:
        raise EngineError(f"nobody opens a session within {WITHIN_S:.0f} s") from None
    except (aiohttp.ClientError, OSError) as error:
        raise EngineError(f"it cannot be reached: {' '.join(str(error).split())}") from None
    said = _event(first.data)
    if said.get("type") == "error":
        detail = said.get("error")
        message = detail.get("message") if isinstance(detail, dict) else ""
        raise EngineError(f"it says: {' '.join(str(message).split())[:MOST_SHOWN]}")
    if said.get("type") != "session.created":
        raise EngineError("it answers something else than a session: is this a server of OpenAI's Realtime?")


def _event(data: object) -> dict[str, Any]:
    try:
        event = json.loads(data) if isinstance(data, str) else {}
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}
