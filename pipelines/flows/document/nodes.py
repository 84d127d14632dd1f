"""The nodes that a caller meets: what is said, asked, read back, chosen, and the end."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from pipelines.flows.document.names import (
    LONGEST_PROMPT,
    Expression,
    Label,
    Language,
    NodeId,
    OutcomeName,
    Part,
    Phrase,
    SaidText,
    Text,
    Value,
    VariableName,
)
from pipelines.flows.document.slots import SlotSpec

SilenceMs: TypeAlias = Annotated[int, Field(ge=500, le=60_000)]
Way: TypeAlias = Literal["voice", "keys", "model"]


class Position(Part):
    """Where it is drawn."""

    x: float
    """To the right, in pixels."""
    y: float
    """Downwards, in pixels."""


class NodeBase(Part):
    """What all nodes have."""

    id: NodeId
    """Its name in the document; edges and events have it."""
    label: Label = ""
    """What people see in its place; never said."""
    note: Annotated[str, Field(max_length=2_000)] = ""
    """For people who draw; never said."""
    position: Position | None = None
    """Where it is drawn."""


class StartNode(NodeBase):
    """Where a call begins. One a document; leads on by `next` or expressions."""

    type: Literal["start"]


class SayNode(NodeBase):
    """Something is said, and the flow goes on at once."""

    type: Literal["say"]
    text: SaidText
    """What is said."""
    interruptible: bool = True
    """False: it is said to its end, whatever the caller says meanwhile."""
    language: Language = ""
    """Of this piece alone; empty: that of the call."""
    voice: Annotated[str, Field(max_length=200)] = ""
    """Of this piece alone; empty: that of the call."""


class CollectNode(NodeBase):
    """A value is asked for, and asked for again in other words, by keys, and read back where it was doubtful.
    Skipped while its variable is known. Outcomes: its value, as text."""

    type: Literal["collect"]
    slot: SlotSpec
    """What kind of value it is, and how it may be said."""
    variable: VariableName | None = None
    """What the value is kept as; none: its outcome edges alone tell."""
    by: Annotated[tuple[Way, ...], Field(min_length=1, max_length=3)] = ("voice", "keys")
    """`model`: a language model finds the value in what was said where the slot's own rules do not."""
    text: SaidText
    """The question."""
    help: Text = ""
    """The question in other words, said when the first answer was not understood; empty: the same words."""
    example: Text = ""
    """One short answer, said before the keys are offered: 'For example: ten thirty.'"""
    silence_ms: SilenceMs = 7_000
    """So long nothing may come before it counts as unanswered."""


class ReadBackPart(Part):
    """Something that a caller may want changed at a read-back. Leads where the node's outcome edge
    'change VARIABLE' does."""

    variable: VariableName
    """What may be changed."""
    say: Annotated[tuple[Phrase, ...], Field(min_length=1, max_length=20)]
    """What it is called: 'place', 'office'."""


class ConfirmNode(NodeBase):
    """What is known is read back, and the caller agrees, objects, cancels or names what to change. Outcomes:
    'yes', 'no', 'cancel', 'change VARIABLE'."""

    type: Literal["confirm"]
    facts: SaidText
    """The read-back proper: '{{ place }}, {{ day }} at {{ time }}.'"""
    text: Text = "Is that right?"
    """What is asked behind it when silence agrees."""
    help: SaidText = "Is that right? Please say yes or no."
    """What is asked when it does not, and when nothing was understood."""
    offer: Text = ""
    """How the keys are offered; empty: 'Press one if it is right, two to change it, three to cancel.'
    """
    silence: Literal["agree", "ask"] = "ask"
    """`agree`: silence, or hanging up, is a yes where all of the call was surely heard."""
    cancels: bool = True
    """'cancel it' is an answer."""
    changes: Annotated[tuple[ReadBackPart, ...], Field(max_length=50)] = ()
    """What the caller may want changed, one by one."""
    silence_ms: SilenceMs = 3_000
    """So long an objection is waited for."""


class MenuOption(Part):
    """One of a menu."""

    name: OutcomeName
    """Its outcome."""
    say: Annotated[tuple[Phrase, ...], Field(max_length=50)] = ()
    """What the caller may say for it; empty: its name, in lower case."""
    keys: Annotated[str, Field(pattern=r"^[0-9]{0,4}$")] = ""
    """Empty: its place in the list, while there are at most nine."""


class MenuNode(NodeBase):
    """The caller chooses, and nothing is kept. Outcomes: the options' names."""

    type: Literal["menu"]
    text: SaidText
    """The question."""
    help: Text = ""
    """The question in other words, said when the first answer was not understood; empty: the same words."""
    options: Annotated[tuple[MenuOption, ...], Field(min_length=1, max_length=100)]
    """What there is to choose from."""
    by: Annotated[tuple[Literal["voice", "keys"], ...], Field(min_length=1, max_length=2)] = ("voice", "keys")
    """How it may be answered."""
    silence_ms: SilenceMs = 7_000
    """So long nothing may come before it counts as unanswered."""


class RecordNode(NodeBase):
    """The caller leaves a message. Outcomes: 'recorded', 'nothing'."""

    type: Literal["record"]
    text: SaidText
    """Said before it: 'Please speak after the tone.'"""
    variable: VariableName | None = None
    """Kept of it: `{"seconds": 12.5, "text": "..."}`."""
    beep: bool = True
    """A tone says when to speak."""
    most_s: Annotated[int, Field(ge=1, le=600)] = 120
    """Seconds that a message has at most."""
    silence_s: Annotated[float, Field(ge=1, le=20)] = 4
    """So much silence ends it."""
    finish_keys: Annotated[str, Field(pattern=r"^[0-9#]{0,12}$")] = "#"
    """Each of these ends it."""
    transcribe: bool = True
    """Its text is kept, too, where there is a recogniser for open speech."""


class ListenNode(NodeBase):
    """What the other side says is listened to, without a question. Done when something was said; `timeout`
    when nothing was."""

    type: Literal["listen"]
    text: Text = ""
    """Said before it; empty: nothing."""
    variable: VariableName | None = None
    """The words, as they were recognised."""
    seconds: Annotated[float, Field(ge=0.5, le=60)] = 5
    """So long something is waited for."""


class WaitNode(NodeBase):
    """Nothing is said or heard for a while; a key edge of its own ends it."""

    type: Literal["wait"]
    text: Text = ""
    """Said before it; empty: nothing."""
    seconds: Annotated[float, Field(ge=0.1, le=120)]
    """How long."""


class EndCallNode(NodeBase):
    """The last words; of a subflow, its end, without hanging up."""

    type: Literal["end_call"]
    text: Text = ""
    """The last words; empty: none."""
    outcome: Annotated[str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9 _:-]{0,59})?$")] = ""
    """What the call came to ('confirmed'), kept with the variables of `Document.keep`; empty: nothing."""


class PhoneTransferNode(NodeBase):
    """The caller is handed over to a number or an address. Where nobody takes the call the flow goes on.
    Outcomes: 'busy', 'no answer', 'declined', 'not confirmed', 'not allowed', 'failed', 'handed back' or
    'left'.
    """

    type: Literal["phone_transfer"]
    text: SaidText
    """Said before it: 'I am connecting you.'"""
    to: Annotated[str, Field(min_length=1, max_length=500)]
    """A template: a number in E.164, an extension or an address."""
    trunk: Annotated[str, Field(max_length=100)] = ""
    """By this trunk alone, where it is a number; empty: by the best that may call it."""
    warm: bool = False
    """Whoever answers is told what the call is about first, and takes it or not."""
    briefing: Text = ""
    """What that one is told; empty: caller, what the call is about, what is known."""
    called_by: Literal["", "provider"] = ""
    """`provider`: the caller's own side (its provider, its PBX) is asked to call there itself; the call with
    us ends then, and nobody comes back. Where it does not do that we call, as without it. Not with `warm`."""
    accept: Literal["", "key", "stay"] = ""
    """How whoever answers takes the call: by pressing 1, or by staying on the line; empty: as the
    settings say."""


class AgentTransferNode(NodeBase):
    """Another agent goes on with the call, and gets the variables. It is the end here."""

    type: Literal["agent_transfer"]
    text: Text = ""
    """Said before it; empty: nothing."""
    agent: Annotated[str, Field(min_length=1, max_length=100)]
    """Its name."""


class SubflowNode(NodeBase):
    """Another flow is run through, as if its nodes stood here. Outcomes: those of its ends."""

    type: Literal["subflow"]
    flow: Annotated[str, Field(min_length=1, max_length=100)]
    """Its name."""
    version: Annotated[int, Field(ge=1)] | None = None
    """None: the one that is published when the call begins."""
    give: Annotated[dict[VariableName, Expression], Field(max_length=100)] = {}
    """Its variables, and what they are at its start."""
    take: Annotated[dict[VariableName, VariableName], Field(max_length=100)] = {}
    """Our variables, and which of its they are at its end."""


class Collected(Part):
    """What a subagent may find out."""

    variable: VariableName
    """What it is kept as."""
    about: Annotated[str, Field(min_length=1, max_length=500)]
    """For the model: what it is."""
    required: bool = False
    """It may not leave by its usual exit without it."""


class Exit(Part):
    """How a subagent's part may end. Its name is an outcome."""

    name: OutcomeName
    """Its outcome."""
    when: Annotated[str, Field(min_length=1, max_length=500)]
    """For the model: 'the caller wants a person'."""


class SubagentNode(NodeBase):
    """A language model talks to the caller until one of its exits. Outcomes: the exits' names."""

    type: Literal["subagent"]
    prompt: Annotated[str, Field(min_length=1, max_length=LONGEST_PROMPT)]
    """A template: what the model is told."""
    greeting: Text = ""
    """Said first; empty: the model begins."""
    tools: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=100)], ...], Field(max_length=50)
    ] = ()
    """What it may call, by name."""
    llm: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=100)], ...], Field(max_length=20)] = ()
    """Models in order of preference; empty: the agent's own."""
    voice: Annotated[str, Field(max_length=200)] = ""
    """While it talks; empty: that of the call."""
    language: Language = ""
    """While it talks; empty: that of the call."""
    collects: Annotated[tuple[Collected, ...], Field(max_length=50)] = ()
    """What it may find out."""
    exits: Annotated[tuple[Exit, ...], Field(min_length=1, max_length=20)]
    """How its part may end; the first is the usual one."""
    most_turns: Annotated[int, Field(ge=1, le=200)] = 30
    """Of the caller's; after that it is an error 'model'."""


class ConditionNode(NodeBase):
    """Nothing but its expression edges, and `next` where none of them holds."""

    type: Literal["condition"]


class SetNode(NodeBase):
    """Variables get values: constants, and templates where they are texts."""

    type: Literal["set"]
    values: Annotated[dict[VariableName, Value], Field(min_length=1, max_length=100)]
    """Variables and what they become; null: not known."""


class Assignment(Part):
    """One line of a code node."""

    variable: VariableName
    """What is computed."""
    value: Expression
    """CEL."""


class CodeNode(NodeBase):
    """Variables are computed, line after line; each line sees those before it."""

    type: Literal["code"]
    lines: Annotated[tuple[Assignment, ...], Field(min_length=1, max_length=100)]
    """One after the other."""
