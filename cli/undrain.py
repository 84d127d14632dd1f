"""`voiceforge undrain`: a server that was drained takes new calls again."""

from __future__ import annotations

import argparse
from typing import Any

from cli.terminal import add_config_option


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "undrain",
        help="take new calls again",
        description="Take back `voiceforge drain`: new calls are answered again.",
    )
    add_config_option(parser)


def run(args: argparse.Namespace) -> int:
    from cli.server_api import told
    from mediaserver.config import load

    told(load(args.config), "DELETE", "/api/drain")
    print("calls are taken again")
    return 0
