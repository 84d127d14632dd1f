"""The registrar for extensions (RFC 3261 section 10.3): who may be reached where, and until when.

Pure but for its store: a request and `now` in, a response out. It must never send, and never accept a binding
without the password of the extension that it is for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sip.access.challenger import Challenger
from sip.access.digest import HashedPassword
from sip.access.endpoints import Endpoints
from sip.calls.dialog import INSTANCE
from sip.calls.flow import SipFlow
from sip.messages.extensions import PATH, supports
from sip.messages.grammar import ParseError
from sip.messages.headers import NameAddr
from sip.messages.message import Request, Response
from sip.messages.uri import Uri

DEFAULT_EXPIRES_S = 3600
MIN_EXPIRES_S = 60
MAX_EXPIRES_S = 7200
MAX_CONTACTS = 8
"""Bindings of one extension."""
MAX_URI = 512
MAX_PATH = 5
"""Servers that a registration may come by and be called by."""


@dataclass(frozen=True, slots=True)
class Binding:
    """One place where an extension can be reached."""

    contact: Uri
    expires_at: float
    """In seconds of `now`."""
    call_id: str
    cseq: int
    q: float = 1.0
    received: SipFlow | None = None
    """The way that the REGISTER came by: phones are called by it."""
    instance: str = ""
    """Of the phone, by its own word (+sip.instance, RFC 5626 section 4.1); empty: it did not say."""
    at: float = 0.0
    """When it registered last, in seconds of `now`."""
    path: tuple[str, ...] = ()
    """Servers between us and the phone that want to be on the way to it (:rfc:`3327`), as Route values."""


class BindingStore(Protocol):
    """Where bindings live, by extension."""

    def get(self, extension: str) -> list[Binding]: ...
    def put(self, extension: str, bindings: list[Binding]) -> None: ...
    def all(self) -> list[Binding]: ...
    def drop(self, unwanted: Callable[[Binding], bool]) -> None: ...


class MemoryStore:
    """Bindings in memory: phones register again after a restart."""

    def __init__(self) -> None:
        self._bindings: dict[str, list[Binding]] = {}

    def get(self, extension: str) -> list[Binding]:
        return list(self._bindings.get(extension, ()))

    def all(self) -> list[Binding]:
        return [binding for bindings in self._bindings.values() for binding in bindings]

    def put(self, extension: str, bindings: list[Binding]) -> None:
        if bindings:
            self._bindings[extension] = bindings
        else:
            self._bindings.pop(extension, None)

    def drop(self, unwanted: Callable[[Binding], bool]) -> None:
        for extension, bindings in list(self._bindings.items()):
            self.put(extension, [each for each in bindings if not unwanted(each)])


class Registrar:
    """Extensions of one realm. `password(extension)` is None for an extension that does not exist.

    An extension's user name in digests is the extension itself, but for pages (`sip.access.lent`).
    """

    def __init__(
        self,
        realm: str,
        password: Callable[[str], str | HashedPassword | None],
        *,
        store: BindingStore | None = None,
        min_expires_s: int = MIN_EXPIRES_S,
        max_expires_s: int = MAX_EXPIRES_S,
        max_contacts: int = MAX_CONTACTS,
        challenger: Challenger | None = None,
        endpoints: Callable[[], Endpoints] | None = None,
    ) -> None:
        """`challenger`: who asks for passwords, when that is not for the registrar alone. `endpoints`: who
        may, at any time, where `password` is not all that is known of it."""
        self._password = password
        self._endpoints = endpoints
        self.challenger = challenger or Challenger(realm, password)
        self._store: BindingStore = store if store is not None else MemoryStore()
        self._min = min_expires_s
        self._max = max_expires_s
        self._max_contacts = max_contacts

    def knows(self, extension: str) -> bool:
        """Whether there is such an extension."""
        if self._endpoints is not None:
            return self._endpoints().has_extension(extension)
        return self._password(extension) is not None

    def bindings(self, now: float) -> list[Binding]:
        """Of all extensions."""
        return [binding for binding in self._store.all() if binding.expires_at > now]

    def phone(self, extension: str, instance: str, contact: Uri, now: float) -> Binding | None:
        """Where a phone of that extension is that is in a call: it has this instance (empty: it did not say)
        or this Contact, or is the only one that can be reached. None when it cannot be told.

        What other extensions registered never counts: a Contact is anybody's to write.
        """
        own = [each for each in self.lookup(extension, now) if each.received and not each.received.lost]
        may_be = [each for each in own if not (instance and each.instance)]
        same = [each for each in own if instance and each.instance == instance]
        same = same or [each for each in may_be if each.contact.same_as(contact)]
        if not same and len(own) == 1:
            same = may_be
        return max(same, key=lambda each: each.at, default=None)

    def lookup(self, extension: str, now: float) -> list[Binding]:
        """Where an extension can be reached now, the most wanted first.

        Of equally wanted ones the last to register comes first: a phone that was started anew on another
        port leaves its old binding behind until that expires.
        """
        live = [binding for binding in reversed(self._store.get(extension)) if binding.expires_at > now]
        return sorted(live, key=lambda binding: -binding.q)

    def cut_off(self, connection: object) -> None:
        """It is closed, and phones that registered by it cannot be reached otherwise."""
        self._store.drop(lambda each: each.received is not None and each.received.connection is connection)

    def register(self, request: Request, now: float, received: SipFlow | None = None) -> Response:
        """Serve a REGISTER (10.3, its steps in order)."""
        address = request.to.uri
        if address.scheme not in ("sip", "sips"):
            return request.response(400, "To Is Not A SIP Address")
        user = self.challenger.prove(request, received.host if received is not None else "", now)
        if isinstance(user, Response):
            return user
        # A trunk proves itself to the same challenger, and has no phone to be found at.
        extension = user if self._endpoints is None else self._endpoints().extension_of(user)
        if extension != address.unescaped_user or not self.knows(extension):
            return request.response(403)
        if self._endpoints is not None and received is not None:
            self._endpoints().registered(user, received.connection)
        return self.bind(extension, request, now, received)

    def bind(self, extension: str, request: Request, now: float, received: SipFlow | None = None) -> Response:
        """Change and list the bindings of an extension whose right to do so was checked."""
        bindings = {str(b.contact): b for b in self._store.get(extension) if b.expires_at > now}
        path = _path_of(request)
        if path is None:
            return request.response(400, "Path Cannot Be Used")
        if request.contact_star:
            if request.expires != 0:
                return request.response(400, "Contact: * Needs Expires: 0")
            if any(_out_of_order(binding, request) for binding in bindings.values()):
                return request.response(500)
            bindings.clear()
        for contact in request.contacts:
            refusal = self._bind_one(bindings, contact, request, now, received, path)
            if refusal is not None:
                return refusal
        self._store.put(extension, list(bindings.values()))
        headers = [("Contact", _listed(binding, now)) for binding in bindings.values()]
        if path and supports(request, PATH):
            headers += [("Path", each) for each in path] + [("Supported", PATH)]
        return request.response(200, headers=headers)

    def _bind_one(
        self,
        bindings: dict[str, Binding],
        contact: NameAddr,
        request: Request,
        now: float,
        received: SipFlow | None,
        path: tuple[str, ...],
    ) -> Response | None:
        uri = contact.uri
        by_tls = received is not None and received.transport in ("TLS", "WSS")
        if (
            uri.scheme not in (("sip", "sips") if by_tls else ("sip",))
            or len(str(uri)) > MAX_URI
            or uri.headers
            or "maddr" in uri.params
        ):
            return request.response(400, "Contact Cannot Be Reached")
        expires = _seconds(contact.params.get("expires"))
        if expires is None:
            expires = request.expires
        if expires is None:
            expires = DEFAULT_EXPIRES_S
        if 0 < expires < self._min:
            return request.response(423, headers=[("Min-Expires", str(self._min))])
        same = next((key for key, known in bindings.items() if known.contact.same_as(contact.uri)), None)
        if same is not None:
            if _out_of_order(bindings[same], request):
                return request.response(500)
            del bindings[same]
        if expires == 0:
            return None
        if len(bindings) >= self._max_contacts:
            # A phone that was restarted on another port until the places were full must still be heard.
            oldest = min(bindings, key=lambda key: bindings[key].expires_at)
            if bindings[oldest].call_id == request.call_id and bindings[oldest].cseq == request.cseq.number:
                return request.response(403, "Too Many Contacts")  # all in this one request
            del bindings[oldest]
        bindings[str(contact.uri)] = Binding(
            contact.uri,
            now + min(expires, self._max),
            request.call_id,
            request.cseq.number,
            _quality(contact.params.get("q")),
            received,
            contact.params.get(INSTANCE) or "",
            now,
            path,
        )
        return None


def _path_of(request: Request) -> tuple[str, ...] | None:
    """Of a REGISTER; None for one that no request could follow. A password does not cover it: requests go by
    it to where the REGISTER came from, and nowhere else."""
    try:
        said = [NameAddr.parse(value) for value in request.get_all("Path")]
    except ParseError:
        return None
    if len(said) > MAX_PATH:
        return None
    for each in said:
        if not each.uri.is_sip or "lr" not in each.uri.params or len(str(each.uri)) > MAX_URI:
            return None
    return tuple(f"<{each.uri}>" for each in said)


def _out_of_order(binding: Binding, request: Request) -> bool:
    return binding.call_id == request.call_id and request.cseq.number <= binding.cseq


def _listed(binding: Binding, now: float) -> str:
    left = max(1, round(binding.expires_at - now))
    return f"<{binding.contact}>;q={binding.q:g};expires={left}"


def _seconds(text: str | None) -> int | None:
    """An expires parameter; a malformed one counts as absent (20.10)."""
    if text is None or not (text.isascii() and text.isdigit()):
        return None
    return int(text) if len(text) <= 10 else 2**32 - 1


def _quality(text: str | None) -> float:
    try:
        return min(1.0, max(0.0, float(text or "1")))
    except ValueError:
        return 1.0
