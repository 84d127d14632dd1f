"""Phones that the server calls: they registered, or the operator allowed their address."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from tests.attack.messages import Message, between
from tests.attack.phone import Phone
from tests.attack.target import Target

EXTENSIONS = {"101": "correct-horse-battery", "102": "staple-and-some-more"}
PHONE = "127.7.0.11"


@contextmanager
def registered(target: Target, extension: str = "101", host: str = PHONE) -> Iterator[Phone]:
    """An extension's phone, registered with its password."""
    with Phone(target.sip, host, user=extension) as phone:
        status = phone.register(EXTENSIONS[extension])
        if status != 200:
            raise RuntimeError(f"the phone's REGISTER was answered with {status}")
        yield phone


def place(target: Target, to: str, agent: str = "echo") -> str:
    """Have the server call; the call's id."""
    status, text = target.ask("POST", "/api/telephony/calls", {"to": to, "agent": agent})
    if status != 201:
        raise RuntimeError(f"the call was not placed: {status} {text}")
    return str(json.loads(text)["id"])


class Answered:
    """A call that the server placed to a phone of ours, from its INVITE on."""

    def __init__(self, phone: Phone, invite: Message) -> None:
        self.phone, self.invite = phone, invite

    def answer(self, body: str) -> Message | None:
        """200, and the ACK that follows."""
        self.phone.wire.send(self.phone.respond(self.invite, 200, body=body), self.invite.source)
        return self.phone.wait_for("ACK", 5.0)

    @property
    def target(self) -> str:
        """Where requests within the dialog go."""
        return between(self.invite.get("Contact"))


@contextmanager
def called(target: Target, agent: str = "echo", to: str = "101") -> Iterator[tuple[Answered, str]]:
    """The server calls a registered phone: its INVITE, not answered yet, and the call's id."""
    with registered(target, to) as phone:
        call_id = place(target, to, agent)
        invite = phone.wait_for("INVITE", 8.0)
        if invite is None:
            raise RuntimeError("the phone was not called")
        try:
            yield Answered(phone, invite), call_id
        finally:
            target.ask("DELETE", f"/api/telephony/calls/{call_id}")
            phone.listen(0.3)
