"""What a call that came to nothing on one trunk means: for the call (is another trunk asked?) and for that
trunk (whose fault was it, and how long is it left alone?).

Pure. Whoever is busy, away or declines has decided; a trunk that is silent, out of order or refuses *us* has
not, and the next one may know better (:rfc:`3261` 21.5, :rfc:`3263` 4.3).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sip.messages.grammar import ParseError, parse_number

LONGEST_REST_S = 300.0
"""A trunk that asks for more rest is asked again all the same."""
SILENT_REST_S = 10.0
"""So long one that did not answer is asked after the others."""
WRONG_CREDENTIALS = frozenset({401, 407})
"""With a password given: it is not the one."""


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """How a call on one trunk ended before it was answered."""

    code: int | None
    """The final response; None: none came."""
    rang: bool = False
    silent: bool = False
    """Nothing was heard of the trunk at all, or nothing could be sent there."""
    headers: tuple[tuple[str, str], ...] = ()
    """Of the final response."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows."""

    next_trunk: bool
    fault: bool = False
    """Of the trunk's own."""
    rest_s: float = 0.0
    """It said that it is not to be asked for so long (503 with Retry-After)."""
    doubt_s: float = 0.0
    """It is asked after the others for so long."""


FINAL = Consequence(next_trunk=False)


def consequence(attempt: FailedAttempt) -> Consequence:
    """Of an attempt that failed while its caller still waits."""
    code = attempt.code
    if attempt.silent or code is None:
        return Consequence(next_trunk=True, fault=True, doubt_s=SILENT_REST_S)
    if code == 503:
        # Once it rang this is whom we call who speaks, by way of a trunk that should not have handed it on
        # (RFC 3261 16.7): nobody who is called may take a trunk from all others.
        rest = 0.0 if attempt.rang else retry_after(attempt.headers)
        doubt = 0.0 if attempt.rang else SILENT_REST_S
        return Consequence(next_trunk=True, fault=not attempt.rang, rest_s=rest, doubt_s=doubt)
    if 500 <= code < 600:
        return Consequence(next_trunk=True, fault=True)
    if code in WRONG_CREDENTIALS:
        return Consequence(next_trunk=True, fault=True, doubt_s=SILENT_REST_S)
    if code == 408 and not attempt.rang:  # somewhere behind the trunk nobody answered
        return Consequence(next_trunk=True, fault=True)
    return FINAL


def retry_after(headers: Iterable[tuple[str, str]]) -> float:
    """Seconds of a Retry-After header (:rfc:`3261` 20.33), no more than we are willing to wait; 0 without
    one."""
    for name, value in headers:
        if name.lower() == "retry-after":
            digits = value.partition(";")[0].partition("(")[0].strip(" \t")
            try:
                return min(LONGEST_REST_S, float(parse_number(digits, "Retry-After", 2**32 - 1, clamp=True)))
            except ParseError:
                return 0.0
    return 0.0


def line_about(code: int, trunk: str) -> str:
    """One line on how to mend a trunk that refuses us, for the log; empty when the code is nothing to be
    mended here."""
    match code:
        case 401 | 407:
            return (
                f"trunk {trunk} refuses our user name and password ({code}): correct them, or see "
                f"`voiceforge trunks check {trunk}`"
            )
        case 403:
            return (
                f"trunk {trunk} forbids the call (403): it may want another caller number (caller.number), a "
                "registration, or the number is barred there"
            )
        case 488 | 606:
            return f"trunk {trunk} takes none of our codecs or not our encryption ({code}): see its codecs"
        case _:
            return ""
