"""A document that nobody need have kept, made ready to be run: by typing, by simulated callers, by a call."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from api.access.access import KeyRefused
from api.access.asker import asker
from api.context import CONTEXT
from api.flows.asking import (
    check_code,
    checked_change,
    checked_document,
    flow_in_use,
    named,
    operators_alone,
    pool_of,
    told_faults,
    usable_by,
)
from api.guard import told_refusal
from api.routing.problems import Problem
from pipelines.flows.document.document import Document
from pipelines.flows.document.reading import document_of
from pipelines.flows.library.operators import not_lent
from pipelines.flows.library.references import flows_of


@dataclass(frozen=True, slots=True)
class UnkeptFlow:
    """What whoever asked may run, now."""

    document: Document
    subflows: Mapping[tuple[str, int | None], Document]
    """Those that it leads to, by name and version; None: the published one."""
    of_key: bool
    """It is a key's: its requests reach what those of keys may."""


async def to_run(request: web.Request, content: dict[str, Any], flow: str | None) -> UnkeptFlow:
    """`content`, looked at as if it were to be published. `flow`: the one that it is drawn for, if it is
    there; who asks must be one who may change it. Raises Problem: 422 with its errors, 403 for what of the
    operator's it may not use, 429 where all tokens of the key are used up."""
    context, who = request.app[CONTEXT], asker(request)
    owner = who.owner
    if flow is not None:
        owner = checked_change(await flow_in_use(request, flow), who)["owner"]
    try:
        context.access.within_quota(who, "tokens")
    except KeyRefused as refused:
        raise told_refusal(refused) from None
    may_use = usable_by(request, owner)
    read = await checked_document(request, named(content, flow), may_use)
    check_code(read, who)
    if read.errors:
        raise Problem(422, "flow_has_errors", "It cannot be run yet: mend its errors first.", read.told[:20])
    with told_faults():
        document = await asyncio.to_thread(document_of, read.document)
        subflows = await flows_of(pool_of(request), document, may_use)
    if not who.admin:
        for each in (document, *subflows.values()):
            if found := not_lent(each, context.settings.shared):
                raise operators_alone(found)
    return UnkeptFlow(document, subflows, owner is not None)
