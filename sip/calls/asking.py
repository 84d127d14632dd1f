"""A request of ours within a dialog (INFO, OPTIONS, BYE) whose only answer of interest is how it ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sip.calls.core import Core, Credentials
from sip.calls.dialog import Dialog, Headers
from sip.messages.message import Request, Response
from sip.transactions.transaction import Cause

Finished: TypeAlias = "Callable[[DialogRequest, int], None]"


class DialogRequest:
    """One request, and the same once more for each kind of challenge."""

    def __init__(
        self,
        core: Core,
        dialog: Dialog,
        credentials: Credentials | None,
        method: str,
        headers: Headers,
        body: bytes,
        finished: Finished,
    ) -> None:
        """`finished` gets this and the final status; 408 when none came, 503 when the request could not go
        out."""
        self._core = core
        self._dialog = dialog
        self._credentials = credentials
        self._method = method
        self._headers = headers
        self._body = body
        self._finished = finished
        self.reached = False
        """Somebody has answered."""
        self.response: Response | None = None
        """The final one; None when none came."""
        self._tried: set[tuple[int, str]] = set()
        self._request: Request

    def send(self) -> None:
        self._request = self._dialog.request(self._method, self._headers, self._body)
        self._core.sign_in(self._dialog, self._credentials, self._request)
        self._core.in_dialog(self._dialog, self._request, self._answered, self._failed)

    def _answered(self, response: Response) -> None:
        self.reached = True
        if response.status < 200:
            return
        self.response = response
        credentials = self._credentials
        if response.status in (401, 407):
            if self._core.prove_in(self._dialog, credentials, self._request, response, self._tried):
                self.send()
                return
        elif credentials is not None:
            credentials.accepted(response)
        self._finished(self, response.status)

    def _failed(self, cause: Cause) -> None:
        self._finished(self, cause.value)
