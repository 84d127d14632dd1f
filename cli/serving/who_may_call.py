"""Who may call, from the settings: the endpoints of the gate, and the same in words for the log and the
doctor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from cli.serving.media_policy import media_policy
from mediaserver.addresses import networks_of
from mediaserver.calls.may_dial import AGENTS, EVERYBODY, MayDial
from mediaserver.config import is_loopback
from mediaserver.diagnosis.finding import Finding
from mediaserver.sdp.policy import Encryption, MediaPolicy
from mediaserver.settings.callers import LOOPBACK, Srtp, TrunkSettings
from mediaserver.settings.sip import SipSettings
from sip.access.endpoints import Endpoints, Extension, Trunk
from sip.access.lent import LentPhones

SHORTEST_PASSWORD = 12
"""Characters; the best of guessers gets some ten thousand guesses a year from each address it has."""
NAMED = 5
"""Endpoints that one line names."""


def endpoints_of(sip: SipSettings, rows: Iterable[Trunk] = (), lent: LentPhones | None = None) -> Endpoints:
    """Who may call by these settings, and by the rows of the table of trunks; the settings come first.
    `lent`: to phones in browsers."""
    return Endpoints(
        [
            Extension(
                name,
                each.password.get_secret_value(),
                _reach(each.may_dial, EVERYBODY),
                _media(sip, each.srtp),
            )
            for name, each in sip.extensions.items()
        ],
        [*rows, *(_trunk(sip, name, each) for name, each in sip.trunks.items())],
        networks_of(sip.anonymous),
        MayDial(sip.anonymous_may_dial, out=False),
        lent,
    )


def who_may_call(sip: SipSettings) -> str:
    """One line for the log."""
    free = ", ".join(sip.anonymous) or "nobody"
    if sip.anonymous == LOOPBACK:
        free = "this machine alone"
    others = "is asked for a password" if sip.strangers == "challenge" else "gets no answer (sip.strangers)"
    return (
        f"who may call: without proof {free} (sip.anonymous); extensions {_named(sip.extensions)}; "
        f"trunks {_named(sip.trunks)}; everybody else {others}"
    )


def weak_secrets(sip: SipSettings) -> Iterator[Finding]:
    """What is easily guessed, where others than this machine can try."""
    if is_loopback(sip.host):
        return
    for name, extension in sip.extensions.items():
        if fault := _weakness(name, extension.password.get_secret_value()):
            mend = f"give sip.extensions.{name} a password of {SHORTEST_PASSWORD} random characters or more"
            yield Finding(f"extension {name}", False, fault, mend, required=False)
    for name, trunk in sip.trunks.items():
        yield from _weak_trunk(name, trunk)
    for text, network in zip(sip.anonymous, networks_of(sip.anonymous), strict=True):
        if network.is_global and network.num_addresses > 1 << (8 if network.version == 4 else 64):
            detail = f"anybody from {text} may call without a password"
            mend = "name smaller networks, or make servers trunks (sip.trunks)"
            yield Finding("sip.anonymous", False, detail, mend, required=False)


def _weak_trunk(name: str, trunk: TrunkSettings) -> Iterator[Finding]:
    password, header = trunk.password.get_secret_value(), trunk.header.get_secret_value()
    if trunk.networks:
        return  # whoever guesses would have to be there
    value = header.partition(":")[2].strip()
    fault = (
        _weakness(trunk.username or name, password)
        if password
        else _weakness(name, value, "the value of its header")
    )
    if fault:
        longer = "a longer password" if password else "a header with a longer value"
        mend = f"give sip.trunks.{name} its networks, or {longer}"
        yield Finding(f"trunk {name}", False, fault, mend, required=False)


def _weakness(name: str, secret: str, what: str = "its password") -> str:
    if secret.lower() == name.lower():
        return f"{what} is its own name"
    if len(secret) < SHORTEST_PASSWORD:
        return f"{what} is shorter than {SHORTEST_PASSWORD} characters"
    if len(set(secret)) < 4:
        return f"{what} repeats a few characters"
    return ""


def _trunk(sip: SipSettings, name: str, settings: TrunkSettings) -> Trunk:
    header, _, value = settings.header.get_secret_value().partition(":")
    return Trunk(
        name,
        networks_of(settings.networks),
        (header.strip(), value.strip()) if header else None,
        settings.username or name,
        settings.password.get_secret_value(),
        _reach(settings.may_dial, AGENTS),
        _media(sip, settings.srtp),
    )


def _media(sip: SipSettings, srtp: Srtp | None) -> MediaPolicy | None:
    """None: as everybody."""
    return None if srtp is None else replace(media_policy(sip), encryption=Encryption(srtp))


def _reach(may_dial: tuple[str, ...] | None, otherwise: MayDial) -> MayDial:
    return otherwise if may_dial is None else MayDial(may_dial)


def _named(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - NAMED} more" if len(listed) > NAMED else ""
    return (", ".join(listed[:NAMED]) + more) or "none"
