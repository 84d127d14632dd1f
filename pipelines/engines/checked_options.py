"""What the operator tells an engine, `[engines.options.NAME]`, held against the form of its options."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from mediaserver.errors import EngineMissingError
from pipelines.engines.registry import EngineOptions
from pipelines.workers.limits import LIMITS

PAGE = "docs/engines.md"
F = TypeVar("F", bound=BaseModel)


def options_place(engine: str, options: EngineOptions) -> str:
    """Where they stand, as errors name it."""
    return f"engines.options.{options.name or engine}"


def checked_options(engine: str, options: EngineOptions, form: type[F], page: str = PAGE) -> F:
    """Raises EngineMissingError, which names what is wrong, and the nearest one to an option that is unknown;
    it never shows a value. `page`: where the options are told."""
    where = options_place(engine, options)
    if "api_key" in options.settings and "api_key_file" in form.model_fields:
        raise EngineMissingError(
            f"{where} has api_key: put the key into a file and name it in api_key_file, or name its variable "
            "in api_key_env"
        )
    try:
        return form.model_validate(dict(options.settings))
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        which = options.name.partition(":")[2]
        if which and "model" not in form.model_fields and options.settings.get("model") == which:
            # Not the operator's word: a name without a table of its own stands for a model.
            raise EngineMissingError(
                f'nothing says what {options.name} is: write a table [engines.options."{options.name}"] '
                f"({page})"
            ) from None
        raise EngineMissingError(
            f"{where}: {'; '.join(_said(each, form, page) for each in faults)}"
        ) from None


def _said(fault: Mapping[str, Any], form: type[BaseModel], page: str) -> str:
    name = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        near = difflib.get_close_matches(name, [*form.model_fields, *LIMITS], n=1, cutoff=0.5)
        hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(form.model_fields)}"
        return f"{name} is no option of it: {hint} ({page})"
    if fault["type"] == "missing":
        return f"set {name}"
    message = fault["msg"].removeprefix("Value error, ")
    return f"{name} {message[0].lower()}{message[1:]}".strip()
