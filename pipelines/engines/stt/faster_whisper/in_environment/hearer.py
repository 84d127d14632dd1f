"""Whisper on CTranslate2: many windows encoded and written down in one batch.

As faster-whisper's BatchedInferencePipeline does it, but for windows of different calls, each with its
language, hints and committed words before it.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import ctranslate2
import numpy as np
import numpy.typing as npt
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

from mediaserver.errors import EngineError
from pipelines.engines.stt.faster_whisper.languages import as_tag, whisper_code
from pipelines.engines.stt.faster_whisper.tokens import (
    SECONDS,
    TokenMarks,
    prefix_tokens,
    read_tokens,
    told_before,
)
from pipelines.engines.stt.rolling.hypothesis import Hypothesis, WindowWord
from pipelines.engines.stt.rolling.listening import WantedLook
from pipelines.engines.stt.rolling.window import WindowLook

FRAMES = SECONDS * 100
"""Of a spectrogram: 10 ms each."""
RANGE = 2.0
"""From a spectrogram's loudest to its floor (8 powers of ten, in its units)."""
MOST_TOKENS = 224
"""Of an answer; half of what the model can attend to."""
TOKENS, TOKENS_PER_S = 24, 24
"""New ones: scripts that are written byte by byte take 20 a second."""
WAIT_S = 0.005
FOREIGN, OURS = 0.8, 0.1
"""Another language than the call's is heard: at least so likely, and ours at most so."""


class WhisperHearer:
    """See pipelines.engines.stt.rolling.listening.Hearer. `limit_s`: of one batch; one that takes longer is
    given up. `prompt`: words of the operator's that callers may say. `languages`: BCP 47, as the call names
    them."""

    def __init__(self, model: WhisperModel, *, beam_size: int, limit_s: float, prompt: str) -> None:
        self._model, self._beam, self._limit_s, self._prompt = model, beam_size, limit_s, prompt
        self._whisper: Any = model.model
        self._tokenizers: dict[str, Tokenizer] = {}
        tokenizer = self._tokenizer("en")
        self._marks = TokenMarks(tokenizer.eot, tokenizer.timestamp_begin)
        self._known = {
            each
            for code in model.supported_languages
            if (each := str(code)) == whisper_code(each) or each == "jw"
        }
        vocabulary: dict[str, int] = model.hf_tokenizer.get_vocab(with_added_tokens=False)
        self._digits = [id for token, id in vocabulary.items() if any(each.isdigit() for each in token)]
        self._busy: list[Any] = []
        """Answers of a batch that was given up; nothing else can be computed until they are there."""

    def hear(
        self, wanted: Sequence[WantedLook], idle: Callable[[], None], computed: Callable[[int], None]
    ) -> list[Hypothesis]:
        """Raises EngineError and whatever CTranslate2 raises."""
        self._wait(self._busy, idle)
        self._busy = []
        groups: dict[tuple[int, bool, int], list[int]] = defaultdict(list)
        prompts = [self._before(each) for each in wanted]
        for at, each in enumerate(wanted):
            beam = self._beam if each.look.timed else 1
            groups[len(prompts[at]), each.spells, beam].append(at)
        found: dict[int, Hypothesis] = {}
        for (_, spells, beam), rows in groups.items():
            asked = [wanted[at] for at in rows]
            computed(len(asked))
            answers = self._batch(asked, [prompts[at] for at in rows], spells, beam, idle)
            found |= dict(zip(rows, answers, strict=True))
        return [found[at] for at in range(len(wanted))]

    def warm_up(self) -> None:
        """One second of noise through everything: what a device lacks is found out now. It may take its
        time."""
        limit_s, self._limit_s = self._limit_s, math.inf
        noise = np.random.default_rng(0).normal(0.0, 1000.0, 16_000).astype(np.int16)
        self.hear(
            [WantedLook(WindowLook(noise, (), "", True, True), ("en",), "", False)],
            lambda: None,
            lambda _: None,
        )
        self._limit_s = limit_s

    # -- inside ----------------------------------------------------------------------------------------

    def _batch(
        self,
        wanted: Sequence[WantedLook],
        before: Sequence[list[int]],
        spells: bool,
        beam: int,
        idle: Callable[[], None],
    ) -> list[Hypothesis]:
        features = np.stack([self._features(each.look.audio) for each in wanted])
        encoded = self._whisper.encode(ctranslate2.StorageView.from_array(features))
        idle()
        languages = self._languages(wanted, encoded)
        prompts, most = [], 0
        for each, prompt, (code, _, _) in zip(wanted, before, languages, strict=True):
            prefix = prefix_tokens(each.look.prefix, self._marks)
            prompts.append([*prompt, *self._tokenizer(code).sot_sequence, *prefix])
            new = TOKENS + TOKENS_PER_S * each.look.audio_ms // 1000
            most = max(most, len(prefix) + new)
        most = min(most, MOST_TOKENS)
        answers = self._whisper.generate(
            encoded,
            prompts,
            asynchronous=True,
            beam_size=beam,
            max_length=max(2 * most, most + len(before[0]) + 8),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=[-1, *self._digits] if spells else [-1],
        )
        self._wait(answers, idle)
        results = [answer.result() for answer in answers]
        found = []
        for each, result, language in zip(wanted, results, languages, strict=True):
            code, probability, foreign = language
            split = self._splitter(code)
            words, ends = read_tokens(result.sequences_ids[0], self._marks, split, each.look.audio_ms)
            found.append(
                Hypothesis(
                    tuple(words),
                    tuple(ends),
                    float(result.scores[0]),
                    float(result.no_speech_prob),
                    as_tag(code, each.languages) if len(each.languages) > 1 else "",
                    probability,
                    foreign,
                )
            )
        return self._timed(wanted, found, [code for code, _, _ in languages], encoded)

    def _features(self, audio: npt.NDArray[np.int16]) -> npt.NDArray[np.float32]:
        """The spectrogram of the audio and of silence behind it, [mels, 3000]."""
        samples = audio.astype(np.float32) / 32_768
        made = self._model.feature_extractor(samples, padding=max(160, 400 - len(samples)))[:, :FRAMES]
        floor = float(made.max()) - RANGE
        return np.pad(made, ((0, 0), (0, FRAMES - made.shape[1])), constant_values=floor).astype(np.float32)

    def _languages(self, wanted: Sequence[WantedLook], encoded: Any) -> list[tuple[str, float, bool]]:
        """For each: Whisper's code, how probable it is among the call's, and that it is none of them."""
        spoken = [
            [code for each in w.languages if (code := whisper_code(each)) in self._known] for w in wanted
        ]
        asked = any(len(codes) > 1 or w.look.timed for codes, w in zip(spoken, wanted, strict=True))
        if not self._whisper.is_multilingual or not asked:
            return [(codes[0] if codes else "en", 0.0, False) for codes in spoken]
        chosen = []
        for codes, heard in zip(spoken, self._whisper.detect_language(encoded), strict=True):
            odds = {token.strip("<|>"): float(probability) for token, probability in heard}
            ours = sum(odds.get(code, 0.0) for code in codes)
            best = max(codes, key=lambda code: odds.get(code, 0.0), default="en")
            top = max(odds.values(), default=0.0)
            probability = odds.get(best, 0.0) / ours if ours > 0 else 0.0
            chosen.append((best, probability, top >= FOREIGN and ours <= OURS))
        return chosen

    def _timed(
        self, wanted: Sequence[WantedLook], found: list[Hypothesis], codes: list[str], encoded: Any
    ) -> list[Hypothesis]:
        """Those for which times are wanted, with the times that the model's attention shows."""
        texts = [[token for word in each.words for token in word.tokens] for each in found]
        timed = [bool(w.look.timed and text) for w, text in zip(wanted, texts, strict=True)]
        frames = [max(2, min(FRAMES, each.look.audio_ms // 10)) for each in wanted]
        for code in {code for code, wants in zip(codes, timed, strict=True) if wants}:
            tokenizer = self._tokenizer(code)
            lines = [text or [tokenizer.encode(" ")[0]] for text in texts]
            aligned = self._whisper.align(encoded, tokenizer.sot_sequence, lines, frames)
            for at, each in enumerate(found):
                if timed[at] and codes[at] == code:
                    found[at] = _measured(each, aligned[at])
        return found

    def _before(self, wanted: WantedLook) -> list[int]:
        """What the model is told before the audio: words that may be expected, else what was said last."""
        tokenizer = self._tokenizer("en")
        texts = (f"{self._prompt} {wanted.hints}".strip(), wanted.look.before.strip())
        hints, said = (tokenizer.encode(" " + text) if text else [] for text in texts)
        told = told_before(hints, said)
        return [tokenizer.sot_prev, *told] if told else []

    def _tokenizer(self, code: str) -> Tokenizer:
        if code not in self._tokenizers:
            self._tokenizers[code] = Tokenizer(
                self._model.hf_tokenizer, self._whisper.is_multilingual, "transcribe", code
            )
        return self._tokenizers[code]

    def _splitter(self, code: str) -> Callable[[list[int]], list[tuple[str, list[int]]]]:
        tokenizer = self._tokenizer(code)

        def split(tokens: list[int]) -> list[tuple[str, list[int]]]:
            words, lists = tokenizer.split_to_word_tokens(tokens)
            return list(zip(words, lists, strict=True))

        return split

    def _wait(self, answers: Sequence[Any], idle: Callable[[], None]) -> None:
        end = time.monotonic() + self._limit_s
        while not all(answer.done() for answer in answers):
            if time.monotonic() > end:
                self._busy = list(answers)
                raise EngineError(
                    f"a look took more than {self._limit_s:g} s: the model is too large for this machine; set"
                    " engines.options.faster-whisper.model to a smaller one"
                )
            idle()
            time.sleep(WAIT_S)


def _measured(heard: Hypothesis, aligned: Any) -> Hypothesis:
    """With times and probabilities by the alignment: pairs of token and tick, and a probability per token."""
    starts: dict[int, int] = {}
    for token, tick in aligned.alignments:
        starts.setdefault(int(token), int(tick) * 20)
    last_ms = int(aligned.alignments[-1][1]) * 20 if aligned.alignments else 0
    words: list[WindowWord] = []
    at = 0
    for word in heard.words:
        behind = at + len(word.tokens)
        odds = [float(each) for each in aligned.text_token_probs[at:behind]]
        start_ms = starts.get(at, word.start_ms)
        end_ms = max(start_ms, starts.get(behind, last_ms))
        probability = sum(odds) / len(odds) if odds else None
        words.append(WindowWord(word.text, start_ms, end_ms, probability, word.tokens, word.opens))
        at = behind
    return Hypothesis(
        tuple(words),
        heard.ends,
        heard.log_probability,
        heard.no_speech,
        heard.language,
        heard.language_probability,
        heard.foreign,
        True,
    )
