"""Makes a Whisper with random weights, as CTranslate2 and faster-whisper load it: of small geometry, or of
the published one of large-v3-turbo.

Runs in the environment of the engine (`python whisper.py FOLDER KIND SIZE`), so it imports nothing of ours.
The vocabulary has Whisper's own size and special tokens in their order; what most tokens say is made up. It
hears nothing, but goes through all the code that real weights go through. Its embeddings outweigh all else,
and each token of SAYS points to the next: so it writes that sentence whatever it hears, and from wherever it
is told to begin.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

TEXT_TOKENS = 50_257
LANGUAGES = (
    "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no"
    " th ur hr bg lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq"
    " sw gl mr pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my"
    " bo tl mg as tt haw ln ha ba jw su yue"
).split()
"""In the order of large-v3."""
TIMES = [f"<|{step * 0.02:.2f}|>" for step in range(1501)]
SPECIAL = [
    *("<|endoftext|>", "<|startoftranscript|>"),
    *(f"<|{each}|>" for each in LANGUAGES),
    *("<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>"),
    "<|notimestamps|>",
    *TIMES,
]
SAYS = ("<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|0.00|>")
WORDS = "book a room for two on monday please".split()
"""What it writes, as one segment that ends at 1.60 s."""
STRENGTH, CERTAINTY = 4.0, 0.5
"""Of embeddings against all else, and of the next token against all others."""


def byte_letters() -> list[str]:
    """The 256 letters by which byte-level BPE writes bytes (GPT-2's table)."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [each for each in range(256) if each not in kept]
    table = {each: chr(each) for each in kept} | {each: chr(256 + at) for at, each in enumerate(rest)}
    return [table[each] for each in range(256)]


def text_tokens() -> list[str]:
    """Bytes, then made-up words of two to four syllables, each with the space before it; last the empty one,
    by which CTranslate2 knows a model of many languages."""
    syllables = [a + b for a in "bdfgklmnprstv" for b in ("a", "e", "i", "o", "u", "an", "el", "or")]
    words: dict[str, None] = dict.fromkeys(
        [*byte_letters(), *("\u0120" + word for word in WORDS[1:]), "\u0120book"]
    )
    numbers = np.random.default_rng(7)
    while len(words) < TEXT_TOKENS - 1:
        count = int(numbers.integers(2, 5))
        word = "".join(syllables[each] for each in numbers.integers(0, len(syllables), count))
        words["\u0120" + word] = None
    return [*words, ""]


def write_tokenizer(folder: Path) -> list[str]:
    """tokenizer.json; all tokens in the order of their ids."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    text = text_tokens()
    tokenizer = Tokenizer(models.BPE(vocab={each: id for id, each in enumerate(text)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(each, special=True, normalized=False) for each in SPECIAL])
    tokenizer.save(str(folder / "tokenizer.json"))
    return [*text, *SPECIAL]


@dataclass(frozen=True)
class Geometry:
    """How large one is."""

    width: int
    heads: int
    encoder: int
    """Layers, as of the decoder."""
    decoder: int
    mels: int
    feed: int


SIZES = {
    "small": Geometry(64, 2, 2, 2, 80, 64),
    "large-v3-turbo": Geometry(1_280, 20, 32, 4, 128, 5_120),
}


class Weights:
    """Random numbers of the scale that keeps activations near 1."""

    def __init__(self, seed: int, size: Geometry) -> None:
        self._numbers = np.random.default_rng(seed)
        self._size = size

    def matrix(self, *shape: int, scale: float = 1.0) -> Array:
        fan = int(np.prod(shape[1:]))
        return (self._numbers.normal(0.0, scale / np.sqrt(fan), shape)).astype(np.float32)

    def linear(self, spec: Any, rows: int, columns: int) -> None:
        spec.weight = self.matrix(rows, columns)
        spec.bias = np.zeros(rows, np.float32)

    def norm(self, spec: Any) -> None:
        width = self._size.width
        spec.gamma, spec.beta = np.ones(width, np.float32), np.zeros(width, np.float32)

    def attention(self, spec: Any, *, on_self: bool) -> None:
        """Query, key and value in one matrix where they are of one thing."""
        self.norm(spec.layer_norm)
        width = self._size.width
        widths = [3 * width, width] if on_self else [width, 2 * width, width]
        for linear, rows in zip(spec.linear, widths, strict=True):
            self.linear(linear, rows, width)

    def feed_forward(self, spec: Any) -> None:
        self.norm(spec.layer_norm)
        self.linear(spec.linear_0, self._size.feed, self._size.width)
        self.linear(spec.linear_1, self._size.width, self._size.feed)


def write_model(folder: Path, tokens: list[str], kind: str, size: Geometry) -> None:
    """model.bin, config.json and vocabulary.json."""
    from ctranslate2.specs.whisper_spec import WhisperSpec

    make, width = Weights(0, size), size.width
    spec = WhisperSpec(size.encoder, size.heads, size.decoder, size.heads)
    encoder, decoder = spec.encoder, spec.decoder
    for conv, channels in ((encoder.conv1, size.mels), (encoder.conv2, width)):
        conv.weight, conv.bias = make.matrix(width, channels, 3), np.zeros(width, np.float32)
    encoder.position_encodings.encodings = make.matrix(1500, width)
    make.norm(encoder.layer_norm)
    for layer in encoder.layer:
        make.attention(layer.self_attention, on_self=True)
        make.feed_forward(layer.ffn)
    decoder.embeddings.weight = make.matrix(len(tokens), width, scale=np.sqrt(width) * STRENGTH)
    decoder.position_encodings.encodings = make.matrix(448, width)
    make.norm(decoder.layer_norm)
    for layer in decoder.layer:
        make.attention(layer.self_attention, on_self=True)
        make.attention(layer.attention, on_self=False)
        make.feed_forward(layer.ffn)
    decoder.projection.weight = make.matrix(len(tokens), width)
    said = ["\u0120" + word for word in WORDS]
    chain = [*SAYS, *said, *([said[0]] if kind == "endless" else ["<|1.60|>", "<|endoftext|>"])]
    numbers = [tokens.index(each) for each in chain]
    decoder.projection.weight[numbers[1:]] = 0.0
    for before, after in zip(numbers, numbers[1:], strict=False):
        decoder.projection.weight[after] += decoder.embeddings.weight[before] * CERTAINTY / STRENGTH
    if kind == "spoilt":
        decoder.projection.weight[:] = np.nan
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [220, tokens.index("<|endoftext|>")]
    spec.config.lang_ids = [tokens.index(f"<|{each}|>") for each in LANGUAGES]
    spec.config.alignment_heads = [
        (layer, head) for layer in range(size.decoder) for head in range(size.heads)
    ]
    spec.validate()
    spec.save(str(folder))


def make(folder: Path, kind: str = "whole", size: str = "small") -> None:
    """`kind`: whole; spoilt: weights that are no numbers; endless: its sentence leads back to its
    beginning."""
    folder.mkdir(parents=True, exist_ok=True)
    write_model(folder, write_tokenizer(folder), kind, SIZES[size])
    settings = {"feature_size": SIZES[size].mels, "sampling_rate": 16_000, "hop_length": 160}
    settings |= {"chunk_length": 30, "n_fft": 400}
    (folder / "preprocessor_config.json").write_text(json.dumps(settings), encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]), *sys.argv[2:])
