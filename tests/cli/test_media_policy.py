"""The settings of codecs as what calls are offered."""

from __future__ import annotations

import logging
from typing import get_args

import pytest

from cli.serving import media_policy as module
from cli.serving.media_policy import media_policy
from mediaserver.errors import EngineMissingError
from mediaserver.media.wideband import WIDE_CODECS
from mediaserver.sdp.codecs import CATALOGUE
from mediaserver.sdp.policy import CodecOrder, InbandDtmf
from mediaserver.settings.sip import CodecName, SipSettings


def missing(*names: str) -> object:
    def load(name: str) -> None:
        if name in names:
            raise EngineMissingError(f"the codec {name} cannot be used: PyAV is missing")

    return load


def test_the_settings_know_the_catalogue() -> None:
    assert set(get_args(CodecName)) == set(CATALOGUE)
    assert set(WIDE_CODECS) < {name.upper() for name in CATALOGUE}
    for name, codec in CATALOGUE.items():
        if name.upper() in WIDE_CODECS:
            assert (codec.name, codec.clock) == (
                WIDE_CODECS[name.upper()].name,
                WIDE_CODECS[name.upper()].clock,
            )


def test_all_settings_arrive() -> None:
    policy = media_policy(
        SipSettings(
            codecs=("G722", "PCMA"), codec_order="ours", comfort_noise=False, dtx=True, inband_dtmf="on"
        )
    )
    assert policy.codecs == ("G722", "PCMA")
    assert (policy.order, policy.comfort_noise, policy.dtx) == (CodecOrder.OURS, False, True)
    assert policy.inband_dtmf is InbandDtmf.ON


def test_a_codec_without_its_library_is_left_out_and_named(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "load", missing("G722"))
    with caplog.at_level(logging.WARNING):
        assert media_policy(SipSettings(codecs=("G722", "PCMU"))).codecs == ("PCMU",)
    assert "G722" in caplog.text and "sip.codecs" in caplog.text


def test_a_server_without_any_codec_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "load", missing("G722"))
    with pytest.raises(EngineMissingError, match="PCMU"):
        media_policy(SipSettings(codecs=("G722",)))
