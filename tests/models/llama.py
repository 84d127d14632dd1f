"""Makes a language model of Llama's architecture in the files that the hub has of one: configuration,
tokenizer with a chat template, and, if they are wanted, random weights.

Needs numpy alone. What it writes is noise, but each token has a text of its own, so that every one that is
computed can be heard of. Geometries are of small models for the tests, and of the one that is published.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.tiny_gguf import MARKS as OF_CHATS
from tests.tiny_gguf import TEMPLATE

MARKS = (*OF_CHATS, "<|python_tag|>")
"""The last stands before calls of tools; vLLM's parser of Llama's will not do without."""
BEGIN, _, _, END_OF_TURN, _ = MARKS
SCALE = 0.05
"""Deviation of the weights."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """How large one is."""

    width: int
    layers: int
    heads: int
    heads_of_keys: int
    inner: int
    vocabulary: int
    context: int


SMALL = Geometry(128, 2, 4, 2, 256, 1_024, 4_096)
LLAMA_8B = Geometry(4_096, 32, 32, 8, 14_336, 128_256, 131_072)
"""Llama 3.1 8B, as its config.json says."""


def write_llama(folder: Path, geometry: Geometry = SMALL, *, weights: bool = True) -> Path:
    """Returns the folder, which it makes. Without `weights` a server has to be told to make some up."""
    folder.mkdir(parents=True, exist_ok=True)
    tokens = _tokens(geometry.vocabulary)
    _write(folder / "config.json", _config(geometry))
    _write(folder / "tokenizer.json", _tokenizer(tokens))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": BEGIN,
        "eos_token": END_OF_TURN,
        "chat_template": TEMPLATE,
        "model_max_length": geometry.context,
        "clean_up_tokenization_spaces": False,
    }
    _write(folder / "tokenizer_config.json", settings)
    if weights:
        (folder / "model.safetensors").write_bytes(_safetensors(dict(_weights(geometry))))
    return folder


def _config(geometry: Geometry) -> dict[str, Any]:
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": geometry.width,
        "intermediate_size": geometry.inner,
        "num_hidden_layers": geometry.layers,
        "num_attention_heads": geometry.heads,
        "num_key_value_heads": geometry.heads_of_keys,
        "head_dim": geometry.width // geometry.heads,
        "vocab_size": geometry.vocabulary,
        "max_position_embeddings": geometry.context,
        "rope_theta": 500_000.0,
        "rms_norm_eps": 1e-5,
        "hidden_act": "silu",
        "tie_word_embeddings": False,
        "bos_token_id": 0,
        "eos_token_id": MARKS.index(END_OF_TURN),
        "torch_dtype": "bfloat16",
    }


def _tokens(count: int) -> list[str]:
    """The marks, the bytes, then made-up words with the space before them."""
    seen = {*range(33, 127), *range(161, 173), *range(174, 256)}
    moved = iter(range(256, 512))
    letters = [chr(byte) if byte in seen else chr(next(moved)) for byte in range(256)]
    made = [*MARKS, *letters]
    return [*made, *(f"\u0120w{number}" for number in range(count - len(made)))]


def _tokenizer(tokens: list[str]) -> dict[str, Any]:
    """As the library `tokenizers` writes it: a byte-level BPE that knows no merges."""
    usual = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": at, "content": mark, **usual} for at, mark in enumerate(MARKS)],
        "normalizer": None,
        "pre_tokenizer": level,
        "post_processor": None,
        "decoder": level,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": {token: at for at, token in enumerate(tokens)},
            "merges": [],
        },
    }


def _weights(geometry: Geometry) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    random = np.random.default_rng(0)
    width, each = geometry.width, geometry.width // geometry.heads

    def some(rows: int, columns: int) -> npt.NDArray[np.float32]:
        return (random.standard_normal((rows, columns)) * SCALE).astype(np.float32)

    ones = np.ones(width, np.float32)
    yield "model.embed_tokens.weight", some(geometry.vocabulary, width)
    for number in range(geometry.layers):
        at = f"model.layers.{number}"
        yield f"{at}.input_layernorm.weight", ones
        yield f"{at}.post_attention_layernorm.weight", ones
        yield f"{at}.self_attn.q_proj.weight", some(geometry.heads * each, width)
        yield f"{at}.self_attn.k_proj.weight", some(geometry.heads_of_keys * each, width)
        yield f"{at}.self_attn.v_proj.weight", some(geometry.heads_of_keys * each, width)
        yield f"{at}.self_attn.o_proj.weight", some(width, geometry.heads * each)
        yield f"{at}.mlp.gate_proj.weight", some(geometry.inner, width)
        yield f"{at}.mlp.up_proj.weight", some(geometry.inner, width)
        yield f"{at}.mlp.down_proj.weight", some(width, geometry.inner)
    yield "model.norm.weight", ones
    yield "lm_head.weight", some(geometry.vocabulary, width)


def _safetensors(tensors: dict[str, npt.NDArray[np.float32]]) -> bytes:
    """The format of its documentation: the length of the head, the head, the numbers."""
    head: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, tensor in tensors.items():
        head[name] = {"dtype": "F32", "shape": tensor.shape, "data_offsets": (at, at + tensor.nbytes)}
        at += tensor.nbytes
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(each.tobytes() for each in tensors.values())


def _write(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document), encoding="utf-8")
