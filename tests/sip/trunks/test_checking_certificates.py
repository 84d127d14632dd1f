"""What `trunks check` says of certificates: of a server of our own with good and bad ones."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mediaserver.diagnosis.finding import Finding
from sip.trunks.checking import TrunkCheck
from sip.trunks.spec import TrunkSpec
from tests.sip.trunks.test_checking import Trunk

DAY = datetime.timedelta(days=1)
KEY = ec.generate_private_key(ec.SECP256R1())


def certificate(name: str, lasts_days: int, issuer: x509.Name | None = None) -> x509.Certificate:
    """For `name`, from a year before its end on; an authority's own without an issuer."""
    ours = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    end = datetime.datetime.now(datetime.UTC) + lasts_days * DAY + DAY / 2
    builder = (
        x509.CertificateBuilder().subject_name(ours).issuer_name(issuer or ours).public_key(KEY.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(end - 400 * DAY).not_valid_after(end)
        .add_extension(x509.BasicConstraints(issuer is None, None), True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(KEY.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(KEY.public_key()), False)
    )  # fmt: skip
    return builder.sign(KEY, hashes.SHA256())


AUTHORITY = certificate("our authority", 300)
PEM = serialization.Encoding.PEM


def written(folder: Path, of: x509.Certificate) -> Path:
    """A file with the certificate and its key."""
    file = folder / "server.pem"
    key = KEY.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(of.public_bytes(PEM) + key)
    return file


@asynccontextmanager
async def shown(folder: Path, of: x509.Certificate) -> AsyncIterator[int]:
    """A server that shows this certificate; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(written(folder, of))
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def looked(port: int, *, trusts: bool = True) -> Finding:
    context = ssl.create_default_context()
    if trusts:
        context.load_verify_locations(cadata=AUTHORITY.public_bytes(PEM).decode())
    spec = TrunkSpec("acme", "acme.test", port, transport="tls")
    trunk = Trunk()
    trunk.host = "127.0.0.1"

    async def here(host: str) -> list[str]:
        return ["127.0.0.1"]

    found = [each async for each in TrunkCheck(spec, trunk, here, context).look()]
    (finding,) = [each for each in found if each.name == "certificate"]
    return finding


@pytest.mark.parametrize(
    ("name", "lasts_days", "trusts", "said", "mend"),
    [
        ("acme.test", -10, True, "expired", "must renew"),
        ("other.test", 100, True, "not valid for 'acme.test'", "set host to a name"),
        ("acme.test", 100, False, "local issuer", "signed by nobody we know"),
    ],
)
async def test_a_certificate_that_is_no_good_is_one_line(
    tmp_path: Path, name: str, lasts_days: int, trusts: bool, said: str, mend: str
) -> None:
    async with shown(tmp_path, certificate(name, lasts_days, AUTHORITY.subject)) as port:
        finding = await looked(port, trusts=trusts)
    assert finding.fatal and said in finding.detail and mend in finding.mend


async def test_a_good_one_is_told_with_its_end_and_one_that_ends_soon_is_a_note(tmp_path: Path) -> None:
    async with shown(tmp_path, certificate("acme.test", 100, AUTHORITY.subject)) as port:
        finding = await looked(port)
    assert finding.ok and "verified, until 2" in finding.detail
    async with shown(tmp_path, certificate("acme.test", 5, AUTHORITY.subject)) as port:
        finding = await looked(port)
    assert not finding.ok and not finding.required and finding.detail == "it ends in 5 days"


async def test_no_tls_at_all_is_told() -> None:
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        finding = await looked(server.sockets[0].getsockname()[1])
    assert finding.fatal and "no TLS at acme.test" in finding.detail
