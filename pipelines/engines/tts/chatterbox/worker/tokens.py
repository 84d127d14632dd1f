"""Chatterbox's speech tokens one by one, as T3 makes them.

The package's own `T3.inference` gives them only when all are there. This is its loop as a generator, of the
package's own parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from chatterbox.models.t3.inference.t3_hf_backend import T3HuggingfaceBackend
from transformers.generation.logits_process import (
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TopPLogitsWarper,
)

TOKENS_PER_S = 25
SPEECH_TOKENS = 6561
"""Those above have no sound: beginning, end and others."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """See `ChatterboxOptions`."""

    temperature: float = 0.8
    top_p: float = 1.0
    min_p: float = 0.05
    repetition_penalty: float = 1.2
    cfg_weight: float = 0.5


def speech_tokens(t3: Any, cond: Any, text_tokens: Any, sampling: Sampling, most: int) -> Iterator[int]:
    """Tokens with a sound, until the model says that it has ended, or `most` were drawn.

    `text_tokens`: [1, length] with the marks of beginning and end.
    """
    guided = sampling.cfg_weight > 0
    if guided:
        text_tokens = torch.cat([text_tokens, text_tokens])  # the second is made to say nothing
    start = t3.hp.start_speech_token * torch.ones_like(text_tokens[:, :1])
    with torch.inference_mode():
        embeds, _ = t3.prepare_input_embeds(
            t3_cond=cond, text_tokens=text_tokens, speech_tokens=start, cfg_weight=sampling.cfg_weight
        )
    model = T3HuggingfaceBackend(
        config=t3.cfg, llama=t3.tfmr, speech_enc=t3.speech_emb, speech_head=t3.speech_head
    )
    warpers = (
        RepetitionPenaltyLogitsProcessor(penalty=sampling.repetition_penalty),
        MinPLogitsWarper(min_p=sampling.min_p),
        TopPLogitsWarper(top_p=sampling.top_p),
    )
    drawn = torch.tensor([[t3.hp.start_speech_token]], dtype=torch.long, device=embeds.device)
    past: Any = None
    with torch.inference_mode():
        inputs = torch.cat([embeds, _embedded(t3, drawn, 0, len(embeds))], dim=1)
    for step in range(1, most + 1):
        with torch.inference_mode():
            output = model(inputs_embeds=inputs, past_key_values=past)
            past = output.past_key_values
            logits = output.logits[:, -1, :]
            if guided:
                logits = logits[:1] + sampling.cfg_weight * (logits[:1] - logits[1:2])
            for at, warper in enumerate(warpers):
                logits = warper(drawn, logits)
                if at == 0:
                    logits = logits / sampling.temperature
            token = torch.multinomial(torch.softmax(logits, dim=-1), num_samples=1)
            drawn = torch.cat([drawn, token], dim=1)
            number = int(token)
            if number == t3.hp.stop_speech_token:
                return
            inputs = _embedded(t3, token, step, len(embeds))
        if number < SPEECH_TOKENS:
            yield number


def _embedded(t3: Any, token: Any, place: int, rows: int) -> Any:
    """[rows, 1, channels]."""
    return (t3.speech_emb(token) + t3.speech_pos_emb.get_fixed_embedding(place)).expand(rows, -1, -1)
