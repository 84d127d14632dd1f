"""What each real peer was seen to do with us: the words in which peer tests say what they show.

`@shows(Peer.BARESIP, Feature.HOLD)` on a test says that it fails when baresip's hold does not go with ours.
"""

from __future__ import annotations

from enum import StrEnum

import pytest


class Peer(StrEnum):
    """The columns."""

    ASTERISK = "Asterisk 22"
    KAMAILIO = "Kamailio 5.6"
    BARESIP = "baresip 1.0"
    LINPHONE = "linphonec 5.1"
    SIPP = "SIPp 3.6"


class Feature(StrEnum):
    """The rows, in their order. "It" is the peer, "we" are VoiceForge."""

    CALLS_UDP = "it calls us over UDP"
    CALLS_TCP = "it calls us over TCP"
    CALLS_TLS = "it calls us over TLS"
    CALLS_IPV6 = "it calls us over IPv6"
    CALLED_UDP = "we call it over UDP"
    CALLED_TCP = "we call it over TCP"
    CALLED_TLS = "we call it over TLS"
    CALLED_IPV6 = "we call it over IPv6"
    REGISTERS = "it registers with us"
    REGISTERED = "we register with it"
    PASSWORDS = "it asks us for a password"
    TRUNK = "trunk, checked and called by number"
    ROUTES = "stays in the path (Record-Route)"
    NODES = "sends calls to the other node when one is gone"
    G722 = "G.722"
    OPUS = "Opus"
    SDES = "SRTP, keys by SDES"
    DTLS = "SRTP, keys by DTLS"
    SRTP_OPTIONAL = "SRTP where both can, else plain"
    SRTP_REQUIRED = "no call where SRTP is required and missing"
    KEYS_RFC4733 = "its keys by RFC 4733"
    KEYS_INFO = "its keys by INFO"
    KEYS_INBAND = "its keys as sounds"
    OUR_KEYS_RFC4733 = "our keys by RFC 4733"
    OUR_KEYS_INFO = "our keys by INFO"
    HOLD = "it holds and resumes"
    HOLD_MUSIC = "it holds with its own music"
    OUR_MUSIC = "it hears our music on hold"
    DIRECT_MEDIA = "audio is moved to another address and back"
    TIMERS = "session timers"
    RELIABLE = "reliable responses (100rel)"
    EARLY_MEDIA = "early media"
    DELAYED_OFFER = "delayed offer"
    UPDATE = "UPDATE"
    CANCEL = "gives up a call that rings"
    BUSY = "is busy"
    REDIRECT = "sends calls on (3xx)"
    FORKS = "several early dialogs"
    ASSERTED = "caller by P-Asserted-Identity"
    DIVERSION = "Diversion"
    BLIND_TRANSFER = "it transfers (REFER)"
    ATTENDED_TRANSFER = "it transfers with consultation (Replaces)"
    TRANSFERRED = "we transfer it (REFER)"


def shows(peer: Peer, *features: Feature) -> pytest.MarkDecorator:
    """Marks a test, or a `pytest.param`, that shows these features of a peer."""
    return pytest.mark.shows(peer, *features)
