from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="TextWanted")


@_attrs_define
class TextWanted:
    """A text that is to be sent."""

    to: str
    """ E.164: +4915112345678. """
    text: str
    account: str | Unset = ""
    """ By which; empty: the first that may text this number. """
    sender: str | Unset = ""
    """ One of the account's numbers, or a name registered for it (`senders`); empty: its `caller`. """
    agent: str | Unset = ""
    """ Who answers what is written back. """
    key: str | Unset = ""
    """ The same key twice is one text, however often it is sent. """

    def to_dict(self) -> dict[str, Any]:
        to = self.to

        text = self.text

        account = self.account

        sender = self.sender

        agent = self.agent

        key = self.key

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "to": to,
                "text": text,
            }
        )
        if account is not UNSET:
            field_dict["account"] = account
        if sender is not UNSET:
            field_dict["sender"] = sender
        if agent is not UNSET:
            field_dict["agent"] = agent
        if key is not UNSET:
            field_dict["key"] = key

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        to = d.pop("to")

        text = d.pop("text")

        account = d.pop("account", UNSET)

        sender = d.pop("sender", UNSET)

        agent = d.pop("agent", UNSET)

        key = d.pop("key", UNSET)

        text_wanted = cls(
            to=to,
            text=text,
            account=account,
            sender=sender,
            agent=agent,
            key=key,
        )

        return text_wanted
