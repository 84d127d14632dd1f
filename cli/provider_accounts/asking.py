"""What the command line says of an account, and its secrets, which it does not."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any

from mediaserver.errors import ConfigError
from providers.accounts.rows import secret_names
from providers.kind import AccountSettings


def wishes(
    args: argparse.Namespace, model: type[AccountSettings], environ: Mapping[str, str]
) -> dict[str, Any]:
    """The settings that are named, and secrets from variables and files. Raises ConfigError."""
    secrets = secret_names(model)
    said: dict[str, Any] = {}
    for each in args.more:
        key, equals, value = each.partition("=")
        if not equals:
            raise ConfigError(f"--set {key}: KEY=VALUE")
        if key in secrets:
            raise ConfigError(
                f"--set {key}: it is a secret, and others would see it here: it is asked for, or give "
                f"--secret-env {key}=VARIABLE"
            )
        said[key] = _value(value)
    for key, given in (
        ("prefixes", args.prefix), ("caller", args.caller), ("public_url", args.public_url),
        ("enabled", args.enabled),
    ):  # fmt: skip
        if given is not None:
            said[key] = given
    for each in args.secret_env:
        key, _, variable = each.partition("=")
        if key not in secrets or not variable:
            names = ", ".join(sorted(secrets)) or "none"
            raise ConfigError(f"--secret-env {key}: KEY=VARIABLE, where KEY is a secret of the kind: {names}")
        if not environ.get(variable):
            raise ConfigError(f"--secret-env {key}: the variable {variable} is not set")
        said[key] = environ[variable]
    for each in args.secret_file:
        key, _, path = each.partition("=")
        if key not in secrets or not path:
            names = ", ".join(sorted(secrets)) or "none"
            raise ConfigError(f"--secret-file {key}: KEY=PATH, where KEY is a secret of the kind: {names}")
        said[key] = _content(key, Path(path).expanduser())
    return said


def _content(key: str, path: Path) -> str:
    """Without the line's end of a file of one line. Raises ConfigError."""
    try:
        text = path.read_text()
    except OSError as error:
        raise ConfigError(f"--secret-file {key}: {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"--secret-file {key}: {path} is no text") from None
    return text if "\n" in text.strip() else text.strip()


def secrets_of(model: type[AccountSettings], given: Container[str], needed: bool = True) -> dict[str, str]:
    """Those that are not given already, asked for one by one: first what an account must have, then the rest,
    which may be left empty; of that nothing is asked where some are given. Without a terminal each is a line
    of stdin, in this order. `needed`: False: what an account must have may be left empty, too. Raises
    ConfigError."""
    fields = {name: field for name, field in model.model_fields.items() if name in secret_names(model)}
    some_given = any(name in given for name in fields)  # then a script waits for no other
    found: dict[str, str] = {}
    for name in sorted(fields, key=lambda name: not fields[name].is_required()):
        must = needed and fields[name].is_required()
        if name in given or (some_given and not must):
            continue
        if sys.stdin.isatty():
            value = getpass.getpass(f"{name}: " if must else f"{name} (Enter for none): ")
        else:
            value = sys.stdin.readline().rstrip("\r\n")
        if value:
            found[name] = value
        elif must:
            raise ConfigError(f"{name} is missing: type it, give it as a line of stdin, or use --secret-env")
    return found


def _value(text: str) -> Any:
    """Numbers that have a meaning as text (account ids) stay as they are."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return text if isinstance(value, int | float) and not isinstance(value, bool) else value
