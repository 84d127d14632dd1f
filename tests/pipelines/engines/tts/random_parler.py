"""Writes a Parler-TTS of small geometry and random weights, as its repository has it, into a folder.

Runs in the engine's own environment: `python random_parler.py FOLDER`. The tokenizer of descriptions lies in
`FOLDER/description_tokenizer`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pipelines.engines.tts.neural.worker.left_out import plain_torchaudio, without_tensorboard

plain_torchaudio()
without_tensorboard()

import torch  # noqa: E402
from parler_tts import (  # noqa: E402
    ParlerTTSConfig,
    ParlerTTSDecoderConfig,
    ParlerTTSForCausalLM,
    ParlerTTSForConditionalGeneration,
)
from parler_tts.dac_wrapper import DACConfig, DACModel  # noqa: E402
from tokenizers import Tokenizer, models, pre_tokenizers  # noqa: E402
from transformers import PreTrainedTokenizerFast, T5Config, T5EncoderModel  # noqa: E402

CODES, BOOKS = 1024, 9
END = CODES
"""Of the decoder's tokens: the end; one more is its beginning."""
ENDS = 0.3
"""Its logit, where the others' are about 0: about one step in eighty is the last (of nine books)."""


def main() -> None:
    folder = Path(sys.argv[1])
    torch.manual_seed(3)
    words = reader()
    words.save_pretrained(folder)
    words.save_pretrained(folder / "description_tokenizer")
    text = T5Config(vocab_size=len(words), d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4)
    decoder = ParlerTTSDecoderConfig(
        vocab_size=CODES + 64,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        ffn_dim=64,
        num_codebooks=BOOKS,
        max_position_embeddings=2048,
        pad_token_id=END,
        eos_token_id=END,
        bos_token_id=END + 1,
    )
    config = ParlerTTSConfig.from_sub_models_config(
        text, DACConfig(num_codebooks=BOOKS, codebook_size=CODES), decoder, vocab_size=len(words)
    )
    config.decoder_start_token_id = END + 1
    config.pad_token_id = END
    model = ParlerTTSForConditionalGeneration(
        config=config,
        text_encoder=T5EncoderModel(text),
        audio_encoder=DACModel(config.audio_encoder),
        decoder=ParlerTTSForCausalLM(config.decoder),
    ).eval()
    model.generation_config.decoder_start_token_id = END + 1
    model.generation_config.bos_token_id = END + 1
    model.generation_config.pad_token_id = END
    model.generation_config.eos_token_id = END
    model.decoder.model.decoder.layer_norm.bias.data.fill_(0.2)
    with torch.no_grad():
        for head in model.decoder.lm_heads:
            head.weight[END:] = 0.0
            head.weight[END] = ENDS / (0.2 * decoder.hidden_size)
        last = model.audio_encoder.model.decoder.model[-2]
        last.parametrizations.weight.original0.mul_(8)  # untrained, it would be hardly audible
    model.save_pretrained(folder, safe_serialization=True)


def reader() -> PreTrainedTokenizerFast:
    characters = ["<pad>", "</s>", "<unk>", *map(chr, range(33, 127)), "▁"]
    tokenizer = Tokenizer(models.BPE({each: at for at, each in enumerate(characters)}, [], unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )


if __name__ == "__main__":
    main()
