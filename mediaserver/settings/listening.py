"""Where SIP listens, in the clear and by TLS; a part of the section `sip`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from mediaserver.settings.group import Host, Port, SettingsGroup


class ListeningSettings(SettingsGroup):
    host: Host = Field(default="127.0.0.1", description="Address for SIP over UDP, TCP and TLS.")
    port: Port = Field(
        default=5060, description="Port for SIP, the same for UDP and TCP; 0 takes a free one."
    )
    tcp: bool = Field(default=True, description="Listen on TCP as well as UDP.")
    tls: Literal["auto", "self-made", "off"] = Field(
        default="auto",
        description="Be called by TLS: `auto` when `sip.tls_certificate` is set; `self-made` with one that "
        "is made and renewed in the folder `tls` of the data folder, whose `ca.pem` is given to phones; "
        "`off` never. Calls to others by TLS need none of it.",
    )
    tls_port: Port = Field(default=5061, description="Port for SIP over TLS; 0 takes a free one.")
    tls_certificate: str = Field(
        default="",
        description="PEM file with our certificate and those that lead to its authority. It is read anew "
        "when it changes, and on SIGHUP; calls that are up stay.",
    )
    tls_key: str = Field(
        default="",
        description="PEM file with its key, without a pass phrase. Empty: it stands in "
        "`sip.tls_certificate`.",
    )
    tls_names: tuple[Host, ...] = Field(
        default=(),
        description="Further names and addresses under which we are called by TLS, for a self-made "
        "certificate; it has those of `sip.host`, `sip.public_host` and this machine anyway.",
    )
    tls_ca: str = Field(
        default="",
        description="PEM file with authorities (or single certificates) that are trusted when we call by "
        "TLS, beside those of the system: for private PBXs.",
    )
    tls_client: Literal["off", "optional", "required"] = Field(
        default="off",
        description="Whether who calls us by TLS has to show a certificate of an authority in "
        "`sip.tls_client_ca`: `optional` takes none, too, but no other.",
    )
    tls_client_ca: str = Field(
        default="", description="PEM file with the authorities of those who call us by TLS."
    )

    @model_validator(mode="after")
    def _whole(self) -> ListeningSettings:
        if self.tls_client != "off" and not self.tls_client_ca:
            raise ValueError("sip.tls_client needs sip.tls_client_ca: the authorities of the certificates")
        if self.tls_key and not self.tls_certificate:
            raise ValueError("sip.tls_key needs sip.tls_certificate: the certificate that it belongs to")
        if self.tls == "self-made" and self.tls_certificate:
            raise ValueError('sip.tls is "self-made" and sip.tls_certificate is set: leave one of them out')
        return self
