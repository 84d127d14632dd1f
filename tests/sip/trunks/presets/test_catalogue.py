"""Every preset makes a trunk that is read and opens nothing by itself."""

from __future__ import annotations

import json

import pytest

from mediaserver.errors import ConfigError
from sip.trunks.numbers import may_call, rewritten
from sip.trunks.presets.catalogue import PRESETS, preset_named
from sip.trunks.presets.preset import TrunkPreset
from sip.trunks.rows import checked
from sip.trunks.spec import TrunkSpec

ALL = [*PRESETS.values()]
LOGIN = {"username": "12345", "password": "correct horse"}


def made(preset: TrunkPreset, region: str = "", *, secure: bool = False) -> TrunkSpec:
    blanks = {each.name: each.example for each in preset.blanks}
    return checked({"name": "test", **preset.filled(blanks, region, secure=secure), **LOGIN})


@pytest.mark.parametrize("preset", ALL, ids=lambda each: each.name)
def test_a_preset_is_a_trunk_in_every_region(preset: TrunkPreset) -> None:
    for region in preset.regions:
        spec = made(preset, region.name)
        assert "{" not in spec.host and spec.register is preset.registers
        assert not may_call(spec, "+4915112345678"), "whom it may call is the operator's to say"
        assert spec.encryption == "off"
    assert made(preset) == made(preset, preset.regions[0].name)
    json.dumps(preset.as_dict())
    assert preset.steps and all(each.startswith("https://") for each in preset.sources) and preset.sources


@pytest.mark.parametrize("preset", [each for each in ALL if each.secure], ids=lambda each: each.name)
def test_an_encrypted_one_is_encrypted_both_ways(preset: TrunkPreset) -> None:
    spec = made(preset, secure=True)
    assert (spec.transport, spec.encryption) == ("tls", "required")


@pytest.mark.parametrize(
    ("name", "dialled", "came"),
    [
        ("twilio", "+4915112345678", "+4915112345678"), ("telnyx", "+4915112345678", "+4915112345678"),
        ("zadarma", "4915112345678", "4915112345678"), ("vonage", "4915112345678", "4915112345678"),
        ("didww", "+4915112345678", "4915112345678"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_it_wants_them_and_read_as_it_sends_them(
    name: str, dialled: str, came: str
) -> None:
    spec = made(preset_named(name))
    assert rewritten(spec.dial, "+4915112345678") == dialled
    assert rewritten(spec.receive, came) == "+4915112345678"
    assert rewritten(spec.receive, "100") == "100"
    assert rewritten(spec.receive, "+4915112345678") == "+4915112345678"


def test_a_trunk_of_twilio_knows_its_calls_wherever_they_come_from() -> None:
    spec = made(preset_named("twilio"), "frankfurt")
    assert spec.host == "acme.pstn.frankfurt.twilio.com"
    assert "54.172.60.0/30" in spec.networks and len(spec.networks) == 8


def test_what_is_missing_is_said_and_where_it_is_found() -> None:
    preset = preset_named("twilio")
    with pytest.raises(ConfigError, match="trunk is missing: the first part of its Termination SIP URI"):
        preset.filled({})
    for wrong in ("acme.evil.test#", "a b", "-", "acme@x", "x" * 80):
        with pytest.raises(ConfigError, match="does not fit"):
            preset.filled({"trunk": wrong})
    with pytest.raises(ConfigError, match="asks for trunk, not for edge"):
        preset.filled({"trunk": "acme", "edge": "x"})
    with pytest.raises(ConfigError, match="no region mars: take nearest, ashburn"):
        preset.filled({"trunk": "acme"}, "mars")
    with pytest.raises(ConfigError, match="there is no preset tvilio: take twilio, telnyx"):
        preset_named("tvilio")
    with pytest.raises(ConfigError, match="no encrypted trunk"):
        preset_named("sinch").filled({}, secure=True)


def test_a_filled_preset_shares_nothing_with_another() -> None:
    one = preset_named("zadarma").filled({})
    one["dial"]["strip"] = "00"
    assert preset_named("zadarma").filled({})["dial"]["strip"] == "+"
