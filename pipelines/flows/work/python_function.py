"""A tool node's Python function: the operator's own code, in modules that the settings name.

A flow may come from a console, a file or a model: it must never reach a function that nobody meant for it.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import Any

from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python

from mediaserver.errors import ConfigError, ToolError
from pipelines.engines.packages import said
from pipelines.flows.expressions.cel import CelExpression
from pipelines.flows.expressions.values import Value
from pipelines.flows.work.gave import ToolGave, ToolUseError
from pipelines.flows.work.limited import within
from pipelines.tools.threads import ToolThreads

log = logging.getLogger(__name__)

Function = Callable[..., Any]


def load_function(entry: str) -> Function:
    """What a `module:function` names. Imports it, which may take long. Raises ConfigError."""
    module, _, name = entry.partition(":")
    try:
        importlib.invalidate_caches()  # a file may have come since the last look
        found = getattr(importlib.import_module(module), name, None)
    except (Exception, SystemExit) as error:
        raise ConfigError(
            f"the module of the function '{entry}' cannot be imported: {said(error)}"
        ) from error
    if not callable(found) or isinstance(found, type):
        raise ConfigError(f"there is no function '{name}' in {module}")
    if getattr(found, "__module__", None) != module:
        raise ConfigError(
            f"the function '{name}' is only imported into {module}: name the module that has it"
        )
    function: Function = found
    return function


class PythonFunctions:
    """Those of all flows of a server, each imported once."""

    def __init__(self, modules: Iterable[str], load: Callable[[str], Awaitable[Function]]) -> None:
        """`modules`: whose functions may be called, and those of modules below them. `load`: `load_function`,
        off the loop; raises ConfigError."""
        self._modules = tuple(modules)
        self._load = load
        self._loading: dict[str, asyncio.Task[Function]] = {}
        """By entry; those that failed are tried again."""
        self._threads: dict[str, ToolThreads] = {}

    def fault(self, entry: str) -> str:
        """Why flows may not call it; empty when they may."""
        module = entry.partition(":")[0]
        if any(module == each or module.startswith(f"{each}.") for each in self._modules):
            return ""
        return f"flows may not call '{entry}': name its module in flows.python_modules of the settings"

    def expect(self, entry: str) -> None:
        """It will be called: import it."""
        if not self.fault(entry):
            self._loaded(entry)

    def there(self, entry: str) -> bool:
        """Whether flows may call it, and it could be imported, as far as that is known now."""
        task = self._loading.get(entry)
        failed = task is not None and task.done() and (task.cancelled() or task.exception() is not None)
        return not self.fault(entry) and not failed

    async def function(self, entry: str) -> Function:
        """Raises ConfigError."""
        if fault := self.fault(entry):
            raise ConfigError(fault)
        return await asyncio.shield(self._loaded(entry))

    def threads(self, entry: str) -> ToolThreads:
        return self._threads.setdefault(entry, ToolThreads(entry))

    def _loaded(self, entry: str) -> asyncio.Task[Function]:
        task = self._loading.get(entry)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            work = self._imported(entry)
            task = self._loading[entry] = asyncio.get_running_loop().create_task(work)
            task.add_done_callback(_looked_at)
        return task

    async def _imported(self, entry: str) -> Function:
        return await self._load(entry)


class PythonUse:
    """A ToolInUse."""

    changes = True
    """Nobody knows."""

    def __init__(
        self,
        entry: str,
        arguments: Mapping[str, CelExpression],
        values: Mapping[str, Value],
        timeout_s: float,
        functions: PythonFunctions,
    ) -> None:
        self._arguments = arguments
        self._values = values
        self._timeout_s = timeout_s
        self._functions = functions
        self.name = entry
        self.given: Mapping[str, Any] = {}

    async def run(self) -> ToolGave:
        self.given = {name: each.value(self._values) for name, each in self._arguments.items()}
        try:
            return await within(self._timeout_s, self._called(), self.name)
        except ToolUseError:
            raise
        except (ToolError, ConfigError) as error:
            raise ToolUseError("tool", f"{self.name}: {error}") from None
        except (Exception, SystemExit) as error:  # of the operator's code
            log.warning("the function %s failed", self.name, exc_info=error)
            raise ToolUseError("tool", f"{self.name} failed: {type(error).__name__}") from None

    async def _called(self) -> ToolGave:
        function = await self._functions.function(self.name)
        try:
            inspect.signature(function).bind(**self.given)
        except TypeError as error:
            raise ToolUseError("tool", f"{self.name} is not called so: {error}") from None
        if inspect.iscoroutinefunction(function):
            return _plain(await _unended(function(**self.given)))
        threads = self._functions.threads(self.name)
        gave = await threads.run(partial(_on_thread, function, self.given))
        return _plain(await _unended(gave)) if inspect.isawaitable(gave) else gave


def _on_thread(function: Function, given: Mapping[str, Any]) -> Any:
    """To write a large result as JSON would hold up the loop."""
    result = function(**given)
    return result if inspect.isawaitable(result) else _plain(result)


async def _unended(work: Awaitable[Any]) -> Any:
    """In a task, out of which a SystemExit would end the server."""
    try:
        return await work
    except SystemExit as error:
        raise ToolUseError("tool", f"it ended itself: exit {error.code}") from None


def _plain(result: Any) -> ToolGave:
    """Models, dates and the like as JSON has them. Raises ToolError for what cannot be written so."""
    try:
        plain = to_jsonable_python(result, bytes_mode="base64", inf_nan_mode="null", fallback=str)
        return ToolGave(plain, len(to_json(plain)))
    except (PydanticSerializationError, ValueError, RecursionError):
        raise ToolUseError("bad answer", "its result cannot be written as JSON") from None


def _looked_at(task: asyncio.Task[Function]) -> None:
    """Whoever asks for it is told what went wrong; perhaps nobody does."""
    if not task.cancelled():
        task.exception()
