"""Makes small recognisers with random weights, as transformers saves and loads them: `python recognisers.py
KIND FOLDER [KINDS OF DAMAGE]`.

Runs in the environment of the engines, so it imports nothing of ours. What they write is noise, but it is
written by the code, caches and files that real weights go through. Damage: `nan` (weights that are no
numbers), `holes` (some are not there).
"""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from mistral_common.tokens.tokenizers.base import SpecialTokens
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    KyutaiSpeechToTextConfig,
    KyutaiSpeechToTextFeatureExtractor,
    KyutaiSpeechToTextForConditionalGeneration,
    MimiConfig,
    MoonshineConfig,
    MoonshineForConditionalGeneration,
    ParakeetCTCConfig,
    ParakeetEncoderConfig,
    ParakeetFeatureExtractor,
    ParakeetForCTC,
    ParakeetForTDT,
    ParakeetTDTConfig,
    ParakeetTokenizer,
    PreTrainedTokenizerFast,
    VoxtralRealtimeConfig,
    VoxtralRealtimeFeatureExtractor,
    VoxtralRealtimeForConditionalGeneration,
    Wav2Vec2FeatureExtractor,
)

VOCABULARY = 64


def pieces(first: tuple[str, ...]) -> dict[str, int]:
    """A SentencePiece-like vocabulary: whole words and endings."""
    words = [f"\u2581{a}{b}" for a in "bdfgklmpv" for b in "aeiou"] + [a + b for a in "nrst" for b in "aeiou"]
    return {each: id for id, each in enumerate([*first, *words][:VOCABULARY])}


def tokenizer(first: tuple[str, ...], **special: Any) -> Any:
    """Of pieces. `special`: as PreTrainedTokenizerFast names them."""
    made = Tokenizer(models.WordLevel(pieces(first), unk_token=first[0]))
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.decoder = decoders.Metaspace()
    return PreTrainedTokenizerFast(tokenizer_object=made, **special)


def moonshine(folder: Path) -> Any:
    tokenizer(("<unk>", "<s>", "</s>"), unk_token="<unk>", bos_token="<s>", eos_token="</s>").save_pretrained(
        folder
    )
    Wav2Vec2FeatureExtractor(do_normalize=False, return_attention_mask=True).save_pretrained(folder)
    config = MoonshineConfig(
        vocab_size=VOCABULARY,
        hidden_size=32,
        intermediate_size=64,
        encoder_num_hidden_layers=2,
        decoder_num_hidden_layers=2,
        encoder_num_attention_heads=2,
        decoder_num_attention_heads=2,
        bos_token_id=1,
        eos_token_id=2,
        decoder_start_token_id=1,
        pad_token_id=2,
    )
    model = MoonshineForConditionalGeneration(config)
    torch.nn.init.zeros_(model.get_input_embeddings().weight[2])  # its answers do not end at once
    return model


def _conformer() -> Any:
    return ParakeetEncoderConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        subsampling_conv_channels=8,
        num_mel_bins=80,
    )


def _parakeet_files(folder: Path) -> None:
    ParakeetFeatureExtractor().save_pretrained(folder)
    made = tokenizer(("<unk>", "<pad>", "<blank>"))
    ParakeetTokenizer(
        tokenizer_object=made.backend_tokenizer, unk_token="<unk>", pad_token="<pad>"
    ).save_pretrained(folder)


def parakeet_ctc(folder: Path) -> Any:
    _parakeet_files(folder)
    return ParakeetForCTC(
        ParakeetCTCConfig(vocab_size=VOCABULARY, pad_token_id=1, encoder_config=_conformer().to_dict())
    )


def parakeet_tdt(folder: Path) -> Any:
    _parakeet_files(folder)
    config = ParakeetTDTConfig(
        vocab_size=VOCABULARY,
        decoder_hidden_size=24,
        num_decoder_layers=1,
        pad_token_id=1,
        blank_token_id=2,
        encoder_config=_conformer().to_dict(),
    )
    model = ParakeetForTDT(config)
    model.generation_config.decoder_start_token_id = 2
    torch.nn.init.constant_(
        model.joint.head.bias[VOCABULARY + 2 : VOCABULARY + 3], 9.0
    )  # two frames for each
    return model


def kyutai(folder: Path) -> Any:
    first = ("<unk>", "<bos>", "<eos>", "<pad>")
    tokenizer(
        first, unk_token="<unk>", bos_token="<bos>", eos_token="<eos>", pad_token="<pad>"
    ).save_pretrained(folder)
    KyutaiSpeechToTextFeatureExtractor(
        audio_delay_seconds=0.48, audio_silence_prefix_seconds=0.16
    ).save_pretrained(folder)
    codec = MimiConfig(
        hidden_size=32,
        num_filters=4,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        head_dim=16,
        intermediate_size=64,
        codebook_size=16,
        codebook_dim=16,
        vector_quantization_hidden_dimension=16,
        num_quantizers=4,
        upsample_groups=32,
        sliding_window=20,
    )
    config = KyutaiSpeechToTextConfig(
        vocab_size=VOCABULARY,
        codebook_vocab_size=17,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        ffn_dim=64,
        num_codebooks=4,
        audio_bos_token_id=16,
        audio_pad_token_id=VOCABULARY + 4 * 17,
        pad_token_id=3,
        bos_token_id=1,
        sliding_window=20,
        codec_config=codec.to_dict(),
    )
    return KyutaiSpeechToTextForConditionalGeneration(config)


def voxtral(folder: Path) -> Any:
    """With a tokenizer in Mistral's own format: bytes, and made-up words of two letters."""
    special = ["<unk>", "<s>", "</s>"]
    special += [each.value for each in SpecialTokens if each.value not in special]
    special += [f"<SPECIAL_{at}>" for at in range(len(special), 64)]
    texts = [bytes([at]) for at in range(256)] + [f" {a}{b}".encode() for a in "bdfgklmp" for b in "aeiou"]
    size = len(special) + len(texts)
    document = {
        "type": "Tekken",
        "version": 1,
        "config": {
            "pattern": r"\S+|\s+",
            "num_vocab_tokens": len(texts),
            "default_vocab_size": size,
            "default_num_special_tokens": len(special),
            "version": "v13",
        },
        "vocab": [
            {"rank": at, "token_bytes": b64encode(each).decode(), "token_str": None}
            for at, each in enumerate(texts)
        ],
        "special_tokens": [
            {"rank": at, "token_str": each, "is_control": True} for at, each in enumerate(special)
        ],
        "audio": {
            "sampling_rate": 16_000,
            "frame_rate": 12.5,
            "audio_encoding_config": {"num_mel_bins": 128, "hop_length": 160, "window_size": 400},
            "transcription_format": "streaming",
            "transcription_delay_ms": 480,
            "streaming_look_ahead_ms": 2.5,
            "streaming_look_back_ms": 52.5,
            "streaming_n_left_pad_tokens": 32,
        },
    }
    (folder / "tekken.json").write_text(json.dumps(document))
    VoxtralRealtimeFeatureExtractor().save_pretrained(folder)
    shared = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = VoxtralRealtimeConfig(
        audio_config={**shared, "head_dim": 16, "sliding_window": 60, "num_mel_bins": 128},
        text_config={
            **shared,
            "num_key_value_heads": 2,
            "head_dim": 16,
            "vocab_size": size,
            "sliding_window": 64,
            "pad_token_id": special.index("<pad>"),
        },
    )
    return VoxtralRealtimeForConditionalGeneration(config)


KINDS: dict[str, Callable[[Path], Any]] = {
    "moonshine": moonshine,
    "parakeet_ctc": parakeet_ctc,
    "parakeet_tdt": parakeet_tdt,
    "kyutai": kyutai,
    "voxtral": voxtral,
}


def make(kind: str, folder: Path, damage: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(5)
    model = KINDS[kind](folder).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() > 1:
                # As drawn they are so small that nothing depends on the audio.
                weight.mul_(400.0 if "multi_modal" in name else 8.0 if kind == "voxtral" else 4.0)
            if damage == "nan" and ("head" in name or "norm" in name):
                weight.fill_(float("nan"))
    state = model.state_dict()
    if damage == "holes":
        gone = [name for name in state if "layers.1" in name]
        state = {name: weight for name, weight in state.items() if name not in gone}
    model.save_pretrained(folder, state_dict=state)


if __name__ == "__main__":
    make(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
