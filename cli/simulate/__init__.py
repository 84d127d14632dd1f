"""`voiceforge simulate FLOW`: simulated callers call a flow, by text or by phone, and are judged.

Only the options live here; what a run needs is imported when it is run, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from cli.terminal import add_config_option, add_json_option

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

MOST_CALLS = 100_000
MOST_PARALLEL = 200
NOISES = ("babble", "office", "street", "music", "hum", "hiss")


def add_parser(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "simulate",
        help="have simulated callers call a flow, and judge their calls",
        description="Place real SIP calls (or, with --text, conversations without audio) to a flow or an "
        "agent, played by personas, and judge outcome, turns, latency, repetitions and rule breaches.",
        epilog="Exit code 0 when the share of calls that passed reaches the threshold, 1 otherwise.",
    )
    parser.add_argument(
        "flow",
        metavar="FLOW",
        help="a flow or an agent of the database, the name of a flow that comes with us, a file of one, or "
        "module:Class",
    )
    _add_callers(parser)
    _add_line(parser)
    _add_results(parser)
    _add_replay(parser)
    _add_canary(parser)
    add_config_option(parser)
    add_json_option(parser)


def _add_callers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--persona",
        type=Path,
        metavar="FILE",
        action="append",
        default=[],
        help="who calls: a JSON file of personas; may be given again (default: those of the flow's template)",
    )
    parser.add_argument(
        "--only", metavar="WORD", action="append", default=[], help="personas whose name holds one of these"
    )
    parser.add_argument(
        "--calls",
        type=_number(1, MOST_CALLS),
        metavar="N",
        help="calls in all, the personas in turn (default: one of each)",
    )
    parser.add_argument(
        "--parallel", type=_number(1, MOST_PARALLEL), metavar="N", help="calls at once (default 4; by text 1)"
    )
    parser.add_argument(
        "--seed", type=_number(0, 2**31), default=1, metavar="N", help="chance of the callers (default 1)"
    )
    parser.add_argument("--text", action="store_true", help="without audio: hundreds of calls a second")
    parser.add_argument(
        "--version", type=_number(1, 2**31), metavar="N", help="of the flow (default: newest)"
    )
    parser.add_argument(
        "--llm", metavar="NAME", help="a language model plays the callers: an engine, or NAME/MODEL"
    )
    parser.add_argument("--judge", metavar="NAME", help="a language model is asked what was wrong, besides")


def _add_line(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--server", metavar="URI", help="call this instead of a server of the run's own: sip:booking@host"
    )
    parser.add_argument(
        "--noise",
        type=_noise,
        metavar="KIND:SNR",
        help=f"behind the callers, so many dB below their speech: {', '.join(NOISES)} (babble:15)",
    )
    parser.add_argument(
        "--loss", type=_percent, default=0.0, metavar="PERCENT", help="of the callers' packets"
    )
    parser.add_argument(
        "--interrupt",
        type=_percent,
        nargs="?",
        const=50.0,
        metavar="PERCENT",
        help="of the agent's lines are talked into (default 50; without: as the persona does)",
    )


def _add_results(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write the result there as JUnit XML")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="keep failed calls there (default: in the data folder)"
    )
    parser.add_argument(
        "--threshold",
        type=_share,
        default=1.0,
        metavar="X",
        help="share of calls that must pass, 0 to 1 (default 1)",
    )


def _add_replay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--replay",
        action="store_true",
        help="what callers said in past calls, against the flow as it is now (or --version), by text",
    )
    parser.add_argument(
        "--since", metavar="WHEN", help="with --replay: calls from then on (2026-11-22, or 7d)"
    )


def _add_canary(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--canary", action="store_true", help="call --server again and again, and tell when a call fails"
    )
    parser.add_argument(
        "--every", type=_seconds, default=60.0, metavar="S", help="with --canary: seconds (default 60)"
    )
    parser.add_argument(
        "--metrics", type=Path, metavar="FILE", help="with --canary: write figures there for Prometheus"
    )
    parser.add_argument(
        "--alert",
        metavar="URL",
        help="with --canary: POST there when calls begin to fail, or to pass",
    )


def run(args: argparse.Namespace) -> int:
    from cli.simulate.running import simulate
    from cli.stoppable import run_stoppable

    return run_stoppable(simulate(args))


# ---- kinds of values


def _number(least: int, most: int) -> type[int]:
    """An argparse type: a whole number of this range."""

    class Number(int):
        def __new__(cls, text: str) -> Number:
            value = super().__new__(cls, text)
            if not least <= value <= most:
                raise argparse.ArgumentTypeError(f"must be from {least} to {most}")
            return value

    Number.__name__ = "whole number"
    return Number


def _percent(text: str) -> float:
    """A share from 0 to 1."""
    value = _float(text.rstrip("%"))
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError("must be from 0 to 100")
    return value / 100


def _share(text: str) -> float:
    value = _float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("must be from 0 to 1")
    return value


def _seconds(text: str) -> float:
    value = _float(text)
    if not 1 <= value <= 86_400:
        raise argparse.ArgumentTypeError("must be from 1 to 86400")
    return value


def _float(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from None
    return value


def _noise(text: str) -> tuple[str, float]:
    kind, _, snr = text.partition(":")
    if kind not in NOISES:
        raise argparse.ArgumentTypeError(f"there is no noise {kind!r}: known are {', '.join(NOISES)}")
    if not re.fullmatch(r"-?\d{1,2}(\.\d{1,3})?", snr):
        raise argparse.ArgumentTypeError("say how many dB it is below the speech: babble:15")
    return kind, float(snr)
