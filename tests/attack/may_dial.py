"""B8: trunks known by address, header or password, and what each caller may dial."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tests.attack.called import EXTENSIONS
from tests.attack.case import Measured, at_most, attack, is_true
from tests.attack.phone import Phone
from tests.attack.target import Target

PHONE, BY_ADDRESS, BY_BOTH, STRANGER = "127.7.0.11", "127.7.0.21", "127.7.0.22", "127.7.0.66"
SECRET = "a-header-that-nobody-guesses-0123456789"
HEADER, OTHER_HEADER = f"X-Trunk: {SECRET}", f"X-Trunk: {SECRET[:-1]}"
PASSWORD = "the-trunk-knows-this-one"
TRUNKS: Mapping[str, Mapping[str, Any]] = {
    "near": {"networks": [BY_ADDRESS], "may_dial": ["echo"]},
    "named": {"header": HEADER, "may_dial": ["echo"]},
    "proven": {"password": PASSWORD},
    "both": {"networks": [BY_BOTH], "password": PASSWORD, "username": "both"},
}
GUARDED: Mapping[str, Mapping[str, Any]] = {
    "sip": {
        "anonymous": [],
        "digest": ["MD5"],
        "ban_after": 0,
        "trunks": TRUNKS,
        "extensions": {
            "101": {"password": EXTENSIONS["101"], "may_dial": ["echo"]},
            "102": EXTENSIONS["102"],
        },
    }
}
FEW: Mapping[str, Mapping[str, Any]] = {
    "sip": {"anonymous_may_dial": ["echo"], "extensions": EXTENSIONS, "digest": ["MD5"]}
}
"""Everybody here may call, and nobody but the echo."""
ELSEWHERE = ("demo", "102", "nobody", "00491711234567", "echo2")
"""Beyond a caller's list: an agent, an extension, and what does not exist."""


def _call(
    target: Target,
    host: str,
    dialled: str,
    *,
    user: str = "mallory",
    password: str | None = None,
    more: tuple[str, ...] = (),
    claims: str = "",
) -> int:
    """The final status; a call that is answered is hung up."""
    with Phone(target.sip, host, user=user) as phone:
        call = phone.call(dialled, (host, 41_000), password=password, more=more, claims=claims, within_s=4.0)
        call.bye()
        return call.status


def _is(what: str, status: int, *wanted: int) -> Measured:
    return is_true(f"{what} ({status})", status in wanted)


@attack("B8", GUARDED)
def a_trunk_is_known_by_its_address(target: Target) -> Iterable[Measured]:
    """A trunk calls without a password; whoever writes its name from elsewhere is challenged."""
    yield _is("the trunk calls", _call(target, BY_ADDRESS, "echo"), 200)
    yield _is("another address in its name", _call(target, STRANGER, "echo", user="near"), 401)
    yield _is("it calls what it may not", _call(target, BY_ADDRESS, "demo"), 403)


@attack("B8", GUARDED)
def a_trunk_is_known_by_its_header(target: Target) -> Iterable[Measured]:
    """The header's whole value counts, and nothing like it."""
    yield _is("with the header", _call(target, STRANGER, "echo", more=(HEADER,)), 200)
    yield _is("one character short", _call(target, STRANGER, "echo", more=(OTHER_HEADER,)), 401)
    yield _is("one character more", _call(target, STRANGER, "echo", more=(f"{HEADER}x",)), 401)
    yield _is("it calls what it may not", _call(target, STRANGER, "demo", more=(HEADER,)), 403)


@attack("B8", GUARDED)
def a_trunk_is_known_by_its_password(target: Target) -> Iterable[Measured]:
    """By digest from anywhere; where a network is given as well, from there alone."""
    proven: dict[str, Any] = {"user": "proven", "password": PASSWORD}
    yield _is("with its password", _call(target, STRANGER, "echo", **proven), 200)
    yield _is("it may call agents", _call(target, STRANGER, "demo", **proven), 200)
    yield _is("and no extension", _call(target, STRANGER, "102", **proven), 404)
    yield _is("a wrong one", _call(target, STRANGER, "echo", user="proven", password="wrong"), 401, 403)
    both: dict[str, Any] = {"user": "both", "password": PASSWORD}
    yield _is("network and password", _call(target, BY_BOTH, "echo", **both), 200)
    yield _is("its network alone", _call(target, BY_BOTH, "echo"), 401)
    yield _is("its password alone", _call(target, STRANGER, "echo", **both), 403)


@attack("B8", GUARDED)
def nobody_gains_by_claiming_to_be_another(target: Target) -> Iterable[Measured]:
    """101 proves itself and From says 102, who may dial everything: what 101 may dial is what counts."""
    proof: dict[str, Any] = {"user": "101", "password": EXTENSIONS["101"], "claims": "102"}
    yield _is("the agent that 101 may call", _call(target, PHONE, "echo", **proof), 200)
    yield _is("the agent that only 102 may call", _call(target, PHONE, "demo", **proof), 403)
    own: dict[str, Any] = {"user": "102", "password": EXTENSIONS["102"]}
    yield _is("102 itself calls it", _call(target, PHONE, "demo", **own), 200)
    wrong: dict[str, Any] = {"user": "102", "password": EXTENSIONS["101"]}
    yield _is("102 with the password of 101", _call(target, PHONE, "echo", **wrong), 401, 403)


@attack("B8", GUARDED)
def who_may_dial_little_learns_nothing(target: Target) -> Iterable[Measured]:
    """101 may dial the echo alone: what exists beyond that and what does not are refused alike."""
    proof: dict[str, Any] = {"user": "101", "password": EXTENSIONS["101"]}
    answers = {_call(target, PHONE, dialled, **proof) for dialled in ELSEWHERE}
    yield _is("the echo", _call(target, PHONE, "echo", **proof), 200)
    yield at_most(f"different answers to the rest {sorted(answers)}", len(answers), 1)
    yield is_true("refused", answers <= {403, 404})
    trunk = {_call(target, BY_ADDRESS, dialled) for dialled in ELSEWHERE}
    yield at_most(f"different answers to a trunk {sorted(trunk)}", len(trunk), 1)
    unlisted: dict[str, Any] = {"user": "proven", "password": PASSWORD}
    agents_only = {_call(target, STRANGER, dialled, **unlisted) for dialled in ELSEWHERE if dialled != "demo"}
    yield at_most(f"different answers to one for agents only {sorted(agents_only)}", len(agents_only), 1)


@attack("B8", FEW)
def anonymous_callers_dial_what_they_may(target: Target) -> Iterable[Measured]:
    """Callers who need no proof may dial the echo alone, and learn of nothing else."""
    yield _is("the echo", _call(target, STRANGER, "echo"), 200)
    answers = {_call(target, STRANGER, dialled) for dialled in ELSEWHERE}
    yield at_most(f"different answers to the rest {sorted(answers)}", len(answers), 1)
    yield is_true("refused", answers <= {403, 404})
