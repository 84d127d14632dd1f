"""What an operator is told of the ways in for an existing Asterisk."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from mediaserver.addresses import networks_of
from mediaserver.diagnosis.finding import Finding

NAME = "audiosocket"
WIDEST = 8
"""Bits of a network that is somebody's; one with fewer is half the world."""


def audiosocket_findings(listens: str, networks: Sequence[str], lines: Sequence[UUID]) -> list[Finding]:
    """`listens`: HOST:PORT; empty: it does not."""
    if not listens:
        return []
    wide = [str(each) for each in networks_of(networks) if each.prefixlen < WIDEST]
    if wide:
        why = f"{', '.join(wide)} may connect to {listens}"
        why += f", and {len(lines)} lines are behind it" if lines else ""
        mend = "list the addresses of your Asterisk alone in asterisk.networks"
        return [Finding(NAME, False, why, mend, required=False)]
    if not networks:
        mend = "list the address of your Asterisk in asterisk.networks"
        return [Finding(NAME, False, f"nobody may connect to {listens}", mend, required=False)]
    return [Finding(NAME, True, f"Asterisk connects to {listens}")]
