"""SignalWire, by its interface that is compatible with Twilio's (cXML, once LaML).

Made from documents and never tried against the real service. What differs from Twilio stands here; all else
is `providers.twilio`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from providers.kind import Account, Kind, Surroundings
from providers.signalwire.account import PATH, SignalWireAccount
from providers.twilio import capabilities

if TYPE_CHECKING:
    from providers.provider import Provider, WebhookRequest
    from providers.streams.dialect import Dialect


def dialect(account: Account) -> Dialect:
    from providers.streams.signalwire import SignalWireDialect

    assert isinstance(account.settings, SignalWireAccount)
    return SignalWireDialect(account.settings.codec)


def make(account: Account, surroundings: Surroundings) -> Provider:
    from providers.asked_about import UUID_IDS
    from providers.signalwire.signature import proof
    from providers.twilio.provider import TwilioProvider
    from providers.twilio.rest import Access

    settings = account.settings
    assert isinstance(settings, SignalWireAccount)
    key = settings.signing_key.get_secret_value()
    access = Access(
        who="SignalWire",
        account=settings.project_id,
        user=settings.project_id,
        password=settings.api_token.get_secret_value(),
        base_url=settings.address,
        doubled=PATH,
    )

    def verify(request: WebhookRequest) -> str | None:
        content_type = request.headers.get("content-type", "")
        return proof(key, request.url, request.headers, request.body, content_type=content_type)

    stream = {"codec": settings.codec}
    return TwilioProvider(account, surroundings, access, verify, capabilities.ALL, UUID_IDS, stream)


KIND = Kind(
    name="signalwire",
    title="SignalWire",
    account=SignalWireAccount,
    capabilities=capabilities.ALL,
    make=make,
    dialect=dialect,
    variables={
        "SIGNALWIRE_PROJECT_ID": "project_id",
        "SIGNALWIRE_SPACE": "space",
        "SIGNALWIRE_API_TOKEN": "api_token",
        "SIGNALWIRE_SIGNING_KEY": "signing_key",
    },
    made_from="documents",
)
