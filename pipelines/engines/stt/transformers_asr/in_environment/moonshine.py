"""Moonshine: an encoder and a decoder whose work grows with the audio's length; no times, English.

One of its norms goes over the whole length, padding and all. So each window ends with silence up to a
multiple of a fifth of a second, and only windows of the same length are heard in one batch: each sounds as it
does alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForSpeechSeq2Seq

from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.stt.rolling.hypothesis import Hypothesis
from pipelines.engines.stt.rolling.listening import WantedLook
from pipelines.engines.stt.transformers_asr.in_environment.loading import WithinLimit, load
from pipelines.engines.stt.transformers_asr.pieces import spread_words

TOKENS, TOKENS_PER_S = 8, 7
"""New ones. Its authors advise 6.5 a second: more is a loop."""


STEP = SAMPLE_RATE // 5
"""Windows are as long as a multiple of it."""


class MoonshineHearer:
    """See pipelines.engines.stt.rolling.listening.Hearer."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._loaded = load(AutoModelForSpeechSeq2Seq, options)
        self._limit_s = float(options["limit_s"])
        self.device = self._loaded.device

    def hear(
        self, wanted: Sequence[WantedLook], idle: Callable[[], None], computed: Callable[[int], None]
    ) -> list[Hypothesis]:
        groups: dict[int, list[int]] = defaultdict(list)
        for at, each in enumerate(wanted):
            groups[-(-len(each.look.audio) // STEP) * STEP].append(at)
        found: dict[int, Hypothesis] = {}
        for samples, rows in groups.items():
            together = [wanted[at] for at in rows]
            computed(len(together))
            found |= dict(zip(rows, self._batch(together, samples, idle), strict=True))
        return [found[at] for at in range(len(wanted))]

    def _batch(
        self, wanted: Sequence[WantedLook], samples: int, idle: Callable[[], None]
    ) -> list[Hypothesis]:
        """`samples`: to which each is filled up."""
        loaded = self._loaded
        padded = [np.pad(each.look.audio, (0, samples - len(each.look.audio))) for each in wanted]
        given = loaded.input(padded, SAMPLE_RATE)
        with torch.inference_mode():
            answer = loaded.model.generate(
                **given,
                max_new_tokens=TOKENS + TOKENS_PER_S * samples // SAMPLE_RATE,
                do_sample=False,
                num_beams=1,
                return_dict_in_generate=True,
                output_logits=True,
                stopping_criteria=[WithinLimit(self._limit_s, idle)],
            )
        ids = answer.sequences[:, -len(answer.logits) :]
        logits = torch.stack(answer.logits, dim=1).float().log_softmax(-1)
        odds = logits.gather(2, ids[:, :, None])[:, :, 0]
        ends = torch.as_tensor(loaded.model.generation_config.eos_token_id, device=ids.device).flatten()
        found = []
        for each, row, row_odds in zip(wanted, ids, odds, strict=True):
            stops = torch.isin(row, ends).nonzero()
            count = int(stops[0]) + 1 if len(stops) else len(row)
            text = loaded.tokenizer.decode(row[:count], skip_special_tokens=True)
            words = tuple(spread_words(text, 0, each.look.audio_ms))
            found.append(Hypothesis(words, log_probability=float(row_odds[:count].mean())))
        return found
