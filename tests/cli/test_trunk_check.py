"""`trunks check` with a user agent of its own, over TLS, with the settings' authorities."""

from __future__ import annotations

from pathlib import Path

from cli.serving.trunk_check import check
from mediaserver.config import load
from mediaserver.diagnosis.finding import Finding
from sip.transport.tls import Tls, TlsFiles
from sip.trunks.spec import TrunkSpec
from tests.sip.agents import agent
from tests.sip.trunks.test_checking_certificates import AUTHORITY, PEM, certificate, written


async def looked(folder: Path, trusted: str) -> dict[str, Finding]:
    files = TlsFiles(certificate=written(folder, certificate("localhost", 100, AUTHORITY.subject)))
    tls = Tls(files)
    tls.load()
    authority = folder / "ca.pem"
    authority.write_bytes(AUTHORITY.public_bytes(PEM))
    async with agent(tls=tls, tls_port=0) as server:
        assert server.transport.tls_port
        spec = TrunkSpec(
            "acme", "localhost", server.transport.tls_port, transport="tls", prefixes=("+49",),
            encryption="required",
        )  # fmt: skip
        settings = load(None, {"data": str(folder), "sip": {"tls_ca": trusted and str(authority)}})
        return {finding.name: finding for finding in await check(settings, spec)}


async def test_a_trunk_by_tls_is_fine_when_its_authority_is_trusted(tmp_path: Path) -> None:
    found = await looked(tmp_path, "yes")
    assert all(finding.ok for finding in found.values()), found
    assert "verified, until" in found["certificate"].detail and "over TLS" in found["answer"].detail


async def test_a_certificate_that_nobody_vouches_for_is_told_twice(tmp_path: Path) -> None:
    found = await looked(tmp_path, "")
    assert "signed by nobody we know" in found["certificate"].mend
    assert not found["answer"].ok and "password" not in found
