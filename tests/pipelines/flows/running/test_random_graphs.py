"""Whatever a flow is like and whatever its caller does: nothing raises, hangs or goes on for ever."""

from __future__ import annotations

import asyncio
import logging
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pipelines.flows.running.graphs import RandomCall, compiled


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 1 << 32))
def test_every_call_comes_to_an_end(seed: int) -> None:
    random = Random(seed)
    flow = compiled(random)
    logging.disable(logging.WARNING)
    try:
        call = RandomCall(flow, random)
        assert asyncio.run(call.run(20)), "200 silences did not end it"
    finally:
        logging.disable(logging.NOTSET)
