"""A tool that never comes to an end, for a load test."""

from __future__ import annotations

import asyncio

from pipelines.tools.tool import tool


@tool(timeout_s=20)
async def hang() -> str:
    """Look something up."""
    await asyncio.Event().wait()
    return ""
