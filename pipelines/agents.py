"""Makes the agent of a call: a flow of ours, or a class of yours named by `module:Class` or an entry point.

Must never load anything that the agent wanted does not need.
"""

from __future__ import annotations

import difflib
import importlib
import inspect
from collections.abc import Callable
from datetime import date
from inspect import Parameter
from typing import Any
from uuid import UUID

from mediaserver.errors import ConfigError
from pipelines.conversation.agent import Agent
from pipelines.engines.packages import offered, said
from pipelines.engines.protocols import Llm
from pipelines.flows.booking import booking_agent

GROUP = "voiceforge.agents"
"""The group of Python entry points in which packages offer agents by name."""
FLOWS: dict[str, Callable[[UUID, date], Agent]] = {"booking": booking_agent}
METHODS = ("respond", "heard", "hung_up")


def make_agent(
    call_id: UUID,
    *,
    kind: str,
    flow: str = "",
    entry: str = "",
    prompt: str = "",
    language: str = "en",
    llm: Llm | None = None,
) -> Agent:
    """The agent of one call. `kind`: "flow" (then `flow` names it) or "python" (then `entry` does).

    A Python agent is made by calling what `entry` names; of `call_id`, `prompt`, `language` and `llm` (when
    there is one) it is given those that it has parameters for. Raises ConfigError.
    """
    match kind:
        case "flow":
            if flow not in FLOWS:
                raise ConfigError(f"there is no flow '{flow}': {_hint(flow, list(FLOWS))}")
            return FLOWS[flow](call_id, date.today())
        case "python":
            offered: dict[str, Any] = {"call_id": call_id, "prompt": prompt, "language": language}
            return _made(entry, offered if llm is None else offered | {"llm": llm})
        case _:
            raise ConfigError(f"an agent of kind '{kind}' does not think: known are flow and python")


def agent_named(name: str, call_id: UUID) -> Agent:
    """What a person calls an agent: `demo`, `module:Class`, or the name of an entry point. Raises
    ConfigError."""
    if name == "demo":
        return make_agent(call_id, kind="flow", flow="booking")
    return make_agent(call_id, kind="python", entry=name)


def load(entry: str) -> Callable[..., Any]:
    """What makes the agents of a `module:Class` or an entry point. Imports it, which may take long. Raises
    ConfigError."""
    importlib.invalidate_caches()  # a file may have come since the last look
    return _from_module(entry) if ":" in entry else _from_entry_point(entry)


def _made(entry: str, offered: dict[str, Any]) -> Agent:
    factory = load(entry)
    try:
        parameters = inspect.signature(factory).parameters
        if "llm" not in offered and "llm" in parameters and parameters["llm"].default is Parameter.empty:
            raise ConfigError(
                f"the agent '{entry}' thinks with a language model, and none is named: name one in its row"
                " (`voiceforge agents set ... --llm NAME`)"
            )
        agent = factory(**{name: value for name, value in offered.items() if name in parameters})
    except ConfigError:
        raise
    except (Exception, SystemExit) as error:
        raise ConfigError(f"the agent '{entry}' cannot be made: {said(error)}") from error
    missing = [name for name in METHODS if not callable(getattr(agent, name, None))]
    if missing:
        raise ConfigError(f"'{entry}' is no agent: it has no {' and no '.join(missing)}")
    made: Agent = agent
    return made


def _from_module(entry: str) -> Callable[..., Any]:
    module, _, name = entry.partition(":")
    try:
        found: Any = importlib.import_module(module)
    except (Exception, SystemExit) as error:
        raise ConfigError(f"the module of the agent '{entry}' cannot be imported: {said(error)}") from error
    if not callable(getattr(found, name, None)):
        known = [
            n for n, value in vars(found).items() if inspect.isclass(value) and hasattr(value, "respond")
        ]
        raise ConfigError(f"there is no class '{name}' in {module}: {_hint(name, known)}")
    factory: Callable[..., Any] = getattr(found, name)
    return factory


def _from_entry_point(entry: str) -> Callable[..., Any]:
    known = {each.point.name: each.point for each in offered(GROUP)[0]}
    if entry not in known:
        raise ConfigError(
            f"there is no agent '{entry}': {_hint(entry, ['demo', *known])}, or give module:Class"
        )
    try:
        factory: Callable[..., Any] = known[entry].load()
    except (Exception, SystemExit) as error:
        raise ConfigError(f"the agent '{entry}' cannot be loaded: {said(error)}") from error
    return factory


def _hint(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean '{near[0]}'?" if near else f"known are {', '.join(sorted(known)) or 'none'}"
