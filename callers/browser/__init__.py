"""The measuring caller as a browser is one: WHIP, ICE, DTLS-SRTP and Opus, on the same wire as its SIP calls.

Written anew from the RFCs, like all of the instrument; OpenSSL's handshake and libopus are others' anyway.
"""
