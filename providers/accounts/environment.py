"""Accounts that environment variables make, as other installations of voice servers have them:
`TWILIO_ACCOUNT_SID` and `TWILIO_AUTH_TOKEN` are an account of Twilio, called `twilio`.

A kind's variables begin with its name, so that one of which there is no variable is not even imported.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping

from mediaserver.errors import ConfigError
from providers.accounts.rows import AccountRows, ReadAccounts
from providers.kind import Account, AccountSettings, Kind
from providers.kinds import Kinds

COMMON = {"PREFIXES": "prefixes", "CALLER": "caller", "PUBLIC_URL": "public_url"}
"""Further variables of every kind, behind its name and `_`, and their settings."""


def named_in(environ: Mapping[str, str], kinds: Kinds) -> list[str]:
    """The kinds that variables may be of. Imports none."""
    set_ones = [name for name, value in environ.items() if value.strip()]
    return [kind for kind in kinds.names if any(name.startswith(_beginning(kind)) for name in set_ones)]


def accounts_in(environ: Mapping[str, str], rows: AccountRows) -> ReadAccounts:
    """May import kinds: not on the loop. An account of which half is there is a fault; what is no variable of
    the kind's own is none."""
    accounts: dict[str, Account] = {}
    faults: dict[str, str] = {}
    for name in named_in(environ, rows.kinds):
        kind = rows.kinds.kind(name)
        if not any(environ.get(variable, "").strip() for variable in kind.variables):
            continue
        content: dict[str, object] = {}
        for variable, setting in variables_of(kind).items():
            if text := environ.get(variable, "").strip():
                content.setdefault(setting, _value(text, kind.account, setting))
        try:
            accounts[name] = rows.made(name, name, content)
        except ConfigError as error:
            faults[name] = f"{error} (environment variables: {', '.join(variables_of(kind))})"
    return ReadAccounts(accounts, faults)


def variables_of(kind: Kind) -> dict[str, str]:
    """Variable -> setting, the kind's own first. Of several for one setting the first that is set counts."""
    return {**kind.variables, **{_beginning(kind.name) + end: name for end, name in COMMON.items()}}


def _beginning(kind: str) -> str:
    return f"{kind.upper()}_"


def _value(text: str, model: type[AccountSettings], setting: str) -> object:
    """Lists are written with commas."""
    field = model.model_fields.get(setting)
    if field is not None and typing.get_origin(field.annotation) in (tuple, list, set, frozenset):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text
