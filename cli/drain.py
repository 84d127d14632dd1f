"""`voiceforge drain`: the running server takes no new calls, and this waits until all calls are over."""

from __future__ import annotations

import argparse
import time
from typing import Any

from cli.terminal import add_config_option, add_json_option, print_json, progress_line
from mediaserver.errors import NoServerError

EVERY_S = 1.0
PATH = "/api/drain"


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "drain",
        help="take no new calls, and wait until those that are up are over",
        description="New calls and OPTIONS get 503, so that proxies and carriers go elsewhere; calls that "
        "are up go on, and may be transferred. Returns when the last is over. `voiceforge undrain` takes it "
        "back; Ctrl-C only stops waiting.",
    )
    parser.add_argument(
        "--within", type=_seconds, metavar="S", help="end calls that are up after so many seconds, with a "
        "goodbye (default: they have all the time they want)",
    )  # fmt: skip
    parser.add_argument("--stop", action="store_true", help="stop the server then")
    parser.add_argument("--no-wait", action="store_true", help="begin, and return at once")
    add_json_option(parser)
    add_config_option(parser)


def run(args: argparse.Namespace) -> int:
    from cli.server_api import told
    from mediaserver.config import load

    settings = load(args.config)
    wanted: dict[str, Any] = {"stop": args.stop}
    if args.within is not None:
        wanted["within_s"] = args.within
    state = told(settings, "POST", PATH, wanted)
    if not args.no_wait:
        state = _wait(settings, state, args.stop)
    if args.json:
        print_json(state)
    elif not args.no_wait:
        print("drained, and the server was stopped" if args.stop else "drained: no call is up")
    else:
        print(f"draining: {said(state)}")
    return 0


def said(state: dict[str, Any]) -> str:
    """How far it is, for people."""
    calls = state["calls"]
    if not calls:
        return "no call is up"
    text = f"{calls} call{'s' if calls > 1 else ''} left, the longest {_clock(state['longest_s'])}"
    return text if state["left_s"] is None else f"{text}; ended in {_clock(state['left_s'])}"


def _wait(settings: Any, state: dict[str, Any], stop: bool) -> dict[str, Any]:
    """Until all calls are over; with `stop`, until the server is. Raises NoServerError when it is gone and
    was not to stop, or takes calls again."""
    from cli.server_api import asked

    with progress_line() as show:
        while stop or state["calls"]:
            show(said(state))
            time.sleep(EVERY_S)
            now = asked(settings, PATH)
            if now is None:
                if stop:
                    return {**state, "calls": 0, "stopped": True}
                raise NoServerError("the server does not answer any more")
            if not now["draining"]:
                raise NoServerError("somebody took the drain back: the server takes calls again")
            state = now
    return state


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 7 * 86_400:
        raise argparse.ArgumentTypeError("must be seconds, from 0 to a week")
    return value
