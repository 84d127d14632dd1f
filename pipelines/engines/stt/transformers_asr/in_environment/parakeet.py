"""Parakeet: a conformer with a CTC head, or a transducer that also tells how long each token lasts (TDT)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from transformers import AutoConfig, ParakeetForCTC, ParakeetForTDT

from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.stt.rolling.hypothesis import Hypothesis
from pipelines.engines.stt.rolling.listening import WantedLook
from pipelines.engines.stt.transformers_asr.in_environment.loading import Certainty, WithinLimit, load
from pipelines.engines.stt.transformers_asr.pieces import TimedPiece, ctc_pieces, timed_words

KINDS = {"parakeet_ctc": ParakeetForCTC, "parakeet_tdt": ParakeetForTDT}


class ParakeetHearer:
    """See pipelines.engines.stt.rolling.listening.Hearer. Raises ValueError for weights of another kind."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        config = AutoConfig.from_pretrained(str(options["weights"]), local_files_only=True)
        if config.model_type not in KINDS:
            raise ValueError(f"a {config.model_type} is none of {', '.join(KINDS)}")
        self._loaded = load(KINDS[config.model_type], options)
        self._limit_s = float(options["limit_s"])
        self._transducer = config.model_type == "parakeet_tdt"
        self._config = config
        features = self._loaded.features
        hop_ms = features.hop_length * 1000 // features.sampling_rate
        self._frame_ms = hop_ms * config.encoder_config.subsampling_factor
        self.device = self._loaded.device

    def hear(
        self, wanted: Sequence[WantedLook], idle: Callable[[], None], computed: Callable[[int], None]
    ) -> list[Hypothesis]:
        given = self._loaded.input([each.look.audio for each in wanted], SAMPLE_RATE)
        computed(len(wanted))
        with torch.inference_mode():
            rows = self._transduced(given, idle) if self._transducer else self._classified(given)
        idle()
        return [self._hypothesis(row, each.look.audio_ms) for row, each in zip(rows, wanted, strict=True)]

    def _classified(self, given: Any) -> list[list[TimedPiece]]:
        """By CTC: the best token in each frame."""
        model = self._loaded.model
        odds, ids = model(**given).logits.float().softmax(-1).max(-1)
        mask = model._get_output_attention_mask(given["attention_mask"], target_length=ids.shape[1])
        return [
            ctc_pieces(row[kept].tolist(), row_odds[kept].tolist(), self._config.pad_token_id, self._frame_ms)
            for row, row_odds, kept in zip(ids, odds, mask.bool(), strict=True)
        ]

    def _transduced(self, given: Any, idle: Callable[[], None]) -> list[list[TimedPiece]]:
        """By TDT: tokens, and for each so many frames to the next."""
        frames = given["attention_mask"].shape[1] // self._config.encoder_config.subsampling_factor + 1
        words = self._config.vocab_size
        certainty = Certainty()
        answer = self._loaded.model.generate(
            **given,
            max_new_tokens=frames * self._config.max_symbols_per_step,
            suppress_tokens=list(range(words, words + len(self._config.durations))),  # they are no tokens
            logits_processor=[certainty],
            stopping_criteria=[WithinLimit(self._limit_s, idle)],
        )
        silent = {self._config.blank_token_id, self._config.pad_token_id}
        found = []
        for row, ids in enumerate(answer.sequences.tolist()):
            pieces, at = [], 0
            for step, (id, lasts) in enumerate(zip(ids, answer.durations[row].tolist(), strict=True)):
                if id not in silent and step:
                    probability = float(certainty.steps[step - 1][row])
                    begin = at * self._frame_ms
                    end = begin + max(1, lasts) * self._frame_ms
                    pieces.append(TimedPiece(id, "", begin, end, probability))
                at += lasts
            found.append(pieces)
        return found

    def _hypothesis(self, pieces: Sequence[TimedPiece], audio_ms: int) -> Hypothesis:
        tokenizer = self._loaded.tokenizer
        texts = tokenizer.convert_ids_to_tokens([piece.id for piece in pieces])
        named = [piece._replace(text=text) for piece, text in zip(pieces, texts, strict=True)]
        words = timed_words(named, lambda ids: str(tokenizer.decode(ids, group_tokens=False)))
        logs = [
            math.log(piece.probability + 1e-9) if piece.probability >= 0 else math.nan for piece in pieces
        ]
        average = sum(logs) / len(logs) if logs else 0.0
        return Hypothesis(tuple(words), log_probability=average, timed=True)
