"""`voiceforge chat`: talk to an agent in text, without audio or a server.

A name is looked up among the agents of the database first, where there is one, as a call's would be.

Reads what the caller says from the terminal or stdin, a line at a time; the end of the input hangs up.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import sys
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from cli.terminal import add_config_option, add_json_option, print_json
from cli.working_folder import importable
from mediaserver.printable import printable, printable_lines

if TYPE_CHECKING:
    from mediaserver.config import Settings
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
        help="a name from `voiceforge agents list`, module:Class, or the name of a Python entry point in the "
        "group voiceforge.agents",
    )
    add_config_option(parser)
    add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    from mediaserver.config import load

    importable()
    asyncio.run(_talk(load(args.config), args.agent, args.json))
    return 0


async def _talk(settings: Settings, name: str, as_json: bool) -> None:
    from cli.text_agents import text_agents
    from pipelines.conversation.text import TextConversation

    call_id = uuid4()
    async with contextlib.AsyncExitStack() as undo:
        agent = (await text_agents(settings, name, undo)).make(call_id)
        await _converse(_Chat(TextConversation(agent, call_id), as_json), name, as_json)


async def _converse(chat: _Chat, name: str, as_json: bool) -> None:
    from pipelines.conversation.agent import Answered, Transfer
    from pipelines.conversation.text import typed

    await chat.tell(Answered())
    while chat.conversation.last is None:
        line = await _line()
        if line is None:
            break
        for said in typed(line):
            if chat.conversation.last is None:
                await chat.tell(said)
        entry = chat.conversation.paused()
        if entry is not None and chat.conversation.last is None:
            await chat.tell(entry)
    chat.keep(chat.conversation.hang_up())
    last = chat.conversation.last
    ended = "hung up by the caller" if last is None else "completed by agent"
    if isinstance(last, Transfer):
        ended = f"transferred to {last.to}"
    if as_json:
        print_json({"agent": name, "lines": chat.lines, "kept": chat.kept, "ended": ended})
    else:
        print(f"ended   {printable(ended)}")


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
        from pipelines.conversation.agent import (
            Keep,
            Play,
            Pressed,
            Say,
            StandBy,
            Switch,
            TakeMessage,
            Utterance,
        )

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
                case Switch(language=language):
                    self._aside(f"goes on in {language}")
                case TakeMessage():
                    self._aside("takes a message: the next line is it")
                case StandBy(seconds=seconds):
                    self._aside(f"stands by for {seconds:g} s")
                case _:
                    pass
        if pieces:
            self.lines.append({"speaker": "agent", "text": " ".join(pieces)})

    def keep(self, records: tuple[Record, ...]) -> None:
        from mediaserver.storage.records import EventHappened

        for record in records:
            values = {name: _plain(value) for name, value in dataclasses.asdict(record).items()}
            self.kept.append({"record": type(record).__name__, **values})
            if isinstance(record, EventHappened) and record.kind == "text_sent":
                self._aside(
                    f"would send a text to {record.data['to'] or 'the caller'}: {record.data['text']}"
                )
            if isinstance(record, EventHappened):
                continue  # figures of the model's, and the like
            shown = ", ".join(f"{name} {value}" for name, value in values.items() if name != "call_id")
            self._show(f"kept    {type(record).__name__}: {shown}")

    def _aside(self, text: str) -> None:
        """What the agent does without words."""
        self.lines.append({"speaker": "", "text": text})
        self._show(f"        {text}")

    def _show(self, line: str) -> None:
        if not self._quiet:
            print(printable_lines(line, 8 * " "), flush=True)


def _plain(value: Any) -> Any:
    """What JSON can hold."""
    return value if isinstance(value, str | int | float | bool | dict | list | None) else str(value)
