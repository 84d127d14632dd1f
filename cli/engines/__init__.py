"""`voiceforge engines`: which there are and what each needs here; gets, tries, removes and serves them."""

from __future__ import annotations

import argparse
import importlib
from typing import Any

from cli.terminal import add_config_option, add_json_option

ACTIONS = {
    "list": "listing",
    "install": "installing",
    "update": "installing",
    "pull": "pulling",
    "test": "testing",
    "remove": "removing",
    "serve": "serving",
}
"""Each lives in `cli.engines.<module>`, which offers `add_actions(actions)` and `run(settings, args)`, which
gives the exit code."""


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "engines",
        help="list, install, try, remove or serve speech engines",
        description="What hears, thinks and speaks on this server (docs/engines.md).",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for module in dict.fromkeys(ACTIONS.values()):
        importlib.import_module(f"cli.engines.{module}").add_actions(actions)
    for name, action in actions.choices.items():
        if name != "serve":  # it reports nothing
            add_json_option(action)
        add_config_option(action)


def run(args: argparse.Namespace) -> int:
    from mediaserver.config import load

    module = importlib.import_module(f"cli.engines.{ACTIONS[args.action]}")
    code: int = module.run(load(args.config), args)
    return code
