"""Which transaction a message belongs to (RFC 3261 sections 17.1.3 and 17.2.3). Pure."""

from __future__ import annotations

import secrets
from typing import TypeAlias

from sip.messages.headers import BRANCH_COOKIE
from sip.messages.message import Request

TransactionKey: TypeAlias = tuple[str, ...]


def new_branch() -> str:
    return BRANCH_COOKIE + secrets.token_hex(10)


def server_key(request: Request) -> TransactionKey:
    """RFC 3261 17.2.3; without the magic cookie the fields of RFC 2543, less the To tag that an ACK adds."""
    return server_key_of(request, "INVITE" if request.method == "ACK" else request.method)


def server_key_of(request: Request, method: str) -> TransactionKey:
    """The key of the request with that method which has all else in common with `request`."""
    via = request.via
    branch = via.branch or ""
    if branch.startswith(BRANCH_COOKIE) and len(branch) > len(BRANCH_COOKIE):
        return via_key(branch, via.host, via.port or 0, method)
    return (
        "",
        str(request.uri),
        request.from_.tag or "",
        request.call_id,
        str(request.cseq.number),
        via.host.lower(),
        str(via.port or 0),
        branch,
        method,
    )


def via_key(branch: str, host: str, port: int, method: str) -> TransactionKey:
    """By what the top Via says; `port` 0: it names none."""
    return (branch, host.lower(), str(port), method)


def merge_key(request: Request) -> TransactionKey:
    """The same for a request that came on several paths (8.2.2.2)."""
    return (request.from_.tag or "", request.call_id, str(request.cseq.number), request.method)
