"""Who is at the other end of a call, as agents and their tools are told, whatever kind of agent it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mediaserver.calls.call import Call
from mediaserver.outbound.numbers import NumberPlan, readings_in
from pipelines.assistant.calling import Calling
from providers.provider import NOT_VALID

STRANGERS = "anonymous"
"""Who pays for the calls of those who proved nothing (`payer_of`)."""
FAILED = "TN-Validation-Failed"
"""Of STIR/SHAKEN, as `sip.trunks.identity` says it."""
_SCHEME = re.compile(r"^(sips?|tel):", re.IGNORECASE)
_SIP = re.compile(r"^sips?:", re.IGNORECASE)
_LONGEST_E164 = 15
_ANONYMOUS = re.compile(r"(anonymous|unknown|restricted)\b", re.IGNORECASE)


def number_of(address: str, plan: NumberPlan) -> str:
    """The telephone number of an address or a text, in E.164 with its `+`; empty for names, extensions and
    anonymous callers."""
    readings = readings_in(address, plan)
    # A zero that is no part of a number may be left in it: the shortest reading is without.
    shortest = min(readings, key=lambda reading: (len(reading), reading), default="")
    return f"+{shortest}" if len(shortest) <= _LONGEST_E164 and shortest else ""


def other_end(call: Call) -> str:
    """The address of who calls, or of whom we called."""
    return call.to_uri if call.direction == "outbound" else call.from_uri


def given_along(call: Call) -> Mapping[str, Any]:
    """What whoever placed the call gave along; what the network said (`sip`) is nobody's to tell."""
    return {name: value for name, value in call.about.items() if name != "sip"}


def vouched_for(call: Call) -> bool:
    """Whether somebody else than the caller says who calls: whom we called, an extension by its password, a
    trunk or an account at a provider, unless a signature speaks against it. Who needed no proof may write any
    number, and so may who comes to a provider by a SIP address of his own."""
    if call.direction == "outbound":
        return True
    provider = call.about.get("provider")
    if isinstance(provider, Mapping) and (
        provider.get("attestation") == NOT_VALID or "@" in call.from_uri or _SIP.match(call.from_uri)
    ):
        return False
    network = call.about.get("sip")
    signed = network.get("verstat") if isinstance(network, Mapping) else None
    return not call.payer.startswith(STRANGERS) and signed != FAILED


def calling_of(
    call: Call, language: str, plan: NumberPlan, about: Mapping[str, Any] | None = None
) -> Calling:
    """What an agent knows of this call, which begins now for it. `about`: what is given along; None: what
    whoever placed the call gave."""
    address = other_end(call)
    number = number_of(address, plan)
    caller = number or _SCHEME.sub("", address).partition(";")[0]
    return Calling(
        call.id,
        language,
        "" if _ANONYMOUS.match(caller) else caller,
        number if vouched_for(call) else "",
        outbound=call.direction == "outbound",
        about=given_along(call) if about is None else about,
        began=datetime.now().astimezone(),
    )
