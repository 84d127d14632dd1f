"""Accounts at providers as the API takes and shows them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.health import FindingShown
from api.plain_text import OneLine
from api.routing.models import RequestModel, ResponseModel


class AccountBody(RequestModel):
    """What an account is to be."""

    settings: dict[str, Any] = Field(
        description="As the schema of its kind says (`GET /api/telephony/providers/kinds`). A setting that "
        "is not known is an error which names the nearest."
    )


class NewAccount(AccountBody):
    """An account to be added."""

    name: OneLine = Field(min_length=1, max_length=64, description="Yours for it: letters, digits, `._-`.")
    kind: OneLine = Field(min_length=1, max_length=32)


class AccountShown(ResponseModel):
    """An account at a provider."""

    name: str
    kind: str
    title: str = Field(description="Of the kind, for people.")
    version: int = Field(description="Goes up with each change.")
    read_only: bool = Field(description="Environment variables make it: it is changed there.")
    settings: dict[str, Any] = Field(description="Masks stand for secrets.")
    fault: str = Field(description="What is wrong with its row; empty: nothing.")
    standing: str = Field(
        description="`ready`, `starting`, `disabled`, `faulty`, or `troubled`: the provider refused us last."
    )
    detail: str = Field(description="More of that, for people.")
    lacks: str = Field(description="What keeps calls from going by it; empty: nothing.")
    calls: int = Field(description="That go by it.")
    capabilities: list[str] = Field(description="What it can be asked for.")
    public_url: str = Field(description="Where its provider reaches this server; empty: nobody has said.")
    webhooks: dict[str, str] = Field(
        description="Addresses for the provider's own console, where numbers are not pointed here by the API."
    )


class KindShown(ResponseModel):
    """A kind of provider."""

    name: str
    title: str = Field(description="For people.")
    settings: dict[str, Any] = Field(description="JSON schema of an account's settings.")
    secrets: list[str] = Field(description="Settings that are sealed, and shown as masks.")
    required: list[str]
    capabilities: list[str] = Field(description="At most; an account's own may be fewer.")
    variables: dict[str, str] = Field(
        description="Environment variables that make an account, and their settings."
    )
    streams: bool = Field(description="It has media streams of its own.")
    needs_public_url: bool
    made_from: Literal["specification", "documents", "server"] = Field(
        description="What it was tested against: a stand-in made from the provider's published "
        "specification, or from its documents, or the real server."
    )


class KindsShown(ResponseModel):
    """All kinds."""

    kinds: list[KindShown]


class CheckShown(ResponseModel):
    """What a look at an account has found."""

    ok: bool
    checks: list[FindingShown]


class NumberPlaced(ResponseModel):
    """A number of an account, as its provider has it."""

    number: str
    ref: str = Field(description="The provider's own id of it.")
    label: str
    voice_to: str = Field(description="Where its calls are told to now; empty: nowhere.")
    messages_to: str
    ours: bool = Field(description="Its calls come here.")
    can: list[str] = Field(description="`voice`, `sms`.")
    agent: str | None = Field(description="Who answers it here, where a row of numbers says so.")
    route: int | None


class NumbersPlaced(ResponseModel):
    """All numbers of an account."""

    numbers: list[NumberPlaced]


class PointBody(RequestModel):
    """How a number is to be pointed here."""

    agent: OneLine | None = Field(
        default=None, max_length=100, description="Who answers it from now on; left out: as it is."
    )
    messages: bool = Field(default=True, description="Its text messages come here, too, where they can.")
