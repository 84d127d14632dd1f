"""What an INVITE says of who had it sent: Referred-By (:rfc:`3892`), and the call that it is to replace."""

from __future__ import annotations

from mediaserver.calls.protocols import Behalf
from sip.messages.transfer_headers import REPLACES


def on_behalf(behalf: Behalf | None) -> list[tuple[str, str]]:
    """The headers; none for a call that nobody asked for."""
    if behalf is None:
        return []
    said = [("Referred-By", f"<{behalf.by}>")] if behalf.by else []
    return [*said, ("Require", REPLACES), ("Replaces", behalf.replaces)] if behalf.replaces else said
