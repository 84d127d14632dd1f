"""What an error of the official clients, or of the HTTP client under them, means. They differ in their
classes and not in their fields: a status, a body, a cause.
"""

from __future__ import annotations

from mediaserver.errors import ModelError
from pipelines.engines.llm.faults import Asked, fault_of, retry_after
from pipelines.engines.llm.wire_text import told_why

MOST_CONNECTIONS = 1000
"""Of one engine, at once."""


def connection_fault(asked: Asked, error: Exception) -> ModelError:
    from httpx2 import ConnectError, ConnectTimeout, HTTPError, PoolTimeout

    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        headers = getattr(getattr(error, "response", None), "headers", {})
        return fault_of(asked, status, getattr(error, "body", None), retry_after(headers))
    cause: BaseException = error
    while cause.__cause__ is not None and not isinstance(cause, HTTPError):
        cause = cause.__cause__
    if isinstance(cause, ConnectError | ConnectTimeout):
        why = told_why(str(cause)) or "it does not answer"
        return ModelError(
            f"{asked.engine}: {asked.where} cannot be reached ({why}); is it running, and is base_url right?",
            retryable=True,
        )
    if isinstance(cause, PoolTimeout):
        return ModelError(f"{asked.engine}: all {MOST_CONNECTIONS} connections are in use")
    why = told_why(str(cause)) or type(cause).__name__
    return ModelError(f"{asked.engine}: the connection to {asked.where} broke ({why})", retryable=True)
