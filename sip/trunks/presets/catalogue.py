"""The carriers and exchanges that there are presets of, from their documents as they stood in November 2026.

Addresses are those that their calls come from, so that no stranger can call by the trunk; carriers add some
now and then, and say so there.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mediaserver.errors import ConfigError
from sip.trunks.presets.preset import Blank, Region, TrunkPreset

_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = r"[A-Za-z0-9.:\[\]-]{1,255}"
_TLS: Mapping[str, Any] = MappingProxyType({"transport": "tls", "encryption": "required"})
_NO_PLUS: Mapping[str, Any] = MappingProxyType({"strip": "+", "prepend": ""})
"""From E.164 to a number in full without its plus."""
_PLUS: Mapping[str, Any] = MappingProxyType(
    {"rewrites": [{"match": "([1-9][0-9]{6,14})", "replace": "+\\1"}], "strip": "", "prepend": ""}
)
"""And back."""
_OURS = "let its calls come to sip:THIS-SERVER (sip.public_host, or the address by which it is reached)"
_EXCHANGE = Blank("host", "its name or address", "192.0.2.10", _HOST)


def _settings(**settings: Any) -> Mapping[str, Any]:
    return MappingProxyType(settings)


TWILIO = TrunkPreset(
    "twilio",
    "Twilio Elastic SIP Trunking",
    ("password", "address"),
    (
        Region("nearest", "the nearest", "{trunk}.pstn.twilio.com"),
        Region("ashburn", "North America, Virginia", "{trunk}.pstn.ashburn.twilio.com"),
        Region("umatilla", "North America, Oregon", "{trunk}.pstn.umatilla.twilio.com"),
        Region("dublin", "Europe, Ireland", "{trunk}.pstn.dublin.twilio.com"),
        Region("frankfurt", "Europe, Frankfurt", "{trunk}.pstn.frankfurt.twilio.com"),
        Region("singapore", "Asia, Singapore", "{trunk}.pstn.singapore.twilio.com"),
        Region("tokyo", "Asia, Tokyo", "{trunk}.pstn.tokyo.twilio.com"),
        Region("sao-paulo", "South America, São Paulo", "{trunk}.pstn.sao-paulo.twilio.com"),
        Region("sydney", "Australia, Sydney", "{trunk}.pstn.sydney.twilio.com"),
    ),
    (Blank("trunk", "the first part of its Termination SIP URI", "acme", _LABEL),),
    _settings(
        # All of them: calls come from another place when one is down ("IP Addresses for Elastic SIP
        # Trunking"). One call a second is what a trunk may send there until Twilio grants more.
        networks=[
            "54.172.60.0/30", "54.244.51.0/30", "54.171.127.192/30", "35.156.191.128/30",
            "54.65.63.192/30", "54.169.127.128/30", "54.252.254.64/30", "177.71.206.192/30",
        ],
        codecs=["PCMU", "PCMA"], max_cps=1.0,
    ),
    _TLS,
    (
        "Elastic SIP Trunking > Trunks > create one; choose its Termination SIP URI",
        "Termination > Authentication: a Credential List with a user name and password, or this "
        "server's address "
        "in an IP Access Control List",
        f"Origination: {_OURS}; add ;transport=tls for an encrypted one, and switch Secure Trunking on",
        "Numbers: give the trunk a number",
    ),
    (
        "https://www.twilio.com/docs/sip-trunking/ip-addresses",
        "https://www.twilio.com/docs/global-infrastructure/localized-uris/termination",
        "https://www.twilio.com/docs/sip-trunking/sending-sip-to-twilio-best-practices",
    ),
)  # fmt: skip

TELNYX = TrunkPreset(
    "telnyx",
    "Telnyx",
    ("password", "registration", "address"),
    (
        Region("us", "United States", "sip.telnyx.com"),
        Region("eu", "Europe", "sip.telnyx.eu"),
        Region("au", "Australia", "sip.telnyx.com.au"),
        Region("ca", "Canada", "sip.telnyx.ca"),
        Region("asia", "Asia", "sip.telnyx.asia"),
    ),
    (),
    _settings(
        networks=[
            "192.76.120.10", "64.16.250.10", "185.246.41.140", "185.246.41.141", "103.115.244.145",
            "103.115.244.146", "192.76.120.31", "64.16.250.13", "103.115.244.158", "103.115.244.159",
        ],
        codecs=["PCMU", "PCMA", "G722"], max_cps=20.0,
    ),
    _TLS,
    (
        "Voice > SIP Trunking: a connection of the type Credentials (user name and password) or IP "
        "(this server's "
        "address)",
        f"Inbound of a connection by IP or FQDN: {_OURS}; one with credentials can register instead",
        "Outbound: an Outbound Voice Profile that lets numbers be called",
        "Numbers: give one to the connection; number format +E.164",
    ),
    ("https://sip.telnyx.com", "https://developers.telnyx.com/docs/voice/sip-trunking/network-configuration"),
)  # fmt: skip

ZADARMA = TrunkPreset(
    "zadarma",
    "Zadarma",
    ("registration",),
    (
        Region("sip", "a SIP number of the account", "sip.zadarma.com"),
        Region("pbx", "an extension of its PBX", "pbx.zadarma.com"),
    ),
    (),
    _settings(
        # Who calls is set for the SIP number in the personal area: From has to name it, whoever calls.
        caller={"mode": "fixed", "number": ""}, dial=_NO_PLUS, receive=_PLUS, codecs=["PCMA", "PCMU"],
    ),
    _TLS,
    (
        "Settings > SIP connection: its login is the user name here, with its password (an extension of "
        "the PBX: "
        "the login with a dash, such as 12345-100)",
        "CallerID of that login: the number that called people see",
        "Settings > Virtual phone numbers: let the number's calls go to this SIP number, or to the PBX",
        "calls arrive for the login and do not say which number was dialled: give the trunk one "
        "number's agent, "
        "or take a login for each number",
    ),
    (
        "https://zadarma.com/en/support/instructions/asterisk/",
        "https://zadarma.com/en/support/faq/voip/what_is_the_sip_trunk/",
    ),
)  # fmt: skip

SIGNALWIRE = TrunkPreset(
    "signalwire",
    "SignalWire",
    ("registration",),
    (Region("space", "your Space", "{domain}"),),
    (
        Blank(
            "domain", "the domain of your Space's SIP addresses", "example-0a1b2c3d4e5f.sip.signalwire.com",
            rf"({_LABEL}\.)+signalwire\.com",
        ),
    ),
    _settings(codecs=["G722", "PCMU", "PCMA"], caller={"mode": "fixed", "number": ""}),
    _TLS,
    (
        "Resources > add a SIP Endpoint with a SIP address and a password: the user name and password here",
        "its Caller ID is the number that called people see; Outbound Call Handler: calls to the PSTN",
        "Phone Numbers: let a number's calls go to that SIP endpoint",
    ),
    (
        "https://developer.signalwire.com/voice/sip/get-started/",
        "https://developer.signalwire.com/guides/voice/sip-trunking",
    ),
)  # fmt: skip

VONAGE = TrunkPreset(
    "vonage",
    "Vonage SIP Trunking",
    ("password", "address"),
    (
        Region("us", "United States", "{domain}.sip-us.vonage.com"),
        Region("eu", "Europe", "{domain}.sip-eu.vonage.com"),
        Region("ap", "Asia Pacific", "{domain}.sip-ap.vonage.com"),
    ),
    (Blank("domain", "the name of the trunk's domain in the SIP Dashboard", "yourcompany", _LABEL),),
    _settings(
        networks=[f"216.147.{third}.{last}" for third in range(6) for last in (1, 2)],
        dial=_NO_PLUS, receive=_PLUS, codecs=["PCMA", "PCMU", "G722"],
    ),
    _TLS,
    (
        "SIP Dashboard: create a trunk with a domain",
        "Authentication: a user with a password, or this server's address in an ACL",
        f"SIP URIs: {_OURS}; link a number to the trunk",
    ),
    (
        "https://developer.vonage.com/en/sip/technical-details",
        "https://docs.cloud.google.com/contact-center/ccai-platform/docs/byoc-ip-allow-list",
    ),
)  # fmt: skip

PLIVO = TrunkPreset(
    "plivo",
    "Plivo Zentrunk",
    ("password", "address"),
    (Region("any", "the nearest", "{trunk}.zt.plivo.com"),),
    (Blank("trunk", "the number before .zt.plivo.com in the trunk's domain", "21784177241578", _LABEL),),
    # It knows neither INFO nor REGISTER; OPTIONS it answers. Two calls a second for a whole account.
    _settings(codecs=["PCMU", "PCMA"], max_cps=2.0),
    _TLS,
    (
        "Zentrunk > Outbound Trunks: create one with credentials, or this server's address in an IP "
        "Access Control "
        "List",
        f"Zentrunk > Inbound Trunks, with an Origination URI: {_OURS}; give a number to it",
        "its calls in come from Plivo's addresses: set them as networks (Zentrunk, Technical Specifications)",
    ),
    ("https://docs.plivo.com/docs/sip-trunking/concepts/technical-specifications",),
)  # fmt: skip

SINCH = TrunkPreset(
    "sinch",
    "Sinch Voice",
    ("password", "address"),
    (
        Region("eu", "Europe", "euc1.sip.sinch.com"),
        Region("us", "North America", "use1.sip.sinch.com"),
        Region("sa", "South America", "sae1.sip.sinch.com"),
        Region("asia", "South-east Asia", "apse1.sip.sinch.com"),
    ),
    (),
    _settings(codecs=["PCMU", "PCMA"]),
    MappingProxyType({}),
    (
        "an app with SIP as its destination: its key and secret are user name and password",
        f"{_OURS}; its calls in come from Sinch's addresses: set them as networks",
    ),
    ("https://developers.sinch.com/docs/voice/api-reference/sip-trunking",),
)

DIDWW = TrunkPreset(
    "didww",
    "DIDWW (calls in)",
    ("address",),
    (
        Region("any", "the nearest", "sip.didww.com"),
        Region("nyc", "New York", "nyc.sip.didww.com"),
        Region("ams", "Amsterdam", "ams.sip.didww.com"),
    ),
    (),
    _settings(
        networks=[
            "46.19.209.14", "46.19.210.14", "46.19.212.14", "46.19.213.14", "46.19.214.14", "46.19.215.14",
            "185.238.173.14",
        ],
        receive=_PLUS, codecs=["PCMU", "PCMA"],
    ),
    MappingProxyType({}),
    (f"an inbound SIP trunk (Static Endpoint): {_OURS}", "give it a number"),
    ("https://doc.didww.com/voice/inbound-trunks/sip-trunks/sip-connectivity-reference",),
)  # fmt: skip

ASTERISK = TrunkPreset(
    "asterisk",
    "Asterisk, FreePBX",
    ("address", "password"),
    (Region("host", "your exchange", "{host}"),),
    (_EXCHANGE,),
    _settings(codecs=["G722", "PCMA", "PCMU"]),
    _TLS,
    (
        "pjsip.conf: an endpoint with an aor whose contact is this server, and an identify section with "
        "its address",
        "a dialplan that calls PJSIP/NUMBER@that-endpoint; docs/interop.md has both, line by line",
    ),
    ("https://docs.asterisk.org/Configuration/Channel-Drivers/SIP/Configuring-res_pjsip/",),
)

FREESWITCH = TrunkPreset(
    "freeswitch",
    "FreeSWITCH, FusionPBX",
    ("address", "password"),
    (Region("host", "your exchange", "{host}"),),
    (_EXCHANGE,),
    # Its profile for peers and carriers ("external") listens at 5080; at 5060 is the one for phones.
    _settings(port=5080, codecs=["G722", "PCMA", "PCMU"]),
    MappingProxyType({"transport": "tls", "encryption": "required", "port": 5081}),
    (
        "sip_profiles/external: a gateway with this server as its proxy, register false",
        "autoload_configs/acl.conf: this server's address in the list of the profile, so that its calls "
        "come in",
        "a dialplan that bridges to sofia/gateway/NAME/NUMBER",
    ),
    ("https://developer.signalwire.com/freeswitch/FreeSWITCH-Explained/Configuration/Sofia-SIP-Stack/",),
)

THREE_CX = TrunkPreset(
    "3cx",
    "3CX",
    ("registration", "address"),
    (Region("host", "your exchange", "{host}"),),
    (_EXCHANGE,),
    _settings(codecs=["G722", "PCMA", "PCMU"]),
    _TLS,
    (
        "Users: an extension for this server; its authentication ID and password go into auth_username "
        "and password, "
        "its number into username",
        "call the agent by that extension, or let an inbound rule send a number's calls there",
    ),
    ("https://www.3cx.com/docs/manual/",),
)

PRESETS: Mapping[str, TrunkPreset] = MappingProxyType(
    {
        each.name: each
        for each in (
            TWILIO, TELNYX, ZADARMA, SIGNALWIRE, VONAGE, PLIVO, SINCH, DIDWW, ASTERISK, FREESWITCH, THREE_CX,
        )
    }
)  # fmt: skip


def preset_named(name: str) -> TrunkPreset:
    """Raises ConfigError."""
    if name not in PRESETS:
        raise ConfigError(f"there is no preset {name[:60]}: take {', '.join(PRESETS)}")
    return PRESETS[name]
