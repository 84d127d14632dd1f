"""`voiceforge flows generate`: a language model draws a flow from plain words, or changes one.

What comes of it is shown, and saved as a version that no call gets yet, after a yes. A flow with errors is
never saved.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

from cli.flows.documents import operator, words
from cli.terminal import add_json_option, console, print_json
from mediaserver.errors import ConfigError
from mediaserver.printable import printable

if TYPE_CHECKING:
    import asyncpg

    from mediaserver.config import Settings
    from pipelines.engines.protocols import Llm
    from pipelines.flows.document.document import Document
    from pipelines.flows.generating.author import GeneratedFlow

NOTE_CHARACTERS = 200


def add_actions(actions: Any) -> None:
    generating = actions.add_parser(
        "generate",
        help="have a language model draw a flow from plain words, or change one",
        description="What it draws is checked, and sent back to it at most three times. It names no number, "
        "host, agent or tool but those that you name. The flow is shown, and saved as a version after your "
        "yes; publish it with `voiceforge flows publish`.",
    )
    generating.add_argument("words", metavar="WORDS", help="what it shall do, or what shall be otherwise")
    which = generating.add_mutually_exclusive_group()
    which.add_argument("--name", default="", help="of the new flow (default: the model finds one)")
    which.add_argument("--edit", default="", metavar="FLOW", help="change the newest version of this flow")
    generating.add_argument(
        "--llm", metavar="NAME", help="the language model (default: that of the settings)"
    )
    generating.add_argument("--yes", action="store_true", help="save it without being asked")
    add_json_option(generating)


async def run(settings: Settings, args: argparse.Namespace) -> int:
    from cli.database import server_database

    async with AsyncExitStack() as undo:
        llm = await _llm(settings, args.llm, undo)
        connection = await undo.enter_async_context(server_database(settings))
        await _generate(connection, llm, args)
    return 0


async def _llm(settings: Settings, name: str | None, undo: AsyncExitStack) -> Llm:
    """Raises ConfigError where none is configured, and EngineError."""
    from cli.serving.engines import default_llms
    from cli.text_agents import open_llm
    from pipelines.engines.builtin import registry

    names = (name,) if name else default_llms(settings, registry())
    if not names:
        raise ConfigError(
            "no language model is configured: name one in engines.llm, or with --llm (docs/models.md)"
        )
    return await open_llm(settings, names, undo)


async def _generate(connection: asyncpg.Connection, llm: Llm, args: argparse.Namespace) -> None:
    from pipelines.flows.document.reading import document_of, written
    from pipelines.flows.generating.author import FlowAuthor
    from pipelines.flows.library.keeping import save_flow, version_of
    from pipelines.flows.library.reading import read_flow
    from pipelines.flows.library.references import known_of

    author = FlowAuthor(llm, await known_of(connection))
    before: Document | None = None
    if args.edit:
        before = document_of((await version_of(connection, args.edit))["document"])
        made = await author.change(before, args.words)
    else:
        made = await author.draw(args.words, args.name)
    flow = await read_flow(written(made.document), connection)
    if flow.errors:  # what the server has, and the model was not told of
        raise ConfigError(f"the flow cannot be used here: {'; '.join(map(words, flow.errors[:3]))}")
    if not args.json:
        _show(made, before is not None)
    number: int | None = None
    if before is not None and not made.changes:
        pass  # nothing would be saved
    elif args.yes or (not args.json and await _agreed()):
        note = f"generated: {args.words}"[:NOTE_CHARACTERS]
        number = (await save_flow(connection, flow, operator(), note=note)).version
    if args.json:
        print_json(_told(made, number))
    elif number is not None:
        name = made.document.name
        print(f"{name} is saved as version {number}; publish it with `voiceforge flows publish {name}`")
    else:
        print("nothing is saved")


def _told(made: GeneratedFlow, number: int | None) -> dict[str, Any]:
    from pipelines.flows.document.reading import written

    return {
        "flow": made.document.name,
        "version": number,
        "document": written(made.document),
        "findings": [each.as_dict() for each in made.findings],
        "changes": [each.as_dict() for each in made.changes],
        "answers": made.answers,
        "spent": made.spent.as_dict(),
    }


def _show(made: GeneratedFlow, changes: bool) -> None:
    """What a model wrote is shown as text and nothing else."""
    if changes:
        lines = [str(each) for each in made.changes] or ["nothing changes"]
    else:
        lines = [f"{made.document.name}: {made.document.about}".removesuffix(": ")]
        lines += [_line(each) for each in made.document.nodes]
    for line in lines:
        console().print(printable(line), markup=False, soft_wrap=True)
    for finding in made.findings:
        console().print(printable(str(finding)), style="yellow", markup=False, soft_wrap=True)


def _line(node: Any) -> str:
    """'place (collect): Which office would you like?'"""
    said = getattr(node, "text", "") or getattr(node, "facts", "") or getattr(node, "prompt", "")
    return f"  {node.id} ({node.type})" + (f": {' '.join(said.split())[:100]}" if said else "")


async def _agreed() -> bool:
    """No terminal, no yes."""
    if not sys.stdin.isatty():
        return False
    print("Save it? [y/N] ", end="", file=sys.stderr, flush=True)
    answer = await asyncio.to_thread(sys.stdin.readline)
    return answer.strip().lower() in ("y", "yes")
