"""Why a cell of the matrix holds no test: what a peer cannot do, and what is not asked of it."""

from __future__ import annotations

from tests.matrices.matrix import Note
from tests.peers.matrix import Feature, Peer

_AUDIO = (
    Feature.G722,
    Feature.OPUS,
    Feature.SDES,
    Feature.DTLS,
    Feature.SRTP_OPTIONAL,
    Feature.SRTP_REQUIRED,
    Feature.KEYS_RFC4733,
    Feature.KEYS_INBAND,
    Feature.OUR_KEYS_RFC4733,
    Feature.HOLD_MUSIC,
    Feature.OUR_MUSIC,
    Feature.DIRECT_MEDIA,
)
_PHONES = (Peer.BARESIP, Peer.LINPHONE)

NOTES: tuple[Note[Peer, Feature], ...] = (
    Note((Peer.KAMAILIO,), _AUDIO, "Audio and keys do not pass a proxy."),
    Note(
        (Peer.KAMAILIO,),
        (Feature.REGISTERS, Feature.REGISTERED, Feature.PASSWORDS, Feature.REDIRECT),
        "It is set up as an edge that relays; what its registrar could do is shown by Asterisk.",
    ),
    Note(
        (Peer.SIPP,),
        (Feature.CALLS_TLS, Feature.CALLED_TLS, Feature.SDES, Feature.DTLS, Feature.SRTP_OPTIONAL),
        "Debian builds SIPp without TLS and SRTP.",
    ),
    Note(
        (Peer.SIPP,),
        (Feature.G722, Feature.OPUS, Feature.KEYS_INBAND, Feature.HOLD_MUSIC),
        "SIPp sends recorded packets: it neither codes nor hears.",
    ),
    Note(
        _PHONES,
        (Feature.REGISTERED, Feature.PASSWORDS, Feature.TRUNK, Feature.ROUTES, Feature.NODES),
        "A phone, no server.",
    ),
    Note(
        (Peer.BARESIP,),
        (Feature.CALLS_IPV6, Feature.CALLED_IPV6),
        "baresip 1.0 finds no IPv6 address of its own where the loopback has the only one, as it has here.",
    ),
    Note(
        (Peer.BARESIP,),
        (Feature.TIMERS, Feature.RELIABLE, Feature.UPDATE),
        "baresip 1.0 has no session timers, 100rel and UPDATE; they are left out of its calls.",
    ),
    Note((Peer.LINPHONE,), (Feature.KEYS_INBAND,), "linphonec 5.1 sends keys as events or INFO only."),
    Note(
        (Peer.ASTERISK,),
        (Feature.DELAYED_OFFER,),
        "Asterisk offers in every INVITE of its own, and we do in every call that the API places.",
    ),
)
