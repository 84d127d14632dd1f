"""Twilio: what there is to know before its SDK is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from providers.kind import Account, Kind, Surroundings
from providers.twilio import capabilities
from providers.twilio.account import TwilioAccount

if TYPE_CHECKING:
    from providers.provider import Provider
    from providers.streams.dialect import Dialect


def dialect(account: Account) -> Dialect:
    from providers.streams.twilio import TwilioDialect

    return TwilioDialect()


def make(account: Account, surroundings: Surroundings) -> Provider:
    from providers.twilio.provider import TwilioProvider

    return TwilioProvider.of(account, surroundings)


KIND = Kind(
    name="twilio",
    title="Twilio",
    account=TwilioAccount,
    capabilities=capabilities.ALL,
    make=make,
    dialect=dialect,
    variables={
        "TWILIO_ACCOUNT_SID": "account_sid",
        "TWILIO_AUTH_TOKEN": "auth_token",
        "TWILIO_API_KEY": "api_key_sid",
        "TWILIO_API_SECRET": "api_key_secret",
        "TWILIO_REGION": "region",
        "TWILIO_EDGE": "edge",
        "TWILIO_BASE_URL": "base_url",
        "TWILIO_PHONE_NUMBER": "caller",
    },
    made_from="specification",
)
