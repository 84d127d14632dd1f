"""Certificates of those who sign calls (:rfc:`8226`): where they are got, and whether an authority that the
operator knows stands behind them.

They are taken from a folder, or fetched by https from hosts that the operator has named and from nowhere
else: whoever calls writes the address. What is fetched is bounded in size, time and number, follows no
redirect, and is kept for a while, failures as well.
"""

from __future__ import annotations

import asyncio
import datetime
import urllib.parse
from collections.abc import Awaitable, Callable, Collection, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from cryptography import x509
from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store, VerificationError

from mediaserver.errors import ConfigError, PeerError
from sip.transport.token_buckets import Rate, TokenBuckets

PATIENCE_S = 2.0
KEPT_S, FAILURE_KEPT_S = 3600.0, 60.0
STALE_S = 3600.0
"""So long after its time a good one is still believed while too many are asked for."""
MOST_KEPT = 256
MOST_OCTETS = 64 * 1024
MOST_FETCHES = 8
"""At a time."""
PACE = Rate(per_s=5, burst=20)
"""Of addresses that are looked at: whoever writes datagrams in a trunk's name could have us ask for others
without end."""
MOST_IN_CHAIN = 5
PORTS = (443, 8443)
TN_AUTH_LIST = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.26")
"""What makes a certificate one for telephone numbers; no web server's has it."""

Fetch: TypeAlias = Callable[[str], Awaitable[bytes]]
"""What is at an https address. Raises SignerError."""


class SignerError(PeerError):
    """A signer's certificate cannot be had, or is believed by nobody. `code`: as :rfc:`8224` 6.2.2 has it."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


BAD_INFO, UNSUPPORTED = 436, 437


class _Kept(NamedTuple):
    chain: Sequence[x509.Certificate]
    failure: str
    until: float


class Signers:
    """One for a server."""

    def __init__(
        self,
        authorities: bytes,
        hosts: Collection[str] = (),
        folder: Path | None = None,
        fetch: Fetch | None = None,
    ) -> None:
        """`authorities`: PEM. `hosts`: from which certificates may be fetched. `folder`: of PEM files,
        named as the last part of the address. Raises ConfigError for authorities that cannot be read."""
        try:
            self._store = Store(x509.load_pem_x509_certificates(authorities))
        except ValueError:
            raise ConfigError("the authorities of signed calls are no certificates in PEM") from None
        self._hosts = frozenset(host.lower() for host in hosts)
        self._folder = folder
        self._fetch = fetch or fetch_by_https
        self._kept: dict[str, _Kept] = {}
        self._fetching: dict[str, asyncio.Task[_Kept]] = {}
        self._pace = TokenBuckets[str](most=1)

    async def certificate(self, url: str, now: datetime.datetime) -> x509.Certificate:
        """Of the signer whose certificate is there, believed at that time. Raises SignerError."""
        loop = asyncio.get_running_loop()
        kept = self._kept.get(url)
        if kept is None or loop.time() >= kept.until:
            try:
                kept = await self._got(url)
            except SignerError:  # whoever names many addresses takes nobody's known signer away by that
                if kept is None or kept.failure or loop.time() >= kept.until + STALE_S:
                    raise
        if kept.failure:
            raise SignerError(kept.failure, BAD_INFO)
        leaf, *others = kept.chain
        self._check(leaf, others, now)
        return leaf

    async def close(self) -> None:
        """Fetch no more."""
        tasks = list(self._fetching.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _check(
        self, leaf: x509.Certificate, others: Sequence[x509.Certificate], now: datetime.datetime
    ) -> None:
        try:
            leaf.extensions.get_extension_for_oid(TN_AUTH_LIST)
        except (
            x509.ExtensionNotFound,
            x509.DuplicateExtension,
            x509.UnsupportedGeneralNameType,
            ValueError,
        ):
            raise SignerError("the signer's certificate is not for telephone numbers", UNSUPPORTED) from None
        builder = PolicyBuilder().store(self._store).time(now).max_chain_depth(MOST_IN_CHAIN)
        # It names numbers instead of hosts, and no purpose; whoever signed it must be an authority all right.
        builder = builder.extension_policies(
            ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=ExtensionPolicy.permit_all()
        )
        try:
            builder.build_client_verifier().verify(leaf, list(others))
        except (VerificationError, ValueError):
            raise SignerError(
                "the signer's certificate is of no authority in sip.identity_authorities, or out of date",
                UNSUPPORTED,
            ) from None

    async def _got(self, url: str) -> _Kept:
        task = self._fetching.get(url)
        if task is None:
            paced = self._pace.take("", PACE, asyncio.get_running_loop().time())
            if len(self._fetching) >= MOST_FETCHES or not paced:
                raise SignerError("too many certificates are being fetched", BAD_INFO)
            task = self._fetching[url] = asyncio.create_task(
                self._looked_up(url), name="certificate of a signer"
            )
            task.add_done_callback(lambda _: self._fetching.pop(url, None))
        return await asyncio.shield(task)  # who else waits must not lose it

    async def _looked_up(self, url: str) -> _Kept:
        loop = asyncio.get_running_loop()
        try:
            data = await self._read(url)
            chain = x509.load_pem_x509_certificates(data)[:MOST_IN_CHAIN]
            kept = _Kept(chain, "", loop.time() + KEPT_S)
        except SignerError as error:
            kept = _Kept((), str(error), loop.time() + FAILURE_KEPT_S)
        except ValueError:
            failure = "what is at the signer's address is no certificate"
            kept = _Kept((), failure, loop.time() + FAILURE_KEPT_S)
        self._kept.pop(url, None)
        while len(self._kept) >= MOST_KEPT:
            # Anybody can name addresses at which there is nothing: they push out each other, and no signer.
            failed = (each for each, known in self._kept.items() if known.failure)
            if (oldest := next(failed, "")) or not kept.failure:
                del self._kept[oldest or next(iter(self._kept))]
            else:
                return kept
        self._kept[url] = kept
        return kept

    async def _read(self, url: str) -> bytes:
        try:
            parts = urllib.parse.urlsplit(url)
            host, port = parts.hostname or "", parts.port or PORTS[0]
        except ValueError:
            raise SignerError("the signer's certificate has no address", BAD_INFO) from None
        name = parts.path.rpartition("/")[2]
        if self._folder is not None and name not in ("", ".", ".."):
            found = await asyncio.to_thread(_file, self._folder / name)
            if found is not None:
                return found
        if parts.scheme != "https" or host not in self._hosts or port not in PORTS or parts.username:
            raise SignerError(
                "the signer's certificate is neither in sip.identity_folder nor at one of sip.identity_hosts",
                BAD_INFO,
            )
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._fetch(url)
        except TimeoutError:
            raise SignerError(f"{host} does not give the signer's certificate in time", BAD_INFO) from None


async def nobody_believed(url: str, now: datetime.datetime) -> x509.Certificate:
    """Of a server whose operator has named no authority."""
    raise SignerError("no authority is believed: set sip.identity_authorities", UNSUPPORTED)


def _file(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(MOST_OCTETS)
    except OSError:
        return None


async def fetch_by_https(url: str) -> bytes:
    """No redirects, no cookies, no more than MOST_OCTETS."""
    import aiohttp  # by whoever verifies calls alone

    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            async with session.get(url, allow_redirects=False) as reply:
                if reply.status != 200:
                    raise SignerError(f"the signer's certificate is not there ({reply.status})", BAD_INFO)
                data = b""
                async for chunk in reply.content.iter_chunked(8192):
                    data += chunk
                    if len(data) > MOST_OCTETS:
                        raise SignerError("the signer's certificate is too long", BAD_INFO)
                return data
    except (aiohttp.ClientError, OSError, ValueError):
        raise SignerError("the signer's certificate cannot be fetched", BAD_INFO) from None
