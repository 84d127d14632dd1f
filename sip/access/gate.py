"""Decides who may call, by what a request proves: never by its From, and never by whom it dials.

    1. a trunk that needs no password: its networks, its header
    2. digest: an extension, or a trunk that has one
    3. the connection (TCP, TLS, WebSocket) on which an extension registered
    4. a network that needs no proof (`sip.anonymous`)
    5. everybody else gets one and the same challenge, so that nobody learns which numbers exist

A request and `now` in, who it is or the refusal out. It must never send, and keeps nothing of whom it
refuses.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Protocol
from weakref import WeakKeyDictionary

from mediaserver.addresses import address_of
from sip.access.challenger import Challenger
from sip.access.endpoints import Admitted, Endpoints, Trunk
from sip.messages.headers import WEB_SOCKETS
from sip.messages.message import Request, Response
from sip.transactions.requests import Peer

log = logging.getLogger(__name__)

SAID_EVERY_S = 600.0
"""So often at most the log speaks of strangers."""


class Sender(Peer, Protocol):
    """Where a request came from, and by which connection."""

    @property
    def connection(self) -> object | None:
        """None by UDP."""

    @property
    def relayed(self) -> bool:
        """The address is a proxy's, or proves nothing of who sends."""


class Gate:
    """One for a server. `endpoints` may be replaced at any time; calls that are up keep what they were."""

    def __init__(self, endpoints: Endpoints, challenger: Challenger) -> None:
        """`challenger`: with the passwords of the endpoints."""
        self.endpoints = endpoints
        self._challenger = challenger
        self._connections: WeakKeyDictionary[object, tuple[str, float]] = WeakKeyDictionary()
        """TCP connections, to the extension that registered on each and the end of its registration. Never
        by their addresses: behind one NAT the next one from there may be somebody else's."""
        self._strangers = 0
        self._said_at: float | None = None

    def admit(self, request: Request, source: Sender, now: float) -> Admitted | Response:
        """Who sends a new INVITE, or the response that refuses it."""
        if (trunk := self._trunk(request, source)) is not None:
            return trunk.admitted
        verdict = self._challenger.verdict(request, source.host, now)
        if verdict.ok and verdict.user is not None:
            return self._proven(verdict.user, request, source.host)
        if verdict.proves_nothing:
            if (extension := self._registered_on(source, now)) is not None:
                return extension
            if self._needs_no_proof(source):
                return Admitted("anonymous", reach=self.endpoints.anonymous_reach)
            self._stranger(source.host, now)
        return self._challenger.challenge(request, source.host, now, stale=verdict.stale)

    def within_dialog(
        self,
        request: Request,
        source: Peer,
        hosts: Collection[str],
        now: float,
        *,
        proved: bool = False,
        extension: str = "",
    ) -> Response | bool:
        """The response that refuses a request within a dialog; when it may pass, whether it has proven by a
        password to be where it came from. `hosts`: the addresses
        that the other side is known to be at. From elsewhere (a phone that moved, another server of a
        carrier) it needs the same proof as a new call: who merely learned the tags ends nobody's call.
        `proved`: whoever opened the dialog had to prove who it is; a network that needs no proof is none
        then. `extension`: whose call it is, when that is known: no other's password counts."""
        host = source.host
        if host in hosts or address_of(host) in {address_of(each) for each in hosts} - {None}:
            return False
        endpoints = self.endpoints
        if not extension and (endpoints.is_trunk(host) or endpoints.of_source(request, host) is not None):
            return False  # carriers send from any of their servers, and a phone's call is none of theirs
        if not proved and endpoints.is_anonymous(host):
            return False
        verdict = self._challenger.verdict(request, host, now)
        if not verdict.ok:
            return self._challenger.challenge(request, host, now, stale=verdict.stale)
        return self._is_of(extension, verdict.user) or request.response(403)

    def within_dialog_by_socket(
        self, request: Request, source: Sender, now: float, *, extension: str, lost: bool
    ) -> Response | bool:
        """The same where one of both ways is a WebSocket, and not the other side's present one: pages share
        addresses, so that these prove nothing. `lost`: the present one is closed; a page that comes back has
        registered, or is one that needs no proof."""
        registered = self._registered_on(source, now)
        if registered is not None and registered.name == extension:
            return True
        if lost and not extension and self._needs_no_proof(source):
            return False
        verdict = self._challenger.verdict(request, source.host, now)
        if not verdict.ok:
            return self._challenger.challenge(request, source.host, now, stale=verdict.stale)
        return self._is_of(extension, verdict.user) or request.response(403)

    def proves(self, caller: Admitted, source: Peer) -> bool:
        """Whether who was admitted has also proven to be at that address: by TCP, or by a digest, whose nonce
        went there. A trunk's address alone may be written on a datagram by anybody."""
        if caller.kind == "anonymous":
            return False
        if source.transport != "UDP" or caller.kind == "extension":
            return True
        trunk = self.endpoints.trunks.get(caller.name)
        return trunk is not None and bool(trunk.password)  # it was asked for it

    @property
    def challenger(self) -> Challenger:
        """Who asks for passwords."""
        return self._challenger

    def has_standing(self, host: str, now: float) -> bool:
        """Whether somebody at that address is known: a trunk, a network that needs no proof, or who gave a
        right password lately."""
        endpoints = self.endpoints
        return (
            endpoints.is_trunk(host)
            or endpoints.is_anonymous(host)
            or self._challenger.guessing.proven(host, now)
        )

    def knows(self, request: Request, source: Sender, now: float) -> bool:
        """The same for who sends a request, also by its connection or its header."""
        return (
            self.has_standing(source.host, now)
            or self._registered_on(source, now) is not None
            or self._trunk(request, source) is not None
        )

    def banned(self, host: str, now: float) -> bool:
        """Whether nothing from this host is to be looked at. Cheap: asked before anything is read."""
        return self._challenger.guessing.banned(host, now)

    def registered(self, extension: str, source: Sender, until: float | None) -> None:
        """An extension registered from there, until then; None: it no longer is."""
        if source.connection is None:
            return  # anybody can write a datagram in its name
        if until is None:
            self._connections.pop(source.connection, None)
        else:
            self._connections[source.connection] = (extension, until)

    def _is_of(self, extension: str, user: str | None) -> bool:
        """Whether a user that has proven itself may speak for an extension; for nobody known, any may."""
        return extension == "" or (user is not None and self.endpoints.extension_of(user) == extension)

    def _trunk(self, request: Request, source: Sender) -> Trunk | None:
        """Whose request it is by its address and header alone; nobody's by WebSocket, which no server calls
        by: there the address is that of a proxy, or of any page beside the trunk."""
        return None if source.transport in WEB_SOCKETS else self.endpoints.of_source(request, source.host)

    def _needs_no_proof(self, source: Sender) -> bool:
        return self.endpoints.is_anonymous(source.host) and not source.relayed

    def _registered_on(self, source: Sender, now: float) -> Admitted | None:
        if source.connection is None:
            return None
        extension, until = self._connections.get(source.connection, ("", 0.0))
        found = self.endpoints.extension(extension)
        return found.admitted if found is not None and now < until else None

    def _proven(self, user: str, request: Request, host: str) -> Admitted | Response:
        endpoint = self.endpoints.of_user(user)
        if endpoint is None:  # it was taken away this very moment
            return request.response(403)
        if isinstance(endpoint, Trunk) and not endpoint.fits(request, address_of(host)):
            log.warning(
                "a call from %s has the password of the trunk %s, but not its network or header: see "
                "sip.trunks.%s", host, endpoint.name, endpoint.name,
            )  # fmt: skip
            return request.response(403)
        return endpoint.admitted

    def _stranger(self, host: str, now: float) -> None:
        """Say who was asked for proof: the first, and then how many, unless it is where a phone of ours
        is."""
        if self._challenger.guessing.proven(host, now):
            return
        self._strangers += 1
        if self._said_at is not None and now - self._said_at < SAID_EVERY_S:
            return
        others = self._strangers - 1
        more = f" (and {others} calls of others since the last such line)" if others else ""
        self._said_at, self._strangers = now, 0
        log.warning(
            "a call from %s was asked to prove whose it is%s: it comes from no trunk and no network that "
            "needs no proof. A phone does so with the password of its extension (sip.extensions); to let a "
            "server in by its address, make it a trunk (sip.trunks); to let in anybody from there, add its "
            "network to sip.anonymous", host, more,
        )  # fmt: skip
