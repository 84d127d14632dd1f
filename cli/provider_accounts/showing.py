"""Accounts, kinds and numbers for people. What providers wrote is shown as text and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.markup import escape
from rich.table import Table

from cli.terminal import console, print_json
from mediaserver.printable import printable
from providers.accounts.environment import variables_of
from providers.accounts.rows import required_of, secret_names, shown
from providers.kind import Account, Kind
from providers.provider import ProviderNumber


def account_row(
    name: str,
    kind: str,
    account: Account | None,
    fault: str,
    status: dict[str, Any] | None,
    from_environment: bool = False,
) -> dict[str, Any]:
    """JSON-ready. `status`: as the running server says."""
    return {
        "name": name,
        "kind": kind,
        "settings": shown(account) if account is not None else None,
        "public_url": account.public_url if account is not None else "",
        "from_environment": from_environment,
        "fault": fault,
        "status": status,
    }


def show_accounts(accounts: list[dict[str, Any]], *, running: bool) -> None:
    table = Table("account", "kind", "calls out to", "stands", "calls", box=None, header_style="bold")
    for account in accounts:
        status, settings = account["status"] or {}, account["settings"] or {}
        stands = _text(status.get("standing") or ("not used" if running else "the server is not running"))
        if account["fault"]:
            stands = f"[red]not used[/]: {_text(account['fault'])}"
        elif status.get("lacks"):
            stands = f"[red]{stands}[/]: {_text(status['lacks'])}"
        name = _text(account["name"]) + (" (environment)" if account["from_environment"] else "")
        prefixes = ", ".join(settings.get("prefixes", ())) or "nobody"
        table.add_row(name, _text(account["kind"]), _text(prefixes), stands, str(status.get("calls", "")))
    console().print(table)


def show_kinds(kinds: Iterable[Kind], as_json: bool) -> None:
    if as_json:
        print_json({"kinds": [_kind_row(kind) for kind in kinds]})
        return
    table = Table("kind", "", "needs", "environment variables", box=None, header_style="bold")
    for kind in kinds:
        table.add_row(kind.name, kind.title, ", ".join(required_of(kind)), ", ".join(kind.variables))
    console().print(table)


def show_kind(kind: Kind, as_json: bool) -> None:
    if as_json:
        print_json(_kind_row(kind))
        return
    secrets, required = secret_names(kind.account), set(required_of(kind))
    table = Table("setting", "", "", box=None, header_style="bold")
    for name, field in kind.account.model_fields.items():
        marks = [word for word, so in (("needed", name in required), ("secret", name in secrets)) if so]
        table.add_row(name, ", ".join(marks), escape(field.description or ""))
    out = console()
    out.print(f"[bold]{escape(kind.title)}[/]: {', '.join(sorted(kind.capabilities))}", soft_wrap=True)
    out.print(table)
    if kind.variables:
        out.print(f"Environment variables: {', '.join(variables_of(kind))}", soft_wrap=True)


def number_row(number: ProviderNumber, row: dict[str, Any] | None) -> dict[str, Any]:
    """JSON-ready. `row`: what we say of it."""
    return {
        "number": number.number,
        "label": number.label,
        "voice_to": number.voice_to,
        "messages_to": number.messages_to,
        "ours": number.ours,
        "can": sorted(number.can),
        "agent": None if row is None else row["agent"],
        "route": None if row is None else row["route"],
    }


def show_numbers(rows: list[dict[str, Any]]) -> None:
    table = Table("number", "", "can", "its calls go", "answered by", box=None, header_style="bold")
    for row in rows:
        leads = "here" if row["ours"] else row["voice_to"] or "nowhere"
        by = row["agent"] or (f"route {row['route']}" if row["route"] else "")
        table.add_row(row["number"], _text(row["label"]), ", ".join(row["can"]), _text(leads), _text(by))
    console().print(table)


def _kind_row(kind: Kind) -> dict[str, Any]:
    return {
        "name": kind.name,
        "title": kind.title,
        "required": required_of(kind),
        "secrets": sorted(secret_names(kind.account)),
        "capabilities": sorted(kind.capabilities),
        "variables": variables_of(kind) if kind.variables else {},
        "settings": kind.account.model_json_schema(),
        "made_from": kind.made_from,
    }


def _text(text: str) -> str:
    return escape(printable(text))
