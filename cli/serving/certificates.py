"""Our certificate for SIP over TLS while the server runs: made where the settings say so, read anew when its
files changed or somebody asks (SIGHUP), and spoken of before its end. Calls that are up stay as they are.

A certificate that is no good while the server runs never replaces one that is.
"""

from __future__ import annotations

import asyncio
import datetime
import logging
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from mediaserver.config import Settings
from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import ConfigError, StartupError
from sip.transport.own_addresses import OwnAddresses
from sip.transport.tls import ClientCheck, Tls, TlsFiles

if TYPE_CHECKING:
    from sip.transport.certificates import Facts, SelfMade

log = logging.getLogger(__name__)

LOOK_EVERY_S = 10.0
SOMEWHERE = "192.0.2.1"
"""Of nobody (:rfc:`5737`): which of our addresses goes out to the world is asked of the routes. Nothing is
sent."""
NAME = "certificate sip"


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


class Certificates:
    """What is shown to who calls by TLS, and who is trusted."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._files = files_of(settings)
        self.tls = Tls(self._files)
        self._facts: Facts | None = None
        self._fault = ""
        """Why the files that there are now are not taken."""
        self._asked = asyncio.Event()

    @property
    def on(self) -> bool:
        """Whether others can call us by TLS."""
        return self._files.certificate is not None

    def open(self) -> None:
        """Read, and make, what there has to be. Blocks. Raises ConfigError or StartupError."""
        if self._files.all:
            self._make()
            self._read()

    def reload(self) -> None:
        """Look at the files soon, whether they seem to have changed or not."""
        self._asked.set()

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._asked.wait()
            except TimeoutError:
                pass
            asked = self._asked.is_set()
            self._asked.clear()
            await asyncio.to_thread(self.look, asked)

    def look(self, asked: bool = False) -> None:
        """Take the files anew when they changed. Blocks; raises nothing."""
        try:
            self._make()
            if not asked and not self.tls.stale:
                return
            self._read()
        except (ConfigError, StartupError) as error:
            if str(error) != self._fault:
                log.error("the certificate for SIP is not read anew, the one before stays: %s", error)
            self._fault = str(error)
        else:
            self._fault = ""
            until = f", until {self._facts.ends:%Y-%m-%d}" if self._facts is not None else ""
            log.info("the certificate for SIP was read anew%s; calls that are up stay as they are", until)

    def findings(self) -> list[Finding]:
        """For health."""
        if not self.on:
            return []
        if self._fault:
            return [Finding(NAME, False, f"not read anew: {self._fault}", "mend the files", required=False)]
        return [] if self._facts is None else [finding(self._facts, self_made=is_self_made(self._settings))]

    def _make(self) -> None:
        if is_self_made(self._settings) and self_made(self._settings).ensure(now()):
            log.info(
                "made a certificate for SIP over TLS; phones are to trust %s",
                self_made(self._settings).authority,
            )

    def _read(self) -> None:
        from sip.transport.certificates import facts_of

        self.tls.load()
        if self._files.certificate is not None:
            self._facts = facts_of(self._files.certificate)


def is_self_made(settings: Settings) -> bool:
    return settings.sip.tls == "self-made"


def self_made(settings: Settings) -> SelfMade:
    """Where ours is, or will be."""
    from sip.transport.certificates import SelfMade

    return SelfMade(settings.data / "tls", names_of(settings))


def files_of(settings: Settings) -> TlsFiles:
    """What the settings name."""
    sip = settings.sip
    certificate, key = _path(sip.tls_certificate), _path(sip.tls_key)
    if sip.tls == "self-made":
        made = self_made(settings)
        certificate, key = made.certificate, made.key
    elif sip.tls == "off":
        certificate = key = None
    check = ClientCheck(sip.tls_client)
    return TlsFiles(certificate, key, _path(sip.tls_ca), _path(sip.tls_client_ca), check)


def names_of(settings: Settings) -> tuple[str, ...]:
    """Under which we are called, as far as we know; what the operator says first."""
    sip = settings.sip
    own = OwnAddresses(sip.host)
    here = [own.towards(SOMEWHERE)] if own.any else [sip.host]
    said = [*sip.tls_names, *([sip.public_host] if sip.public_host else [])]
    return tuple(dict.fromkeys([*said, *here, socket.gethostname(), "localhost", "127.0.0.1", "::1"]))


def finding(facts: Facts, *, self_made: bool) -> Finding:
    """How long a certificate lasts."""
    from sip.transport.certificates import RENEW_DAYS

    left, ends = facts.days_left(now()), f"{facts.ends:%Y-%m-%d}"
    mend = (
        "see in the log why it is not renewed"
        if self_made
        else "put a new one into the files of sip.tls_certificate and sip.tls_key; calls that are up stay"
    )
    if left < 0:
        detail = f"expired on {ends}: phones and trunks refuse it"
        return Finding(NAME, False, detail, mend, required=False)
    # A self-made one is renewed on the first day of its last month.
    if left < (RENEW_DAYS - 1 if self_made else RENEW_DAYS):
        return Finding(NAME, False, f"ends in {left:.0f} days, on {ends}", mend, required=False)
    return Finding(NAME, True, f"for {', '.join(facts.names) or 'nobody'}, until {ends}")


def examine(settings: Settings) -> list[Finding]:
    """For doctor: what `Certificates.open` would find. Makes nothing."""
    from sip.transport.certificates import facts_of

    files = files_of(settings)
    if is_self_made(settings) and not self_made(settings).certificate.exists():
        return [Finding(NAME, True, "is made when the server starts")]
    if files.certificate is None and not files.all:
        return []
    try:
        Tls(files).load()
        if files.certificate is None:
            return []
        return [finding(facts_of(files.certificate), self_made=is_self_made(settings))]
    except ConfigError as error:
        return [Finding(NAME, False, str(error), "mend the file that it names")]


def _path(text: str) -> Path | None:
    return Path(text) if text else None
