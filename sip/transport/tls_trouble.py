"""What went wrong with TLS, in one line that says whose fault it is and how to mend it. Pure.

OpenSSL's own words are for those who know OpenSSL; they stand in brackets where nothing better is known.
"""

from __future__ import annotations

import ssl

from mediaserver.errors import PeerError

_VERIFY = {
    9: "its certificate is not valid yet; check the clocks of both machines",
    10: "its certificate has expired; have it renewed there",
    18: "its certificate is self-made and not known here; add it to the CA file ({ca})",
    19: "its certificate is from an authority that is not known here; add that one to the CA file ({ca})",
    20: "its certificate is from an authority that is not known here; add that one to the CA file ({ca})",
    21: "it does not send the whole chain of its certificate; have it send the intermediate ones, too",
    23: "its certificate was revoked; have it replaced there",
    24: "its certificate was signed by one that is no authority; have it replaced there",
    26: "its certificate is not meant for this (extended key usage); have it replaced there",
    66: "the key of its certificate is too short to be safe; have it replaced there",
    68: "the signature of its certificate is too weak to be safe; have it replaced there",
}
"""By OpenSSL's X509_V_ERR_*."""
_OLD = "it must speak TLS 1.2 or later"
_REASONS = {
    "ALERT_UNKNOWN_CA": "it does not know who signed our certificate; give it our CA file",
    "ALERT_BAD_CERTIFICATE": "it does not accept our certificate; check its names and its end",
    "ALERT_CERTIFICATE_EXPIRED": "it says that our certificate has expired; renew it",
    "ALERT_CERTIFICATE_UNKNOWN": "it does not accept our certificate; give it our CA file, check the names",
    "ALERT_UNSUPPORTED_CERTIFICATE": "it cannot use our certificate; take one with another kind of key",
    "ALERT_CERTIFICATE_REQUIRED": "it wants a certificate from us; name one it knows (sip.tls_certificate)",
    "ALERT_HANDSHAKE_FAILURE": f"it has nothing in common with us; {_OLD}, and may want our certificate",
    "ALERT_PROTOCOL_VERSION": f"it speaks no TLS version that we do; {_OLD}",
    "ALERT_ACCESS_DENIED": "it refuses us by our certificate",
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "it sent no certificate; give it one of sip.tls_client_ca",
    "UNSUPPORTED_PROTOCOL": f"it speaks no TLS version that we do; {_OLD}",
    "NO_SHARED_CIPHER": f"it has no cipher in common with us; {_OLD}, with modern ciphers",
    "WRONG_VERSION_NUMBER": "it does not speak TLS there; check the port (5061 is usual) and the transport",
    "HTTP_REQUEST": "it speaks HTTP and not SIP over TLS",
    "UNEXPECTED_EOF_WHILE_READING": "it closed the connection in the middle of the handshake",
}
"""By a part of OpenSSL's reason."""


class TlsError(PeerError):
    """A connection cannot be secured; `str` is what to say of the other side. Never leaves the transport."""


def words_of(error: ssl.SSLError, ca: str = "sip.tls_ca, --ca") -> str:
    """What to say of the other side. `ca`: where the authorities are named that it could be from."""
    if isinstance(error, ssl.SSLCertVerificationError):
        said = _VERIFY.get(error.verify_code, "")
        return said.format(ca=ca) or f"its certificate cannot be trusted ({error.verify_message})"
    reason = error.reason or ""
    for part, said in _REASONS.items():
        if part in reason:
            return said
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return _REASONS["UNEXPECTED_EOF_WHILE_READING"]
    plain = reason.replace("_", " ").lower() or str(error.strerror or error)
    return f"TLS could not be agreed on ({plain})"
