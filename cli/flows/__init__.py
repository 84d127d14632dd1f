"""`voiceforge flows`: dialogues drawn as graphs, in the database, with versions, and without a restart.

A running server hears of each change at once; without one the database is started for the moment.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
from typing import Any

from cli.terminal import add_config_option

ACTIONS = {
    "list": "looking",
    "show": "looking",
    "history": "looking",
    "diff": "looking",
    "validate": "changing",
    "import": "changing",
    "export": "looking",
    "schema": "looking",
    "publish": "routing",
    "rollback": "routing",
    "split": "routing",
    "generate": "generating",
    "remove": "changing",
    "secrets": "secrets",
}
"""Each lives in `cli.flows.<module>`, which offers `add_actions(actions)` and an async `run(settings, args)`
that gives the exit code."""


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "flows",
        help="draw dialogues as graphs: check, save, publish and compare them",
        description="Flows are documents (docs/flows.md) whose versions never change. One is published, or "
        "two share the calls; an agent runs it: `voiceforge agents set NAME --flow FLOW`. A change counts "
        "from the next call on, also while the server runs.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for module in dict.fromkeys(ACTIONS.values()):
        importlib.import_module(f"cli.flows.{module}").add_actions(actions)
    for name, action in actions.choices.items():
        if name != "secrets":  # its own actions have it
            add_config_option(action)


def run(args: argparse.Namespace) -> int:
    from mediaserver.config import load

    module = importlib.import_module(f"cli.flows.{ACTIONS[args.action]}")
    code: int = asyncio.run(module.run(load(args.config), args))
    return code
