"""The options and the output that the commands share, so that they all look and answer alike.

Results go to stdout, everything else (progress, errors) to stderr. Must never import an engine or the server.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mediaserver.printable import printable_json

if TYPE_CHECKING:  # rich is imported by who prints with it: `--help` must not wait for it
    from rich.console import Console
    from rich.progress import Progress

PIPE_WIDTH = 120
"""Columns where there is no terminal to ask (a log, a pipe)."""


def add_config_option(parser: argparse.ArgumentParser) -> None:
    """`--config FILE`, for mediaserver.config.load; `args.config` is a Path or None."""
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="read this file (default: $VOICEFORGE_CONFIG, else ./voiceforge.toml if there is one)",
    )


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """`--json`; `args.json` is a bool."""
    parser.add_argument("--json", action="store_true", help="print the result as JSON, for programs")


def print_json(value: Any) -> None:
    """One JSON document on stdout, which may be a terminal."""
    print(printable_json(json.dumps(value, indent=2, ensure_ascii=False)))


def console() -> Console:
    """For results: stdout, with colours and the real width on a terminal only."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else PIPE_WIDTH, highlight=False)


@contextmanager
def progress_line() -> Iterator[Callable[[str], None]]:
    """One line on stderr that is written anew each time, and vanishes; where there is no terminal, a line
    each time that it has changed."""
    if not sys.stderr.isatty():
        last = ""

        def tell(text: str) -> None:
            nonlocal last
            if text != last:
                print(text, file=sys.stderr, flush=True)
            last = text

        yield tell
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status("") as status:
        yield lambda text: status.update(Text(text))


def progress() -> Progress:
    """A progress bar on stderr that vanishes when done, and is silent where there is no terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    to = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=to, transient=True, disable=not to.is_terminal)
