"""A language model in llama.cpp's file format (GGUF, version 3), small and with random weights, made on the
spot: it answers nonsense through all the code of a real one.

Llama's architecture; its tokens are the bytes, a few merges and the marks of ChatML. The layout is that of
ggml's docs/gguf.md.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

ALIGNMENT = 32
WIDTH, LAYERS, HEADS, INNER, CONTEXT = 64, 2, 4, 128, 4096
_UINT32, _FLOAT32, _STRING, _ARRAY, _INT32 = 4, 6, 8, 9, 5
_NORMAL, _CONTROL = 1, 3
"""Kinds of tokens."""
MARKS = ("<|begin_of_text|>", "<|end_of_text|>", "<|im_start|>", "<|im_end|>")
MERGES = ("Ġ t", "h e", "i n", "e r", "Ġ a", "o u")
CALLS = "<tool_call>Ċ"
"""One token: with a bias toward it, random weights come to call a tool. `Ċ` is a line feed."""
TEMPLATE = r"""{%- if tools %}
    {{- "<|im_start|>system\n" }}
    {%- if messages[0].role == "system" %}{{- messages[0].content + "\n\n" }}{%- endif %}
    {{- "# Tools\n\nYou may call functions, whose signatures stand within <tools></tools>:\n<tools>" }}
    {%- for tool in tools %}{{- "\n" }}{{- tool | tojson }}{%- endfor %}
    {{- "\n</tools>\n\nFor each call, return a JSON object within <tool_call></tool_call>:\n<tool_call>\n" }}
    {{- "{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call><|im_end|>\n" }}
{%- elif messages[0].role == "system" %}
    {{- "<|im_start|>system\n" + messages[0].content + "<|im_end|>\n" }}
{%- endif %}
{%- for message in messages %}
    {%- if message.role == "user" or (message.role == "system" and not loop.first) %}
        {{- "<|im_start|>" + message.role + "\n" + message.content + "<|im_end|>\n" }}
    {%- elif message.role == "assistant" %}
        {{- "<|im_start|>assistant" }}
        {%- if message.content %}{{- "\n" + message.content }}{%- endif %}
        {%- for call in message.tool_calls %}
            {%- if call.function is defined %}{%- set call = call.function %}{%- endif %}
            {{- "\n<tool_call>\n{\"name\": \"" + call.name + "\", \"arguments\": " }}
            {{- call.arguments | tojson }}
            {{- "}\n</tool_call>" }}
        {%- endfor %}
        {{- "<|im_end|>\n" }}
    {%- elif message.role == "tool" %}
        {{- "<|im_start|>user\n<tool_response>\n" + message.content + "\n</tool_response><|im_end|>\n" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- "<|im_start|>assistant\n" }}{%- endif %}"""
"""In Qwen 2.5's manner of calling tools."""


def write_tiny_gguf(path: Path, *, seed: int = 0) -> Path:
    """Returns the path."""
    tokens, kinds = _vocabulary()
    fields: list[tuple[str, int, Any]] = [
        ("general.architecture", _STRING, "llama"),
        ("general.name", _STRING, "tiny"),
        ("general.alignment", _UINT32, ALIGNMENT),
        ("llama.context_length", _UINT32, CONTEXT),
        ("llama.embedding_length", _UINT32, WIDTH),
        ("llama.block_count", _UINT32, LAYERS),
        ("llama.feed_forward_length", _UINT32, INNER),
        ("llama.attention.head_count", _UINT32, HEADS),
        ("llama.attention.head_count_kv", _UINT32, HEADS),
        ("llama.attention.layer_norm_rms_epsilon", _FLOAT32, 1e-5),
        ("llama.rope.dimension_count", _UINT32, WIDTH // HEADS),
        ("llama.vocab_size", _UINT32, len(tokens)),
        ("tokenizer.ggml.model", _STRING, "gpt2"),
        ("tokenizer.ggml.pre", _STRING, "llama-bpe"),
        ("tokenizer.ggml.tokens", _ARRAY, (_STRING, tokens)),
        ("tokenizer.ggml.token_type", _ARRAY, (_INT32, kinds)),
        ("tokenizer.ggml.merges", _ARRAY, (_STRING, MERGES)),
        ("tokenizer.ggml.bos_token_id", _UINT32, MARKS.index("<|begin_of_text|>")),
        ("tokenizer.ggml.eos_token_id", _UINT32, MARKS.index("<|im_end|>")),
        ("tokenizer.chat_template", _STRING, TEMPLATE),
    ]
    tensors = _tensors(len(tokens), np.random.default_rng(seed))
    head = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(fields))
    head += b"".join(
        _text(name) + struct.pack("<I", kind) + _value(kind, value) for name, kind, value in fields
    )
    body = bytearray()
    for name, tensor in tensors.items():
        head += _text(name) + struct.pack("<I", tensor.ndim)
        head += struct.pack(f"<{tensor.ndim}Q", *reversed(tensor.shape)) + struct.pack("<IQ", 0, len(body))
        body += _padded(tensor.tobytes())
    path.write_bytes(_padded(head) + bytes(body))
    return path


def _tensors(vocabulary: int, random: np.random.Generator) -> dict[str, npt.NDArray[np.float32]]:
    def some(*shape: int) -> npt.NDArray[np.float32]:
        return (random.standard_normal(shape) * 0.05).astype(np.float32)

    ones = np.ones(WIDTH, np.float32)
    made = {"token_embd.weight": some(vocabulary, WIDTH), "output.weight": some(vocabulary, WIDTH)}
    made["output_norm.weight"] = ones
    for layer in range(LAYERS):
        at = f"blk.{layer}"
        made |= {f"{at}.attn_norm.weight": ones, f"{at}.ffn_norm.weight": ones}
        made |= {f"{at}.attn_{part}.weight": some(WIDTH, WIDTH) for part in ("q", "k", "v", "output")}
        made |= {f"{at}.ffn_{part}.weight": some(INNER, WIDTH) for part in ("gate", "up")}
        made[f"{at}.ffn_down.weight"] = some(WIDTH, INNER)
    return made


def _vocabulary() -> tuple[list[str], list[int]]:
    """Texts and kinds. Bytes are written as GPT-2 does: what cannot be seen moves to U+0100 and on."""
    seen = {*range(33, 127), *range(161, 173), *range(174, 256)}
    moved = iter(range(256, 512))
    letters = [chr(byte) if byte in seen else chr(next(moved)) for byte in range(256)]
    merged = [merge.replace(" ", "") for merge in MERGES]
    usual = [*letters, *merged, CALLS]
    return [*MARKS, *usual], [_CONTROL] * len(MARKS) + [_NORMAL] * len(usual)


def token_id(text: str) -> int:
    return _vocabulary()[0].index(text)


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _value(kind: int, value: Any) -> bytes:
    if kind == _STRING:
        return _text(value)
    if kind == _ARRAY:
        of, items = value
        return _array(of, items)
    return struct.pack("<I" if kind == _UINT32 else "<i" if kind == _INT32 else "<f", value)


def _array(of: int, items: Sequence[Any]) -> bytes:
    return struct.pack("<IQ", of, len(items)) + b"".join(_value(of, item) for item in items)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % ALIGNMENT)
