"""Whether a request's body is one that Telnyx would take: by the types that its SDK was generated with from
the OpenAPI document, which the SDK itself never looks at when it sends.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints

from typing_extensions import is_typeddict


def wrong(params: Any, body: Mapping[str, Any], path: tuple[str, ...] = ()) -> str:
    """What is wrong with the body, in words; empty when it fits. `path`: names that stand in the URL."""
    hints = {_wire_name(name, hint): hint for name, hint in _hints(params).items()}
    for name, value in body.items():
        if name not in hints:
            return f"unknown field {name}"
        if not _fits(hints[name], value):
            return f"{name} cannot be {value!r}"
    for name in params.__required_keys__:
        if _wire_name(name, _hints(params)[name]) not in body:
            return f"{name} is missing"
    return ""


def _hints(params: Any) -> dict[str, Any]:
    return get_type_hints(params, include_extras=True)


def _wire_name(name: str, hint: Any) -> str:
    """`from_` is `from`."""
    for each in getattr(hint, "__metadata__", ()):
        if alias := getattr(each, "alias", None):
            return str(alias)
    inner = get_args(hint)
    if get_origin(hint) in (Required, NotRequired) and inner:
        return _wire_name(name, inner[0])
    return name


def _fits(hint: Any, value: Any) -> bool:
    origin = get_origin(hint)
    if hasattr(hint, "__metadata__"):
        return _fits(hint.__origin__, value)
    if origin in (Required, NotRequired):
        return _fits(get_args(hint)[0], value)
    if origin is Literal:
        return value in get_args(hint)
    if origin in (Union, types.UnionType):
        return any(_fits(each, value) for each in get_args(hint))
    if hint is Any or origin is not None or is_typeddict(hint):
        return True  # lists and objects of theirs: no command of ours has one
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint) if isinstance(hint, type) else True
