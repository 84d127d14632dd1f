"""The page about tools shows code that works."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

from pipelines.tools.naming import _tools
from tests.pipelines.tools.calling import called, said

PAGE = Path(__file__).parents[3] / "docs" / "tools.md"


async def test_the_tools_of_the_page_are_tools() -> None:
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert code is not None
    module = ModuleType("page")
    exec(code[1], module.__dict__)
    state, cancel = _tools(module, "page")
    assert state.parameters["properties"] == {
        "number": {"type": "integer", "description": "of the order, as the caller says it"}
    }
    assert said(await called(state, {"number": 4711})) == '{"state":"sent","for":"+4930123456"}'
    assert (await called(state, {"number": 1})).text == (
        "error: order_state: the caller has no order of that number"
    )
    assert cancel.question({"number": 4711}) == "Shall I cancel the order 4711?"
    assert not cancel.interruptible
