"""Attacks on a running server, from outside: bytes over sockets, never a look at its code.

Nothing here shares code with the server. Everything stays on loopback, is bounded, and stops by itself.
"""
