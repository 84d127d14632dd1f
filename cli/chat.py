"""`voiceforge chat`: talk to an agent in text, without audio, engines or a server.

Reads what the caller says from the terminal or stdin, a line at a time; the end of the input hangs up.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import os
import sys
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from cli.terminal import add_json_option, print_json

if TYPE_CHECKING:
    from mediaserver.storage.records import Record
    from pipelines.conversation.agent import AgentInput
    from pipelines.conversation.text import TextConversation


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "chat",
        help="talk to an agent in text",
        description="Talk to an agent in text, without audio. Each line is what the caller says; an empty "
        "line is silence, /14# presses keys, the end of the input hangs up.",
    )
    parser.add_argument(
        "agent",
        metavar="AGENT",
        help="demo, module:Class, or the name of a Python entry point in the group voiceforge.agents",
    )
    add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    asyncio.run(_talk(args.agent, args.json))
    return 0


async def _talk(name: str, as_json: bool) -> None:
    from pipelines.agents import agent_named
    from pipelines.conversation.agent import Answered, Transfer
    from pipelines.conversation.text import TextConversation, typed

    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())  # an agent in a file of this folder
    call_id = uuid4()
    chat = _Chat(TextConversation(agent_named(name, call_id), call_id), as_json)
    await chat.tell(Answered())
    while chat.conversation.last is None:
        line = await _line()
        if line is None:
            break
        for said in typed(line):
            if chat.conversation.last is None:
                await chat.tell(said)
    chat.keep(chat.conversation.hang_up())
    last = chat.conversation.last
    ended = "hung up by the caller" if last is None else "completed by agent"
    if isinstance(last, Transfer):
        ended = f"transferred to {last.to}"
    if as_json:
        print_json({"agent": name, "lines": chat.lines, "kept": chat.kept, "ended": ended})
    else:
        print(f"ended   {ended}")


async def _line() -> str | None:
    """The next line of the input; None at its end."""
    if sys.stdin.isatty():
        print("> ", end="", file=sys.stderr, flush=True)
    line = await asyncio.to_thread(sys.stdin.readline)
    return line if line else None


class _Chat:
    """Shows a conversation as it goes on, or gathers it for the end."""

    def __init__(self, conversation: TextConversation, quiet: bool) -> None:
        self.conversation = conversation
        self.lines: list[dict[str, str]] = []
        self.kept: list[dict[str, Any]] = []
        self._quiet = quiet

    async def tell(self, said: AgentInput) -> None:
        from pipelines.conversation.agent import Keep, Play, Pressed, Say, Utterance

        match said:
            case Utterance(text=text):
                self.lines.append({"speaker": "caller", "text": text})
            case Pressed(digit=digit):
                self.lines.append({"speaker": "caller", "text": f"/{digit}"})
            case _:
                pass
        pieces = []
        async for act in self.conversation.acts(said):
            match act:
                case Say(text=text) | Play(text=text):
                    pieces.append(text)
                    self._show(f"agent   {text}")
                case Keep(record=record):
                    self.keep((record,))
                case _:
                    pass
        if pieces:
            self.lines.append({"speaker": "agent", "text": " ".join(pieces)})

    def keep(self, records: tuple[Record, ...]) -> None:
        for record in records:
            values = {name: _plain(value) for name, value in dataclasses.asdict(record).items()}
            self.kept.append({"record": type(record).__name__, **values})
            shown = ", ".join(f"{name} {value}" for name, value in values.items() if name != "call_id")
            self._show(f"kept    {type(record).__name__}: {shown}")

    def _show(self, line: str) -> None:
        if not self._quiet:
            print(line, flush=True)


def _plain(value: Any) -> Any:
    """What JSON can hold."""
    return value if isinstance(value, str | int | float | bool | dict | list | None) else str(value)
