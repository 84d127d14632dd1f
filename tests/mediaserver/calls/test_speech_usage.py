"""What the engines of one call were used for, through the lists of engines that calls use."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import numpy as np

from mediaserver.calls.call import Call
from mediaserver.calls.events import EventBus
from mediaserver.calls.speech_usage import KEPT_EVERY_MS, SpeechUsage
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.storage.records import UsageCounted
from pipelines.engines.failover import PreferredTts
from pipelines.engines.protocols import Stt, Tts
from pipelines.engines.stt.failover import PreferredStt
from tests.fakes import FakeStt, FakeTts, ListSink
from uuid import uuid4

OVER = Termination(EndedBy.CALLER, Why.HANGUP)
FRAME = np.full(320, 1000, np.int16)
