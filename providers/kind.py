"""What there is to know of a kind of provider before anything of it is imported."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from mediaserver.fetching.protocols import Downloader, Fetcher
from mediaserver.settings.http import public_address
from mediaserver.storage.claims import SoleClaim
from providers.provider import Capability, Desk, Provider
from providers.streams.dialect import Dialect
from providers.streams.host import StreamHost
from sip.trunks.spec import check_prefix


def _number(text: str) -> str:
    if text and re.fullmatch(r"\+[1-9][0-9]{4,14}", text) is None:
        raise ValueError("must be a number in E.164, with its country code: +4930123456")
    return text


OptionalNumber: TypeAlias = Annotated[str, Field(max_length=20), AfterValidator(_number)]
"""E.164, or empty."""


def _sender(text: str) -> str:
    name = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 &._+-]{0,10}", text) and re.search("[A-Za-z]", text)
    if not name and re.fullmatch(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}", text) is None:
        raise ValueError(
            "must be a number in E.164 (+4930123456), a short code, or a name of at most 11 characters"
        )
    return text


Sender: TypeAlias = Annotated[str, AfterValidator(_sender)]
"""What a text may show as its sender (3GPP TS 23.040, 9.1.2.5: a name has at most 11 characters)."""


class AccountSettings(BaseModel):
    """What every account has. A kind's own model adds to it; its `SecretStr` fields are sealed in the
    database and shown as masks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    secrets_go_with: ClassVar[tuple[str, ...] | None] = None
    """Fields that say whose the secrets are and to whom they are sent (an account's id, an address): once one
    changes, the secrets have to be given again, since whoever changes it may be nobody who knows them. None:
    all that the kind's model adds and that are no secrets themselves."""
    own_exchange: ClassVar[bool] = False
    """Its provider is an exchange of the operator's: it has extensions, which are no numbers of the network
    and of which `prefixes` say nothing. Whether they may be called says `sip.allowed_targets`."""

    enabled: bool = True
    public_url: Annotated[str, AfterValidator(public_address)] = Field(
        default="",
        max_length=300,
        description="Where the provider reaches this server: https://voice.example.com. Empty: "
        "`http.public_url`.",
    )
    caller: OptionalNumber = Field(
        default="", description="E.164: shown by calls out that name no other of its numbers."
    )
    senders: tuple[Sender, ...] = Field(
        default=(),
        max_length=100,
        description="Further numbers (E.164), short codes and registered names (up to 11 letters and digits) "
        "of the account that texts may go out by. Numbers that the provider lists need not be named.",
    )
    prefixes: tuple[Annotated[str, AfterValidator(check_prefix)], ...] = Field(
        default=(),
        max_length=1000,
        description="Beginnings of the numbers (E.164) that may be called by this account; the longest that "
        "fits decides, one with `!` before it says no, `*` is any number. None: it calls nobody.",
    )
    priority: int = Field(default=10, ge=0, le=1000, description="Lower is asked first, trunks among them.")
    max_calls: int = Field(default=50, ge=1, le=10_000, description="At once, both ways.")
    max_cps: float = Field(default=1.0, gt=0, le=1000, description="Calls out that begin within a second.")
    fallback_number: OptionalNumber = Field(
        default="", description="E.164: called in our place while we are full or down."
    )
    fallback_text: str = Field(
        default="All our lines are busy at the moment. Please call again later.",
        max_length=500,
        description="Said where there is no such number.",
    )
    detect_machine: bool = Field(default=False, description="The provider is to say who answers.")
    record: bool = Field(default=False, description="The provider is to record, too.")
    delete_recordings: bool = Field(
        default=False, description="Recordings are deleted at the provider once they are here."
    )

    @property
    def named_by_streams(self) -> str:
        """The provider's own id of the account, where its media streams name that; else empty."""
        return ""


@dataclass(frozen=True, slots=True)
class Account:
    """A row of `providers` that makes sense."""

    name: str
    """The operator's own name for it: "main", "twilio-us"."""
    kind: str
    version: int
    settings: AccountSettings
    """An instance of its kind's model, secrets opened."""
    public_url: str
    """Without a slash at the end; empty: nobody has said."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a provider is made with."""

    desk: Desk
    fetcher: Fetcher
    downloader: Downloader
    streams: StreamHost | None = None
    """Takes streams that a provider opens itself; None: it takes none."""
    claim: Callable[[str], SoleClaim] | None = None
    """On what one server of a database does at a time, by a name that is the same on all; None: there is no
    other."""


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    title: str
    """For people."""
    account: type[AccountSettings]
    capabilities: frozenset[Capability]
    """At most; an account's own may be fewer."""
    make: Callable[[Account, Surroundings], Provider]
    """Called in a thread: it may import an SDK. Raises ConfigError."""
    dialect: Callable[[Account], Dialect] | None = None
    """How its media streams speak; None: it has none."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variables that make an account named like the kind: variable -> field."""
    needs_public_url: bool = True
    """Whether the provider has to reach this server over HTTP; False: its calls come by other ways."""
    made_from: Literal["specification", "documents", "server"] = "documents"
    """What it was tested against: a stand-in made from the provider's published specification, from its
    documents, or the real server."""
