"""The MMS-TTS worker: clauses of many calls through one VITS at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import VitsModel, VitsTokenizer

from pipelines.engines.tts.neural.worker.faults import MissingVoiceError
from pipelines.engines.tts.neural.worker.model import ClauseWish
from pipelines.engines.tts.neural.worker.on_torch import TorchModel, as_numpy
from pipelines.engines.tts.neural.worker.serving import serve
from pipelines.engines.tts.neural.worker.whole import loaded_whole

SLOWEST, FASTEST = 0.4, 2.5


class MmsVoice(TorchModel):
    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__(options)
        folder = Path(str(options["weights"]))
        self._model = loaded_whole(VitsModel, folder, dtype=self.dtype)
        self._model.to(self.device).eval()
        self._tokenizer = VitsTokenizer.from_pretrained(folder, local_files_only=True)
        for name in ("noise_scale", "noise_scale_duration"):
            if options.get(name) is not None:
                setattr(self._model, name, float(options[name]))
        self._roman: Any = None
        if self._tokenizer.is_uroman:
            import uroman  # its tables take a second to read

            self._roman = uroman.Uroman()
            self._tokenizer.is_uroman = False  # it would read them for each text
        self.rate = int(self._model.config.sampling_rate)
        self.language = str(options.get("language") or "en")
        self.together = int(options.get("at_once") or 1)
        letters = "".join(each for each in self._tokenizer.encoder if len(each) == 1 and each.isalpha())
        self.warm_up = (letters[:8], " ".join([letters[:5]] * 8))

    def check(self, voice: str, language: str) -> None:
        if voice:
            raise MissingVoiceError(f"mms-tts has one voice only, and none named {voice!r}")
        ours, theirs = (each.lower().partition("-")[0] for each in (self.language, language))
        if ours != theirs:
            raise MissingVoiceError(f"these weights speak {self.language}, not {language}")

    def speak_together(self, wishes: Sequence[ClauseWish]) -> Sequence[Any]:
        self.seeded()
        said = [self._tokenizer(self._written(wish.text)).input_ids for wish in wishes]
        # What has no letter of the language is only blanks; the guards tell of its silence.
        spoken = [at for at, ids in enumerate(said) if len(ids) > 1]
        made: list[Any] = [torch.zeros(0).numpy()] * len(wishes)
        if not spoken:
            return made
        longest = max(len(said[at]) for at in spoken)
        ids = torch.zeros(len(spoken), longest, dtype=torch.long)
        mask = torch.zeros(len(spoken), longest, dtype=torch.long)
        for row, at in enumerate(spoken):
            ids[row, : len(said[at])] = torch.tensor(said[at])
            mask[row, : len(said[at])] = 1
        speeds = [min(max(wishes[at].rate, SLOWEST), FASTEST) for at in spoken]
        rates = torch.tensor(speeds, device=self.device, dtype=self.dtype).view(-1, 1, 1)
        with torch.inference_mode():
            output = self._model(
                input_ids=ids.to(self.device),
                attention_mask=mask.to(self.device),
                speaking_rate=rates * self._model.config.speaking_rate,
            )
        waves = as_numpy(output.waveform)
        lengths = [int(length) for length in output.sequence_lengths]
        for row, at in enumerate(spoken):
            made[at] = waves[row, : lengths[row]]
        return made

    def _written(self, text: str) -> str:
        """In the script that the model was trained on."""
        plain = unicodedata.normalize("NFC", text)
        return str(self._roman.romanize_string(plain)) if self._roman is not None else plain


def main() -> None:
    serve(MmsVoice)
