"""The options of `voiceforge agents set --assistant` (and `--realtime`), and the columns that they become."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mediaserver.errors import ConfigError

if TYPE_CHECKING:
    from mediaserver.storage.sql import Row

OPTIONS = (
    *("tools", "greeting", "transfer", "warm", "fallback", "remember", "languages", "preemptive"),
    *("voicemail", "voicemail_prompt", "sms", "away"),
)
"""That only assistants understand, ..."""
SHARED = ("tools", "transfer", "warm", "away", "sms", "voicemail", "voicemail_prompt")
"""... and those of them that models which hear and speak by themselves do, too."""


def add_options(setting: argparse.ArgumentParser) -> None:
    group = setting.add_argument_group(
        "with --assistant; the tools, texts, voicemail and transfers with --realtime, too"
    )
    group.add_argument(
        "--tools", default="", metavar="A,B", help="what it may call: module:name, module, ..."
    )
    group.add_argument("--greeting", default="", metavar="TEXT", help="what it says first")
    group.add_argument(
        "--transfer",
        action="append",
        default=[],
        metavar="NAME=TARGET",
        help="whom it may hand callers to, and by which name it knows them; several times for several",
    )
    group.add_argument("--warm", action="store_true", help="tell whoever takes a transfer what it is about")
    group.add_argument(
        "--away",
        action="store_true",
        help="ask the caller's own provider or PBX first to call whom a transfer is to; not with --warm",
    )
    group.add_argument(
        "--fallback", default="", metavar="TARGET", help="whom callers are handed to when its model fails"
    )
    group.add_argument(
        "--remember", action="store_true", help="keep facts about callers, by number, from call to call"
    )
    group.add_argument(
        "--voicemail", default="", metavar="TEXT", help="a message that it leaves where a machine answers"
    )
    group.add_argument(
        "--voicemail-prompt",
        default="",
        metavar="NAME",
        help="a sound file that it leaves there in place of those words (`voiceforge prompts`)",
    )
    group.add_argument(
        "--sms", action="store_true", help="let it send callers texts, to their own numbers alone"
    )
    group.add_argument(
        "--preemptive",
        choices=("on", "off"),
        default="",
        help="ask the model as soon as a caller has probably finished; without it: where that costs nothing",
    )
    group.add_argument(
        "--languages",
        default="",
        metavar="TAGS|JSON|@FILE",
        help="in which languages its calls may go on: es-MX,de or a list such as "
        """'[{"tag": "es", "key": "2"}]' (docs/agents.md)""",
    )


def columns(args: argparse.Namespace) -> Row:
    """Raises ConfigError."""
    given = [name for name in OPTIONS if getattr(args, name)]
    known = OPTIONS if args.assistant else SHARED if args.realtime else ()
    if foreign := [name for name in given if name not in known]:
        raise ConfigError(f"--{foreign[0]} is for agents that think with a language model: give --assistant")
    settings = {
        "greeting": args.greeting,
        "remember": args.remember,
        "fallback": args.fallback,
        "transfers": dict(map(_transfer, args.transfer)),
        "warm": args.warm,
        "voicemail": args.voicemail,
        "voicemail_prompt": args.voicemail_prompt,
        "sms": args.sms,
        "away": args.away,
        "languages": _languages(text_of(args.languages, "languages")),
    }
    return {
        "tools": [part.strip() for part in args.tools.split(",") if part.strip()],
        "assistant": {
            **{name: value for name, value in settings.items() if value},
            **({"preemptive": args.preemptive == "on"} if args.preemptive else {}),
        },
    }


def _languages(given: str) -> Any:
    """Tags with commas between them, or JSON, which is checked with the row. Raises ConfigError."""
    if not given.lstrip().startswith(("[", "{")):
        return [tag.strip() for tag in given.split(",") if tag.strip()]
    try:
        return json.loads(given)
    except ValueError as error:
        raise ConfigError(f"--languages is neither tags nor JSON: {error}") from None


def text_of(given: str, what: str = "prompt") -> str:
    """What was given, or what stands in the file of `@FILE`. Raises ConfigError."""
    if not given.startswith("@"):
        return given
    try:
        return Path(given[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the {what} {given[1:]} cannot be read: {error}") from None


def _transfer(given: str) -> tuple[str, str]:
    name, equals, target = given.partition("=")
    if not equals:
        raise ConfigError(f"--transfer {given} is not NAME=TARGET, such as sales=101")
    return name.strip(), target.strip()
