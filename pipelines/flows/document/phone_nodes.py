"""The nodes that are about telephones rather than talk: who has picked up, texts, and sound files."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipelines.flows.document.names import Text, VariableName
from pipelines.flows.document.nodes import NodeBase

MOST_TEXT = 1_600
"""Characters of a text: ten parts of an SMS."""


class WhoAnsweredNode(NodeBase):
    """It is waited, listening, until it is known who has picked up where we called: for a person no longer
    than that takes, for a machine until its greeting is over. Nothing is found out where the provider does
    not do that, nor in calls that came in. Outcomes: 'human', 'machine' (what is said now is recorded),
    'fax', 'unknown'."""

    type: Literal["who_answered"]
    seconds: Annotated[float, Field(ge=0.5, le=60)] = 5
    """Nothing is said for so long, and it is not known: it is 'unknown'."""


class SendSmsNode(NodeBase):
    """A text (SMS) is sent, to the caller's own number. Outcomes: 'sent', 'not sent'."""

    type: Literal["send_sms"]
    text: Text = ""
    """Said before it: 'I am sending you the link.'; empty: nothing."""
    message: Annotated[str, Field(min_length=1, max_length=MOST_TEXT)]
    """A template: what is sent, with values as they are kept."""
    to: Annotated[str, Field(pattern=r"^(\+[1-9][0-9]{6,14})?$")] = ""
    """Another number, in E.164, where the operator lets texts go there (`texts.to`); never a value. Empty:
    the caller's."""
    variable: VariableName | None = None
    """What came of it: `{"sent": false, "why": "opted out"}`; `why` is 'no account', 'no number', 'opted
    out', 'not allowed', 'too many', 'no sender', 'in conversation', 'empty' or 'failed'."""


class PlayNode(NodeBase):
    """A sound file is played where something would be said, and the flow goes on at once. Its error is
    'prompt': it cannot be had, and there are no words in its place."""

    type: Literal["play"]
    prompt: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
    """The sound file's name (`voiceforge prompts list`)."""
    text: Text = ""
    """Said in its place where it cannot be had, and what is said in it where that is not written down."""
    interruptible: bool = True
    """False: it is played to its end, whatever the caller says meanwhile."""
