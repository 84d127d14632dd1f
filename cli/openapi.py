"""`voiceforge openapi`: the document of the HTTP API, without a server."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "openapi",
        help="write the HTTP API's OpenAPI document",
        description="Write the OpenAPI 3.1 document of the HTTP API, what a server has at /openapi.json.",
    )
    parser.add_argument("--output", metavar="FILE", type=Path, help="where to write it (default: here)")


def run(args: argparse.Namespace) -> int:
    from api.app import TABLES
    from api.docs import ApiDocument

    text = json.dumps(ApiDocument(TABLES).content, ensure_ascii=False, indent=1) + "\n"
    if args.output is None:
        sys.stdout.write(text)
    else:
        args.output.write_text(text)
    return 0
