"""A request of ours within a dialog (INFO, BYE) whose only answer of interest is how it ended."""

from __future__ import annotations

from collections.abc import Callable

from sip.calls.core import Core, Credentials
from sip.calls.dialog import Dialog, Headers
from sip.messages.message import Response


def ask(
    core: Core,
    dialog: Dialog,
    credentials: Credentials | None,
    method: str,
    headers: Headers,
    body: bytes,
    finished: Callable[[int], None],
) -> None:
    """Send it, once more for each kind of challenge. `finished` gets the final status; 408 when none came,
    503 when the request could not go out."""
    tried: set[tuple[int, str]] = set()

    def send(more: Headers) -> None:
        request = dialog.request(method, [*headers, *more], body)

        def answered(response: Response) -> None:
            if response.status < 200:
                return
            if response.status in (401, 407) and credentials is not None:
                if header := credentials.answer(request, response, tried):
                    send([header])
                    return
            finished(response.status)

        core.in_dialog(dialog, request, answered, lambda cause: finished(cause.value))

    send(())
