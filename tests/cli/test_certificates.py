"""The server's certificate for SIP: where it is from, when it is read anew, and what is said of it."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import cli.serving.certificates
from cli.serving.certificates import Certificates, examine, files_of, names_of
from mediaserver.config import Settings, load
from mediaserver.errors import ConfigError
from tests.sip.certified import NOW, Authority


def settings(folder: Path, **sip: Any) -> Settings:
    return load(None, {"data": str(folder / "data"), "sip": sip})


def opened(made: Settings) -> Certificates:
    certificates = Certificates(made)
    certificates.open()
    return certificates


def test_nobody_is_called_by_tls_until_the_operator_says_so(tmp_path: Path) -> None:
    plain = settings(tmp_path)
    certificates = opened(plain)
    assert not certificates.on and certificates.tls.server is None
    assert certificates.findings() == examine(plain) == []
    assert not (tmp_path / "data").exists()


def test_a_self_made_one_is_there_at_once_and_stays(tmp_path: Path) -> None:
    wanted = settings(tmp_path, tls="self-made", public_host="pbx.example", tls_names=["sip.example"])
    (said,) = examine(wanted)
    assert said.ok and "is made when the server starts" in said.detail
    assert not (tmp_path / "data").exists()
    first = opened(wanted)
    assert first.tls.server is not None
    (found,) = first.findings()
    assert found.ok and "pbx.example" in found.detail and "sip.example" in found.detail
    file = tmp_path / "data" / "tls" / "server.pem"
    content = file.read_bytes()
    assert opened(wanted).on and file.read_bytes() == content
    (examined,) = examine(wanted)
    assert examined.ok


def test_off_is_off_whatever_files_there_are(tmp_path: Path) -> None:
    certificate = Authority(tmp_path).issue("pbx.example")
    assert files_of(settings(tmp_path, tls="off", tls_certificate=str(certificate))).certificate is None


def test_it_is_for_the_addresses_that_we_listen_on(tmp_path: Path) -> None:
    assert names_of(settings(tmp_path, host="127.0.0.5"))[0] == "127.0.0.5"
    assert "0.0.0.0" not in names_of(settings(tmp_path, host="0.0.0.0"))


@pytest.mark.parametrize(
    ("days", "ok", "said"), [(-1, False, "expired on"), (10, False, "ends in 10 days"), (90, True, "until")]
)
def test_its_end_is_spoken_of_before_it_comes(tmp_path: Path, days: float, ok: bool, said: str) -> None:
    certificate = Authority(tmp_path).issue("pbx.example", days=days)
    wanted = settings(tmp_path, tls_certificate=str(certificate))
    for found in (*opened(wanted).findings(), *examine(wanted)):
        assert (found.ok, found.required) == (ok, ok)
        assert said in found.detail and bool(found.mend) is not ok


def test_a_self_made_one_is_renewed_while_the_server_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    certificates = opened(settings(tmp_path, tls="self-made"))
    before = certificates.tls.server
    certificates.look()
    assert certificates.tls.server is before
    monkeypatch.setattr(cli.serving.certificates, "now", lambda: NOW + timedelta(days=370))
    (ending,) = certificates.findings()
    assert not ending.ok and ending.mend.startswith("see in the log")
    certificates.look()
    assert certificates.tls.server is not before
    (renewed,) = certificates.findings()
    assert renewed.ok and "was read anew" in caplog.text


def test_what_is_no_good_does_not_replace_what_is(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    authority = Authority(tmp_path)
    certificate = authority.issue("pbx.example", days=90)
    certificates = opened(settings(tmp_path, tls_certificate=str(certificate)))
    before = certificates.tls.server
    certificate.write_text("half a cert")
    for _ in range(3):
        certificates.look()
    assert certificates.tls.server is before
    (fault,) = certificates.findings()
    assert not fault.ok and not fault.required and "both have to be PEM" in fault.detail
    assert caplog.text.count("is not read anew") == 1
    authority.issue("pbx.example", days=90)
    certificates.look()
    assert certificates.findings()[0].ok and certificates.tls.server is not before


def test_a_wrong_file_stops_the_start_and_doctor_says_the_same(tmp_path: Path) -> None:
    wanted = settings(tmp_path, tls_certificate=str(tmp_path / "none.pem"))
    with pytest.raises(ConfigError, match=r"sip\.tls_certificate: cannot read"):
        opened(wanted)
    (found,) = examine(wanted)
    assert found.fatal and "cannot read" in found.detail


@pytest.mark.parametrize(
    ("sip", "said"),
    [
        ({"tls_client": "required"}, "needs sip.tls_client_ca"),
        ({"tls_key": "k.pem"}, "needs sip.tls_certificate"),
        ({"tls": "self-made", "tls_certificate": "c.pem"}, "leave one of them out"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(tmp_path: Path, sip: Any, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        settings(tmp_path, **sip)
