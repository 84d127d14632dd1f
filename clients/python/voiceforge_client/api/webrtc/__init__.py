"""webrtc"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.browser_call_shown import BrowserCallShown
from ...models.call_token_made import CallTokenMade
from ...models.ice_servers_shown import IceServersShown
from ...models.new_call_token import NewCallToken
from ...models.problem_shown import ProblemShown
from ...types import UNSET, File, ServerEvent, Unset
from . import webrtc_browser_call as _webrtc_browser_call
from . import webrtc_end_browser_call as _webrtc_end_browser_call
from . import webrtc_ice_servers as _webrtc_ice_servers
from . import webrtc_make_call_token as _webrtc_make_call_token
from . import webrtc_offer as _webrtc_offer
from . import webrtc_restart_ice as _webrtc_restart_ice

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Webrtc:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def offer(
        self,
        *,
        body: Any,
        to: str | Unset = "",
        agent: str | Unset = "",
        flow: str | Unset = "",
        voice: str | Unset = "",
        language: str | Unset = "",
        name: str | Unset = "",
        draft: bool | Unset = False,
    ) -> bytes:
        """Call somebody from a browser: send an SDP offer, and get the answer.

        The headers of the answer have the address of the call (`Location`: DELETE hangs up), the servers
        that
        help its browser (`Link`), and the call's id with a ticket for its events (`X-Call-Id`,
        `X-Call-Ticket`).
        """
        return self._client.ask(
            _webrtc_offer.request(
                to=to,
                agent=agent,
                flow=flow,
                voice=voice,
                language=language,
                name=name,
                draft=draft,
                body=body,
            ),
            _webrtc_offer.read,
        )

    def offer_stream(
        self,
        *,
        body: Any,
        to: str | Unset = "",
        agent: str | Unset = "",
        flow: str | Unset = "",
        voice: str | Unset = "",
        language: str | Unset = "",
        name: str | Unset = "",
        draft: bool | Unset = False,
    ) -> Iterator[bytes]:
        """Call somebody from a browser: send an SDP offer, and get the answer.

        The headers of the answer have the address of the call (`Location`: DELETE hangs up), the servers
        that
        help its browser (`Link`), and the call's id with a ticket for its events (`X-Call-Id`,
        `X-Call-Ticket`).

        Piece by piece, as it comes.
        """
        return self._client.read_pieces(
            _webrtc_offer.request(
                to=to,
                agent=agent,
                flow=flow,
                voice=voice,
                language=language,
                name=name,
                draft=draft,
                body=body,
            )
        )

    def browser_call(
        self,
        id: str,
    ) -> BrowserCallShown:
        """What the server knows of a browser's call that is up."""
        return self._client.ask(
            _webrtc_browser_call.request(
                id=id,
            ),
            _webrtc_browser_call.read,
        )

    def end_browser_call(
        self,
        id: str,
    ) -> None:
        """Hang up."""
        return self._client.ask(
            _webrtc_end_browser_call.request(
                id=id,
            ),
            _webrtc_end_browser_call.read,
        )

    def restart_ice(
        self,
        id: str,
        *,
        body: Any,
    ) -> bytes:
        """Go on with a call by another network: send the browser's new ice-ufrag and ice-pwd, and get ours.

        With `If-Match: *`, as RFC 9725, section 4.3.3, has it. Candidates alone (204) need not be sent.
        """
        return self._client.ask(
            _webrtc_restart_ice.request(
                id=id,
                body=body,
            ),
            _webrtc_restart_ice.read,
        )

    def restart_ice_stream(
        self,
        id: str,
        *,
        body: Any,
    ) -> Iterator[bytes]:
        """Go on with a call by another network: send the browser's new ice-ufrag and ice-pwd, and get ours.

        With `If-Match: *`, as RFC 9725, section 4.3.3, has it. Candidates alone (204) need not be sent.

        Piece by piece, as it comes.
        """
        return self._client.read_pieces(
            _webrtc_restart_ice.request(
                id=id,
                body=body,
            )
        )

    def ice_servers(
        self,
    ) -> IceServersShown:
        """STUN and TURN servers for a browser that is going to call, with credentials that hold for a while.

        Whoever may call may ask.
        """
        return self._client.ask(_webrtc_ice_servers.request(), _webrtc_ice_servers.read)

    def make_call_token(
        self,
        *,
        to: str | Unset = "",
        agent: str | Unset = "",
        flow: str | Unset = "",
        voice: str | Unset = "",
        language: str | Unset = "",
        name: str | Unset = "",
        origins: List[str] | Unset = UNSET,
        lasts_s: int | Unset = 600,
        calls: int | Unset = 10,
    ) -> CallTokenMade:
        """Let a page of another site call one destination, without a key of its own.

        Its origin must be in `http.cors_origins`, too. It holds until the server is started anew.
        """
        return self._client.ask(
            _webrtc_make_call_token.request(
                body=NewCallToken(
                    to=to,
                    agent=agent,
                    flow=flow,
                    voice=voice,
                    language=language,
                    name=name,
                    origins=origins,
                    lasts_s=lasts_s,
                    calls=calls,
                ),
            ),
            _webrtc_make_call_token.read,
        )


class AsyncWebrtc:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def offer(
        self,
        *,
        body: Any,
        to: str | Unset = "",
        agent: str | Unset = "",
        flow: str | Unset = "",
        voice: str | Unset = "",
        language: str | Unset = "",
        name: str | Unset = "",
        draft: bool | Unset = False,
    ) -> bytes:
        """Call somebody from a browser: send an SDP offer, and get the answer.

        The headers of the answer have the address of the call (`Location`: DELETE hangs up), the servers
        that
        help its browser (`Link`), and the call's id with a ticket for its events (`X-Call-Id`,
        `X-Call-Ticket`).
        """
        return await self._client.ask(
            _webrtc_offer.request(
                to=to,
                agent=agent,
                flow=flow,
                voice=voice,
                language=language,
                name=name,
                draft=draft,
                body=body,
            ),
            _webrtc_offer.read,
        )

    def offer_stream(
        self,
        *,
        body: Any,
        to: str | Unset = "",
        agent: str | Unset = "",
        flow: str | Unset = "",
        voice: str | Unset = "",
        language: str | Unset = "",
        name: str | Unset = "",
        draft: bool | Unset = False,
    ) -> AsyncIterator[bytes]:
        """Call somebody from a browser: send an SDP offer, and get the answer.

        The headers of the answer have the address of the call (`Location`: DELETE hangs up), the servers
        that
        help its browser (`Link`), and the call's id with a ticket for its events (`X-Call-Id`,
        `X-Call-Ticket`).

        Piece by piece, as it comes.
        """
        return self._client.read_pieces(
            _webrtc_offer.request(
                to=to,
                agent=agent,
                flow=flow,
                voice=voice,
                language=language,
                name=name,
                draft=draft,
                body=body,
            )
        )

    async def browser_call(
        self,
        id: str,
    ) -> BrowserCallShown:
        """What the server knows of a browser's call that is up."""
        return await self._client.ask(
            _webrtc_browser_call.request(
                id=id,
            ),
            _webrtc_browser_call.read,
        )

    async def end_browser_call(
        self,
        id: str,
    ) -> None:
        """Hang up."""
        return await self._client.ask(
            _webrtc_end_browser_call.request(
                id=id,
            ),
            _webrtc_end_browser_call.read,
        )

    async def restart_ice(
        self,
        id: str,
        *,
        body: Any,
    ) -> bytes:
        """Go on with a call by another network: send the browser's new ice-ufrag and ice-pwd, and get ours.

        With `If-Match: *`, as RFC 9725, section 4.3.3, has it. Candidates alone (204) need not be sent.
        """
        return await self._client.ask(
            _webrtc_restart_ice.request(
                id=id,
                body=body,
            ),
            _webrtc_restart_ice.read,
        )

    def restart_ice_stream(
        self,
        id: str,
        *,
        body: Any,
    ) -> AsyncIterator[bytes]:
        """Go on with a call by another network: send the browser's new ice-ufrag and ice-pwd, and get ours.

        With `If-Match: *`, as RFC 9725, section 4.3.3, has it. Candidates alone (204) need not be sent.

        Piece by piece, as it comes.
        """
        return self._client.read_pieces(
            _webrtc_restart_ice.request(
                id=id,
                body=body,
            )
        )

    async def ice_servers(
        self,
    ) -> IceServersShown:
        """STUN and TURN servers for a browser that is going to call, with credentials that hold for a while.

        Whoever may call may ask.
        """
        return await self._client.ask(
            _webrtc_ice_servers.request(), _webrtc_ice_servers.read
        )

    async def make_call_token(
        self,
        *,
        to: str | Unset = "",
        agent: str | Unset = "",
        flow: str | Unset = "",
        voice: str | Unset = "",
        language: str | Unset = "",
        name: str | Unset = "",
        origins: List[str] | Unset = UNSET,
        lasts_s: int | Unset = 600,
        calls: int | Unset = 10,
    ) -> CallTokenMade:
        """Let a page of another site call one destination, without a key of its own.

        Its origin must be in `http.cors_origins`, too. It holds until the server is started anew.
        """
        return await self._client.ask(
            _webrtc_make_call_token.request(
                body=NewCallToken(
                    to=to,
                    agent=agent,
                    flow=flow,
                    voice=voice,
                    language=language,
                    name=name,
                    origins=origins,
                    lasts_s=lasts_s,
                    calls=calls,
                ),
            ),
            _webrtc_make_call_token.read,
        )
