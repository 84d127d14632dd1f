"""A worker for tests that adds up numbers, several requests in one go, and tells how it was asked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from pipelines.workers.batches import BatchedRequest, Batches
from pipelines.workers.entry import become_worker
from pipelines.workers.protocol import Msg


def add(batches: Batches, batch: Sequence[BatchedRequest]) -> None:
    """`wait`: hold the batch until a request with `go` or the end of this one comes."""
    if any(request.fields.get("wait") for request in batch):
        for request in batch:
            request.result(begun=True)
        while not all(request.over for request in batch):
            batches.look(None)
            if any(r.fields.get("go") for r in batches.requests.values()):
                break
    batches.computed(len(batch))
    totals = [sum(request.fields["numbers"]) for request in batch]
    for request, total in zip(batch, totals, strict=True):
        request.done(total=total, together=len(batch))


def is_ripe(request: BatchedRequest) -> bool:
    """`more`: only once it is finished."""
    return request.finished or not request.fields.get("more")


def main() -> None:
    sock = become_worker()
    first = (lambda request: bool(request.fields.get("first"))) if sock.options.get("first") else None
    batches = Batches(sock, most=int(sock.options.get("most", 8)), ripe=is_ripe, first=first)
    sock.send_json(Msg.READY)
    batches.run(partial(add, batches))
