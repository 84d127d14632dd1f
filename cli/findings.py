"""What a check has found, as a command tells it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cli.terminal import console, print_json
from mediaserver.errors import ConfigError

if TYPE_CHECKING:
    from mediaserver.diagnosis.finding import Finding


def tell_findings(what: str, findings: list[Finding], as_json: bool) -> None:
    """`what` was checked. Raises ConfigError when it does not work."""
    failed = [finding.name for finding in findings if finding.fatal]
    if as_json:
        print_json({"ok": not failed, "checks": [finding.as_dict() for finding in findings]})
    else:
        _show(findings)
    if failed:
        raise ConfigError(f"{what} does not work: {', '.join(failed)}")


def in_markup(text: str) -> str:
    """What a finding says, for rich: what stands between backticks is bold in their place. No other markup in
    it counts."""
    from rich.markup import escape

    from mediaserver.printable import printable

    # Each piece for itself: a backslash before our own mark would take it for text.
    pieces = re.split(r"`([^`\n]+)`", printable(text))
    return "".join(f"[bold]{escape(each)}[/]" if at % 2 else escape(each) for at, each in enumerate(pieces))


def _show(findings: list[Finding]) -> None:
    """What others wrote (their software, their reasons) is shown as text and nothing else."""
    out = console()
    for finding in findings:
        sign = "[green]ok  [/]" if finding.ok else "[red]bad [/]" if finding.required else "[yellow]note[/]"
        out.print(f"{sign} {in_markup(f'{finding.name}: {finding.detail}')}", soft_wrap=True)
        if finding.mend:
            out.print(f"     {in_markup(finding.mend)}", soft_wrap=True)
