"""Tools in Python by the names that people give them: `module:name`, a module's all, or an entry point.

What it names is imported, which may take long: never on the loop.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from mediaserver.errors import ConfigError
from pipelines.engines.packages import offered, said
from pipelines.tools.protocols import Tool
from pipelines.tools.tool import tool

GROUP = "voiceforge.tools"
"""The group of Python entry points in which packages offer tools by name."""


def load_tools(name: str) -> tuple[Tool, ...]:
    """`module:name` is a tool, a function with types, or a list of such; `module` gives all tools that stand
    in it; an entry point names any of these. Raises ConfigError."""
    importlib.invalidate_caches()  # a file may have come since the last look
    module, colon, attribute = name.partition(":")
    if colon:
        return _of_module(name, module, attribute)
    points = {each.point.name: each.point for each in offered(GROUP)[0]}
    if name in points:
        try:
            found = points[name].load()
        except (Exception, SystemExit) as error:
            raise ConfigError(f"the tools '{name}' cannot be loaded: {said(error)}") from error
        return _tools(found, name)
    return _of_module(name, name, "", list(points))


def _of_module(name: str, module: str, attribute: str, points: Iterable[str] = ()) -> tuple[Tool, ...]:
    if not all(part.isidentifier() for part in module.split(".")):
        raise ConfigError(f"'{name}' names no tools: give module:name, a module or an entry point")
    try:
        found = importlib.import_module(module)
    except (Exception, SystemExit) as error:
        near = difflib.get_close_matches(name, points, n=1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise ConfigError(
            f"the module of the tools '{name}' cannot be imported: {said(error)}{hint}"
        ) from error
    if not attribute:
        return _tools(found, name)
    if not hasattr(found, attribute):
        known = [each for each, value in vars(found).items() if isinstance(value, Tool)]
        near = difflib.get_close_matches(attribute, known, n=1, cutoff=0.5)
        hint = f"did you mean '{near[0]}'?" if near else f"its tools are {', '.join(known) or 'none'}"
        raise ConfigError(f"there is no '{attribute}' in {module}: {hint}")
    return _tools(getattr(found, attribute), name)


def _tools(found: Any, name: str) -> tuple[Tool, ...]:
    match found:
        case Tool():
            return (found,)
        case ModuleType():
            tools = [each for each in vars(found).values() if isinstance(each, Tool)]
            if not tools:
                raise ConfigError(f"the module {name} has no tool: put @tool before its functions")
            return tuple({id(each): each for each in tools}.values())
        case list() | tuple():
            return tuple(made for each in found for made in _tools(each, name))
        case _ if callable(found) and not isinstance(found, type):
            return (tool(found),)
        case _:
            raise ConfigError(
                f"'{name}' is a {type(found).__name__}: no tool, no function and no list of them"
            )
