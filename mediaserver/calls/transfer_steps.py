"""The steps of a transfer: each is kept with the call, and watchers hear of it at once."""

from __future__ import annotations

from typing import Any

from mediaserver.calls.call import Call


def told(call: Call, step: str, to: str, **more: Any) -> None:
    """`step`: begun, ringing, briefing, accepted, refused (the far end does not call there itself: we
    do), failed or returned."""
    call.note(f"transfer_{step}", to=to, **more)
    call.publish("transfer", step=step, to=to, **more)
