"""A registration of ours at somebody's registrar, as requests (RFC 3261 10.2): one Call-ID, rising numbers,
and the Contact under which we can be reached on the way there.

It asks once and returns what is answered. When to ask, and what an answer means, is for whoever asked.
"""

from __future__ import annotations

import secrets

from mediaserver.errors import CallError
from sip.calls.core import Core, Credentials
from sip.calls.user_agent_client import Numbering, UserAgentClient
from sip.messages.headers import NameAddr
from sip.messages.message import Response
from sip.messages.uri import Uri, escape_user
from sip.transactions.requests import Hop


class Enrolment:
    """Of one address of record at one registrar."""

    def __init__(
        self,
        core: Core,
        client: UserAgentClient,
        who: Uri,
        registrar: Uri,
        *,
        contact_user: str,
        proxy: str | None,
        transport: str,
        credentials: Credentials | None,
    ) -> None:
        """`proxy`: gets the requests in the place of the registrar."""
        self._core = core
        self._client = client
        self._who = NameAddr("", who)
        self._registrar = registrar
        self._user = escape_user(contact_user)
        self._proxy = proxy
        self._transport = transport
        self._credentials = credentials
        self._numbering = Numbering()
        self._sent_to: Hop | None = None
        self.contact: Uri | None = None
        """Ours, as it was told last."""

    async def ask(self, expires_s: int) -> Response:
        """To be registered for so long; 0: not at all. The final response. Raises CallError when none comes,
        or when nobody knows where the registrar is."""
        _, hops, routes = await self._client.ways(str(self._registrar), self._proxy, self._transport)
        if any(self._core.transport.is_us(hop.host, hop.port) for hop in hops):
            raise CallError(f"{self._registrar} is this server itself: correct the host of the trunk", 482)
        return await self._client.first_of(hops, lambda hop: self._ask(hop, routes, expires_s))

    async def _ask(self, hop: Hop, routes: list[str], expires_s: int) -> Response:
        self.contact, self._sent_to = self._contact(hop), hop
        lines = [
            ("From", str(self._who.with_tag(secrets.token_hex(8)))),
            ("To", str(self._who)),
            ("Contact", f"<{self.contact}>"),
            ("Expires", str(expires_s)),
            ("Supported", "path"),
            ("Allow", self._core.allow),
        ]
        return await self._client.ask(
            "REGISTER", self._registrar, hop, routes, lines, self._credentials, self._numbering
        )

    @property
    def unproven(self) -> str:
        """Why the registrar's last challenge was not answered; empty when it was, or nobody could."""
        return (
            self._credentials.why
            if self._credentials is not None
            else "it asks for a password, and none is set"
        )

    @property
    def disturbed(self) -> bool:
        """Whether what was told last is no longer true: its connection is closed, so that calls cannot come
        by it, or our address is another one."""
        if self._sent_to is None:
            return False
        hop = self._sent_to
        if not self._core.transport.is_open(hop.transport, hop.host, hop.port, hop.domain):
            return True
        return self._contact(hop) != self.contact

    def _contact(self, hop: Hop) -> Uri:
        contact = NameAddr.parse(self._core.contact(hop.transport, hop.host)).uri
        return Uri(contact.scheme, self._user, None, contact.host, contact.port, contact.params)
