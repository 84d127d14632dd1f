"""Two tools that make an assistant useful: it looks for a free table, and books one after the caller's yes.

voiceforge agents set bella --assistant --tools examples.restaurant --prompt @examples/restaurant.txt
"""

from datetime import date, time
from typing import Annotated

from pydantic import Field

from mediaserver.errors import ToolError
from pipelines.tools.tool import ToolContext, tool

TABLES = {time(18): 4, time(19, 30): 2, time(21): 6}
"""Seats by time: stands for your own system."""
BOOKED: dict[tuple[date, time], str] = {}

People = Annotated[int, Field(ge=1, le=12)]


@tool
async def free_tables(day: date, people: People) -> list[str]:
    """Find the times at which a table is free. Always look before you offer one."""
    free = [at for at, seats in TABLES.items() if seats >= people and (day, at) not in BOOKED]
    return [f"{at:%H:%M}" for at in free]


@tool(confirm="Shall I book a table for {people} on {day} at {at}, for {name}?", interruptible=False)
async def book_table(day: date, at: time, people: People, name: str, context: ToolContext) -> str:
    """Book a table that free_tables has found."""
    if TABLES.get(at, 0) < people or (day, at) in BOOKED:
        raise ToolError("there is no such table any more; look for free ones again")
    BOOKED[day, at] = f"{name}, {people}, {context.caller}"
    return "booked"
