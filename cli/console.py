"""`voiceforge console`: print a link that signs a browser in to the running server's page, once."""

from __future__ import annotations

import argparse
from typing import Any

from cli.terminal import add_config_option, add_json_option, print_json


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "console",
        help="sign a browser in to the page of the running server",
        description="Prints a link to the page of the running server that signs one browser in, once and "
        "within ten minutes.",
    )
    add_config_option(parser)
    add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    from cli.server_api import told
    from mediaserver.config import load

    link = told(load(args.config), "POST", "/api/console/links")
    if args.json:
        print_json(link)
    else:
        print(link["url"])
    return 0
