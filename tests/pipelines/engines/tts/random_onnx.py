"""Voices in ONNX with random weights, in folders as the hub has them: the inputs, outputs, voices and
descriptions of the real ones, and a graph in which each phoneme becomes a stretch of noise-like sound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

KOKORO_HOP = 1_200
"""Samples of a phoneme at 24 kHz: 50 ms."""
PIPER_HOP = 1_024
PIPER_SYMBOLS = 256
PHONEMES = {
    each: [at]
    for at, each in enumerate(
        "_^$ !'(),-.:;?abcdefhijklmnopqrstuvwxyzæçðøħŋœǀǁǂǃɐɑɒɓɔɕɖɗɘəɚɛɜɞɟɠɡɢɣɤɥɦɧɨɪɫɬɭɮɯ"
        "ɰɱɲɳɴɵɶɸɹɺɻɽɾʀʁʂʃʄʈʉʊʋʌʍʎʏʐʑʒʔʕʘʙʛʜʝʟʡʢ"
        "ʲˈˌːˑ˞βθχᵻⱱ\u0303\u0329\u032a\u032f\u0361"
    )
}
"""The ids that voices of eSpeak NG's phonemes have, nearly."""


def kokoro_folder(folder: Path, voices: tuple[str, ...] = ("af_heart", "bf_emma", "hf_alpha")) -> Path:
    """As onnx-community/Kokoro-82M-v1.0-ONNX."""
    random = np.random.default_rng(7)
    table = _table(random, 178, KOKORO_HOP)
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["gathered"]),
        *_shortened("gathered", "speed", KOKORO_HOP, divide=True),
        helper.make_node("ReduceMean", ["style", "one"], ["colour"], keepdims=1),
        helper.make_node("Add", ["flat", "colour"], ["coloured"]),
        helper.make_node("Tanh", ["coloured"], ["waveform"]),
    ]
    graph = helper.make_graph(
        nodes,
        "kokoro",
        [
            helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "n"]),
            helper.make_tensor_value_info("style", TensorProto.FLOAT, [1, 256]),
            helper.make_tensor_value_info("speed", TensorProto.FLOAT, [1]),
        ],
        [helper.make_tensor_value_info("waveform", TensorProto.FLOAT, [1, "samples"])],
        [table, *_constants(KOKORO_HOP)],
    )
    _save(graph, folder / "onnx" / "model.onnx")
    (folder / "voices").mkdir()
    for name in voices:
        styles = random.standard_normal((510, 1, 256)).astype(np.float32) * 0.01
        styles.tofile(folder / "voices" / f"{name}.bin")
    return folder


def piper_folder(folder: Path, *names: str, speakers: int = 1) -> Path:
    """As rhasspy/piper-voices; `names`: LANGUAGE_REGION-VOICE-QUALITY."""
    for name in names:
        code, voice, quality = name.split("-")
        random = np.random.default_rng(len(name))
        nodes = [
            helper.make_node("Gather", ["table", "input"], ["gathered"]),
            helper.make_node("Gather", ["scales", "one"], ["length_scale"]),
            *_shortened("gathered", "length_scale", PIPER_HOP, divide=False),
            helper.make_node("Tanh", ["flat"], ["said"]),
            helper.make_node("Unsqueeze", ["said", "one"], ["output"]),
        ]
        inputs = [
            helper.make_tensor_value_info("input", TensorProto.INT64, [1, "n"]),
            helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
            helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
        ]
        if speakers > 1:
            inputs.append(helper.make_tensor_value_info("sid", TensorProto.INT64, [1]))
        graph = helper.make_graph(
            nodes,
            "piper",
            inputs,
            [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, "samples"])],
            [_table(random, PIPER_SYMBOLS, PIPER_HOP), *_constants(PIPER_HOP)],
        )
        path = folder / code.split("_")[0] / code / voice / quality / f"{name}.onnx"
        _save(graph, path)
        path.with_name(path.name + ".json").write_text(json.dumps(_described(code, PHONEMES, speakers)))
    return folder


def _described(code: str, phonemes: dict[str, Any], speakers: int) -> dict[str, Any]:
    return {
        "audio": {"sample_rate": 22_050, "quality": "medium"},
        "espeak": {"voice": "en-us" if code.startswith("en") else code.split("_")[0]},
        "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_id_map": phonemes,
        "num_symbols": PIPER_SYMBOLS,
        "num_speakers": speakers,
        "speaker_id_map": {f"p{at}": at for at in range(speakers)} if speakers > 1 else {},
        "language": {"code": code, "family": code.split("_")[0]},
        "piper_version": "1.0.0",
    }


def _table(random: np.random.Generator, symbols: int, hop: int) -> Any:
    """A sound for each symbol: three harmonics of a pitch of its own, faded at its edges."""
    at = np.arange(hop) / hop
    pitch = random.integers(4, 20, (symbols, 1))
    waves = sum(np.sin(2 * np.pi * pitch * k * at + random.random((symbols, 1))) / k for k in (1, 2, 3))
    faded = 0.2 * np.asarray(waves) * np.minimum(1, np.minimum(at, 1 - at) * 8)
    return numpy_helper.from_array(faded.astype(np.float32), "table")


def _constants(hop: int) -> list[Any]:
    return [
        numpy_helper.from_array(np.array([1], np.int64), "one"),
        numpy_helper.from_array(np.array([0], np.int64), "zero"),
        numpy_helper.from_array(np.array([2], np.int64), "two"),
        numpy_helper.from_array(np.array([float(hop)], np.float32), "hop"),
        numpy_helper.from_array(np.array([1, -1], np.int64), "row"),
    ]


def _shortened(sounds: str, factor: str, hop: int, *, divide: bool) -> list[Any]:
    """[1, n, hop] -> `flat` [1, samples]: each sound cut (or not) to hop times or through the factor."""
    return [
        helper.make_node("Div" if divide else "Mul", ["hop", factor], ["length"]),
        helper.make_node("Cast", ["length"], ["end"], to=TensorProto.INT64),
        helper.make_node("Slice", [sounds, "zero", "end", "two"], ["cut"]),
        helper.make_node("Reshape", ["cut", "row"], ["flat"]),
    ]


def _save(graph: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
