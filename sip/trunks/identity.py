"""Who vouches for the caller of a trunk's call: STIR/SHAKEN (:rfc:`8224`, :rfc:`8588`).

Identity headers are handed on as they came. Where a trunk asks for it they are verified as well: signature,
signer, age, and that they are about this very call. It must never let a call wait for long, nor believe what
nobody signed.
"""

from __future__ import annotations

import datetime
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, TypeAlias

from cryptography.x509 import Certificate

from sip.messages.grammar import ParseError
from sip.messages.headers import NameAddr
from sip.messages.message import Request
from sip.trunks.numbers import is_number, number_in, rewritten
from sip.trunks.passport import LONGEST, Passport, PassportError, canonical_number
from sip.trunks.signers import BAD_INFO, SignerError
from sip.trunks.spec import TrunkSpec

MOST_HEADERS = 3
"""Of one call that are handed on and looked at: its own, and those of who diverted it."""
MOST_ASSERTED = 10
"""That are looked at, as many as are told."""
FRESH_S = 60
"""Older ones may have been another call's (:rfc:`8224`, section 4.1)."""
MISSING, STALE, INVALID = 428, 403, 438

_SEPARATORS = re.compile(r"[-.() ]")

Verstat: TypeAlias = Literal["TN-Validation-Passed", "TN-Validation-Failed", "No-TN-Validation"]
"""As telephony hands the outcome on (3GPP TS 24.229, section 7.2A.20)."""
FAILED: Verstat = "TN-Validation-Failed"
SignerOf: TypeAlias = Callable[[str, datetime.datetime], Awaitable[Certificate]]
"""The certificate at an address, believed at that time. Raises SignerError."""


@dataclass(frozen=True, slots=True)
class IdentityVerdict:
    """What became of it."""

    verstat: Verstat
    attest: str = ""
    """Of a call that passed."""
    origin: str = ""
    code: int = 0
    """With which a call is refused where this is required; 0: it passed."""
    why: str = ""

    def as_dict(self) -> dict[str, str]:
        """For the agent and the call's row."""
        said = {"verstat": self.verstat, "attest": self.attest, "origid": self.origin}
        return {name: value for name, value in said.items() if value}


def identity_headers(request: Request) -> list[str]:
    """Those of a request that may be handed on, in their order."""
    values = request.raw_values("identity")[:MOST_HEADERS]
    return [value for value in values if len(value) <= LONGEST and value.isascii() and value.isprintable()]


async def verdict_on(
    request: Request, spec: TrunkSpec, signer_of: SignerOf, now: Callable[[], float] = time.time
) -> IdentityVerdict:
    """Of an INVITE of this trunk. Never raises."""
    headers = identity_headers(request)
    if not headers:
        return IdentityVerdict("No-TN-Validation", code=MISSING, why="nobody vouches for the caller")
    first: IdentityVerdict | None = None
    for header in headers:
        found = await _judged(header, request, spec, signer_of, now())
        if not found.code:
            return found
        first = first or found
    assert first is not None
    return first


async def _judged(
    header: str, request: Request, spec: TrunkSpec, signer_of: SignerOf, now: float
) -> IdentityVerdict:
    try:
        passport = Passport.parse(header)
    except PassportError as error:
        return _failed(INVALID, str(error))
    if abs(now - passport.issued_at) > FRESH_S:
        return _failed(STALE, f"it was signed {now - passport.issued_at:,.0f} s ago")
    if not _is_about(passport.caller, request, spec):
        return _failed(INVALID, "it is about another caller")
    if not set(passport.called) & _called(request, spec):
        return _failed(INVALID, "it is about another call")
    try:
        certificate = await signer_of(passport.url, datetime.datetime.fromtimestamp(now, datetime.UTC))
    except SignerError as error:
        return _failed(error.code, str(error), "No-TN-Validation" if error.code == BAD_INFO else FAILED)
    if not passport.is_signed_by(certificate):
        return _failed(INVALID, "its signature is not its signer's")
    return IdentityVerdict("TN-Validation-Passed", passport.attest, passport.origin)


def _failed(code: int, why: str, verstat: Verstat = FAILED) -> IdentityVerdict:
    return IdentityVerdict(verstat, code=code, why=why)


def _is_about(caller: str, request: Request, spec: TrunkSpec) -> bool:
    """Whether that is who is said to call: by P-Asserted-Identity where there is one, which the trunk stands
    for; else by From. All that is told of the caller counts (`sip.trunks.origin`): were one of two numbers
    enough, a number of one's own would vouch for a stranger's beside it."""
    told: list[NameAddr] = []
    with suppress(ParseError):
        for value in request.get_all("P-Asserted-Identity")[:MOST_ASSERTED]:
            with suppress(ParseError):
                told.append(NameAddr.parse(value))
    told = [each for each in told if each.uri.scheme == "tel" or each.uri.unescaped_user]
    return all(caller in _names(each, spec) for each in told or [request.from_])


def _called(request: Request, spec: TrunkSpec) -> set[str]:
    """Whom it is for: To, and where it was sent on to."""
    wanted = (request.to, NameAddr("", request.uri))
    return {name for each in wanted for name in _names(each, spec)}


def _names(address: NameAddr, spec: TrunkSpec) -> set[str]:
    """An address, and its number as a PASSporT would have it: as it stands, and in E.164."""
    uri = address.uri
    user = uri.opaque.partition(";")[0] if uri.scheme == "tel" else number_in(uri.unescaped_user or "")
    user = _SEPARATORS.sub("", user)
    names = {str(uri)}
    if uri.scheme == "tel" or is_number(user):
        names |= {canonical_number(user), canonical_number(rewritten(spec.receive, user))}
    return names - {""}
