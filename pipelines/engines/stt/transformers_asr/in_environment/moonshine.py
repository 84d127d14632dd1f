"""Moonshine: an encoder and a decoder whose work grows with the audio's length; no times, English."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from transformers import AutoModelForSpeechSeq2Seq

from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.stt.rolling.hypothesis import Hypothesis
from pipelines.engines.stt.rolling.listening import WantedLook
from pipelines.engines.stt.transformers_asr.in_environment.loading import WithinLimit, load
from pipelines.engines.stt.transformers_asr.pieces import spread_words

TOKENS, TOKENS_PER_S = 8, 7
"""New ones. Its authors advise 6.5 a second: more is a loop."""


class MoonshineHearer:
    """See pipelines.engines.stt.rolling.listening.Hearer."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._loaded = load(AutoModelForSpeechSeq2Seq, options)
        self._limit_s = float(options["limit_s"])
        self.device = self._loaded.device

    def hear(
        self, wanted: Sequence[WantedLook], idle: Callable[[], None], computed: Callable[[int], None]
    ) -> list[Hypothesis]:
        loaded = self._loaded
        given = loaded.input([each.look.audio for each in wanted], SAMPLE_RATE)
        longest_ms = max(each.look.audio_ms for each in wanted)
        computed(len(wanted))
        with torch.inference_mode():
            answer = loaded.model.generate(
                **given,
                max_new_tokens=TOKENS + TOKENS_PER_S * longest_ms // 1000,
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
