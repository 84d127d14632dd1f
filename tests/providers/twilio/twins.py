"""Twilio, and SignalWire, which speaks as it does: tests that show something with both."""

from __future__ import annotations

from enum import StrEnum

import pytest

from tests.providers.matrix import Feature, Who, shows


class Twin(StrEnum):
    TWILIO = "twilio"
    SIGNALWIRE = "signalwire"


def both(fixture: str, *features: Feature) -> pytest.MarkDecorator:
    """The fixture is given a `Twin`."""
    return pytest.mark.parametrize(
        fixture,
        [
            pytest.param(Twin.TWILIO, id="twilio", marks=shows(Who.TWILIO, *features)),
            pytest.param(Twin.SIGNALWIRE, id="signalwire", marks=shows(Who.SIGNALWIRE, *features)),
        ],
        indirect=True,
    )
