"""Certificates that are made here: for whom, until when, and what is never made again."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from mediaserver.errors import ConfigError, StartupError
from sip.transport.certificates import RENEW_DAYS, SelfMade, facts_of
from sip.transport.tls import Tls, TlsFiles

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
NAMES = ("pbx.example", "192.0.2.1", "[2001:db8::1]", "bücher.example")


@pytest.fixture
def made(tmp_path: Path) -> SelfMade:
    files = SelfMade(tmp_path / "tls", NAMES)
    assert files.ensure(NOW)
    return files


def test_keys_are_for_nobody_else_and_others_may_read_the_authority(made: SelfMade) -> None:
    modes = {path.name: path.stat().st_mode & 0o777 for path in made.folder.iterdir()}
    assert modes == {"ca.key": 0o600, "server.key": 0o600, "ca.pem": 0o644, "server.pem": 0o644}
    assert made.folder.stat().st_mode & 0o777 == 0o700


def test_it_is_for_all_our_names(made: SelfMade) -> None:
    facts = facts_of(made.certificate)
    assert facts.names == ("pbx.example", "xn--bcher-kva.example", "192.0.2.1", "2001:db8::1")
    assert facts.begins < NOW < facts.ends
    Tls(TlsFiles(made.certificate, made.key, ca=made.authority)).load()


def test_it_is_made_once_and_again_a_month_before_its_end(made: SelfMade) -> None:
    first, authority = made.certificate.read_bytes(), made.authority.read_bytes()
    end = facts_of(made.certificate).ends
    assert not made.ensure(end - (RENEW_DAYS + 1) * DAY)
    assert made.certificate.read_bytes() == first
    assert made.ensure(end - (RENEW_DAYS - 1) * DAY)
    assert made.certificate.read_bytes() != first
    assert made.authority.read_bytes() == authority  # phones go on trusting it


def test_an_authority_that_is_about_to_end_is_made_anew(made: SelfMade) -> None:
    authority = made.authority.read_bytes()
    assert made.ensure(facts_of(made.authority).ends - 300 * DAY)
    assert made.authority.read_bytes() != authority


def test_another_name_makes_another_one_and_fewer_names_do_not(made: SelfMade) -> None:
    assert not SelfMade(made.folder, NAMES[:1]).ensure(NOW)
    assert SelfMade(made.folder, (*NAMES, "new.example")).ensure(NOW)
    assert "new.example" in facts_of(made.certificate).names


@pytest.mark.parametrize("name", ["server.pem", "server.key", "ca.key", "ca.pem"])
@pytest.mark.parametrize("content", [b"", b"rubbish", None])
def test_what_is_broken_or_gone_is_made_anew(made: SelfMade, name: str, content: bytes | None) -> None:
    path = made.folder / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert made.ensure(NOW)
    Tls(TlsFiles(made.certificate, made.key, ca=made.authority)).load()
    assert not made.ensure(NOW)


def test_a_folder_that_cannot_be_written_to_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StartupError, match="cannot keep a self-made certificate in"):
        SelfMade(tmp_path / "file" / "tls", NAMES).ensure(NOW)


def test_files_that_are_no_good_are_named_with_their_setting(made: SelfMade, tmp_path: Path) -> None:
    other = SelfMade(tmp_path / "other", NAMES)
    other.ensure(NOW)
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    for files, said in (
        (TlsFiles(tmp_path / "none.pem"), r"sip\.tls_certificate: cannot read .*none\.pem"),
        (TlsFiles(made.certificate), r"sip\.tls_certificate: .* both have to be PEM"),
        (TlsFiles(made.certificate, other.key), r"sip\.tls_key: .* is not the key of .*server\.pem"),
        (TlsFiles(made.certificate, tmp_path / "none.key"), r"sip\.tls_key: cannot read"),
        (TlsFiles(made.certificate, made.key, ca=empty), r"sip\.tls_ca: .* holds no certificates"),
        (TlsFiles(made.certificate, made.key, client_ca=empty), r"sip\.tls_client_ca: .* holds no"),
        (TlsFiles(made.certificate, _encrypted(tmp_path)), r"sip\.tls_key: .* without a pass phrase"),
    ):
        tls = Tls(files)
        with pytest.raises(ConfigError, match=said):
            tls.load()
        assert tls.server is None


def _encrypted(folder: Path) -> Path:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    path = folder / "encrypted.key"
    path.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    return path
