"""The dialogs that are up, by their three names (RFC 3261 section 12), and whether a call has any."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from sip.calls.dialog import Dialog, DialogId
from sip.calls.leg import SipLeg
from sip.calls.session_machine import SessionMachine
from sip.messages.message import Request
from sip.transactions.requests import ReceivedRequest


class DialogUser(Protocol):
    """Who owns a dialog and takes its requests."""

    dialog: Dialog

    def receive(self, server: ReceivedRequest, *, proved: bool = False) -> None: ...
    def acknowledged(self, ack: Request) -> None: ...


@runtime_checkable
class CallDialog(DialogUser, Protocol):
    """It is a call's, or is about to be; others are subscriptions (:rfc:`6665`)."""

    leg: SipLeg
    machine: SessionMachine


class Dialogs:
    """A table of them."""

    def __init__(self) -> None:
        self._calls: dict[str, dict[DialogId, DialogUser]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._calls.values()))

    def __bool__(self) -> bool:
        return bool(self._calls)

    def __iter__(self) -> Iterator[Dialog]:
        return (user.dialog for users in self._calls.values() for user in users.values())

    def connections(self) -> set[object]:
        """Those that the dialogs need: there is no other way to who is behind a NAT."""
        return {each.way.flow.connection for each in self if each.way is not None}

    def calls_by(self, connection: object) -> list[CallDialog]:
        """Those whose other side is at the end of that connection."""
        users = [user for users in self._calls.values() for user in users.values()]
        return [
            user
            for user in users
            if isinstance(user, CallDialog)
            and user.dialog.way is not None
            and user.dialog.way.flow.connection is connection
        ]

    def __setitem__(self, dialog: DialogId, user: DialogUser) -> None:
        self._calls.setdefault(dialog[0], {})[dialog] = user

    def get(self, dialog: DialogId) -> DialogUser | None:
        return self._calls.get(dialog[0], {}).get(dialog)

    def call(self, dialog: DialogId) -> CallDialog | None:
        """The same where it is a call's."""
        user = self.get(dialog)
        return user if isinstance(user, CallDialog) else None

    def remove(self, dialog: DialogId) -> None:
        """Nothing happens when it is not there."""
        call = self._calls.get(dialog[0])
        if call is not None:
            call.pop(dialog, None)
            if not call:
                del self._calls[dialog[0]]

    def hosts(self, call_id: str, tag: str) -> tuple[str, ...] | None:
        """Where the other side of the dialogs with this Call-ID and our tag is known to be; None when there
        is no such dialog."""
        users = [user for dialog, user in self._calls.get(call_id, {}).items() if dialog[1] == tag]
        return tuple(host for user in users for host in user.dialog.hosts) if users else None
