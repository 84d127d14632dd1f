"""pocketsphinx decoders inside a worker process: grammars, the general model, the phone loop, cepstral means.

Must run in a worker only: decoding holds the GIL, and making a decoder takes from 0.05 s (grammar, 10 MB
with the phone loop beside it) to 0.5 s (general model, 100 MB).
"""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.engines.grammars.jsgf import JsgfGrammar
from pipelines.engines.stt.pocketsphinx.lexicon import Lexicon
from pipelines.engines.stt.pocketsphinx.network import network
from pipelines.engines.stt.pocketsphinx.rival import RivalSearch
from pipelines.engines.stt.pocketsphinx.search import SILENCE, begin, model_files, new_decoder
from pipelines.engines.stt.pocketsphinx.utterance import LEAD_IN_MS, Ear

GRAMMARS_KEPT = 24
"""Compiled grammars per decoder (0.6 MB each); the one used longest ago goes first."""
LEAD_IN = bytes(2 * SAMPLES_PER_MS * LEAD_IN_MS)
DITHER = 8.0
"""RMS of the noise (-72 dBFS) laid under all audio. Without it the bands above 4 kHz of telephone audio hold
nothing but the residue of whichever filter made them, and the mean below would fit that filter alone."""

GENERAL_LIMITS: dict[str, Any] = {"maxhmmpf": 3000, "maxwpf": 20, "pl_window": 5}
"""Bounds on the search of the general model: half the work, the same words on the recordings."""

# Cepstral means, measured over the recordings of tests/load/stt_rejection.py. Without them the first second
# of a call is recognised against the mean of a studio microphone, which on the telephone is far off, and a
# decoder would carry one caller's mean into the next one's utterance.
TELEPHONE_MEAN = "54.4,22.4,-25.3,24.1,-14.1,-2.9,4.4,-11.9,9,-8.9,-1.5,1,-3.7"
WIDE_MEAN = "59.4,5.1,-2.9,4.5,-3.3,-2.9,-4.2,0.2,-1.2,-3,-2.2,-2,0.5"
_NOISE = np.random.default_rng(0).normal(0.0, DITHER, 16_381).round().astype(np.int32)
WIDE_ABOVE_DB = -47.0
"""Energy above 5 kHz against 200-3,400 Hz; the telephone has less than -60 dB, a microphone more than -46."""

TELLING_RMS = 80.0
"""Of audio (-52 dBFS) in which that can be told."""


def is_wide(pcm: bytes) -> bool:
    """Whether int16 16 kHz audio holds more than the telephone band. What is too quiet to tell counts as
    telephone: there the rounding to 16 bits alone has as much above 5 kHz as a microphone."""
    samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], np.int16).astype(np.float32)
    if samples.size < 512:
        return False
    blocks = samples[: samples.size // 512 * 512].reshape(-1, 512)
    energy = np.square(blocks).mean(axis=1)
    blocks = blocks[energy > max(0.03 * energy.max(), TELLING_RMS**2)]
    if blocks.size == 0:
        return False
    power = np.square(np.abs(np.fft.rfft(blocks * np.hanning(512).astype(np.float32)))).sum(axis=0)
    low = float(power[7:109].sum()) + 1.0
    return 10.0 * math.log10((float(power[161:].sum()) + 1.0) / low) > WIDE_ABOVE_DB


class _Pair:
    """A decoder for sentences and one for phones beside it."""

    def __init__(self, pronunciations: Mapping[str, str], lexicon: Lexicon | None) -> None:
        """`lexicon`: where the words of grammars are looked up; None for general speech."""
        files = model_files()
        if lexicon is None:
            options = {"lm": str(files["lm"]), "dict": str(files["dict"]), **GENERAL_LIMITS}
        else:
            # A grammar gains nothing from the lattice, and building that took up to a second after the end.
            options = {"bestpath": False, "silprob": SILENCE}
        self.words = new_decoder(pronunciations, **options)
        self._lexicon = lexicon
        self._known = {word.lower() for word in pronunciations}
        self.phones = new_decoder({}, allphone_ci=True)
        self.phones.add_allphone_file("phones", str(files["phones"]))
        self.phones.activate_search("phones")
        self._grammars: OrderedDict[str, None] = OrderedDict()
        self._both = True
        self.heard = bytearray()
        """What the decoders have heard of the utterance."""

    def use(self, name: str, jsgf: str, grammar: JsgfGrammar) -> None:
        """Listen with this grammar. Raises RuntimeError or ValueError when it cannot be compiled."""
        key = _key(name, jsgf)
        if key not in self._grammars:
            self._learn(grammar.words)
            net = network(grammar)
            self.words.add_fsg(key, self.words.create_fsg(key, 0, net.states - 1, list(net.arcs)))
            if len(self._grammars) >= GRAMMARS_KEPT:
                oldest, _ = self._grammars.popitem(last=False)
                self.words.remove_search(oldest)
        self._grammars[key] = None
        self._grammars.move_to_end(key)
        self.words.activate_search(key)

    def knows(self, name: str, jsgf: str) -> bool:
        """It is compiled already."""
        return _key(name, jsgf) in self._grammars

    def _learn(self, words: Iterable[str]) -> None:
        """Words that are nowhere are left for the compiler to complain of."""
        for word in {word.lower() for word in words} - self._known:
            self._known.add(word)
            for label, phones in self._lexicon.pronunciations(word) if self._lexicon is not None else ():
                self.words.add_word(label, phones, False)

    def start(self, mean: str, *, phones: bool = True) -> None:
        """`phones`: those are heard, too."""
        self._both = phones
        begin(self.words, mean)
        if phones:
            begin(self.phones, mean)
        self.heard = bytearray()
        self.hear(LEAD_IN)

    def hear(self, pcm: bytes) -> None:
        """int16 audio of any whole number of samples."""
        samples = np.frombuffer(pcm, np.int16).astype(np.int32)
        noise = np.resize(np.roll(_NOISE, -(len(self.heard) // 2 % _NOISE.size)), samples.size)
        self.repeat(np.clip(samples + noise, -32_768, 32_767).astype(np.int16).tobytes())

    def repeat(self, pcm: bytes) -> None:
        """The same of what was `heard` before: it has its noise."""
        self.heard += pcm
        self.words.process_raw(pcm, False, False)
        if self._both:
            self.phones.process_raw(pcm, False, False)

    def end(self) -> None:
        self.words.end_utt()
        if self._both:
            self.phones.end_utt()


def _key(name: str, jsgf: str) -> str:
    return f"{name}-{hashlib.sha256(jsgf.encode()).hexdigest()[:16]}"


class Decoders:
    """The pairs of one worker: up to `limit` for grammars and one for general speech, made when idle."""

    def __init__(self, limit: int, pronunciations: dict[str, str]) -> None:
        self._limit = max(1, limit)
        self._pronunciations = pronunciations
        self._lexicon = Lexicon(model_files()["dict"])
        self._made = 0
        self._idle: list[_Pair] = []
        self._general: list[_Pair] = []
        self._general_made = False
        self._rivals: RivalSearch | None = None
        self._parsed: OrderedDict[str, JsgfGrammar] = OrderedDict()
        self._choice: tuple[str, str] | None = None
        """Name and text of the newest grammar of which only the choice was asked, at once: all know it."""

    @property
    def wanting(self) -> bool:
        """There are decoders left to make."""
        return self._made < self._limit or not self._general_made or self._untaught is not None

    @property
    def _untaught(self) -> _Pair | None:
        """One that would have to compile the choice first."""
        if self._choice is None:
            return None
        return next((pair for pair in self._idle if not pair.knows(*self._choice)), None)

    def make_next(self) -> None:
        """Make one more pair, grammars first; the general model (100 MB, 0.5 s) after the first two."""
        self._rival_search()
        if self._made >= min(2, self._limit) and not self._general_made:
            self._general.append(_Pair(self._pronunciations, None))
            self._general_made = True
        elif self._made < self._limit:
            self._idle.append(_Pair(self._pronunciations, self._lexicon))
            self._made += 1
        elif self._choice is not None and (pair := self._untaught) is not None:
            pair.use(*self._choice, self._parse(self._choice[1]))

    def free(self, general: bool) -> bool:
        """Whether `listen` can be called now."""
        if general:
            return bool(self._general) or not self._general_made
        return bool(self._idle) or self._made < self._limit

    def listen(self, grammar: dict[str, Any] | None, first: bytes, noise_db: float | None = None) -> Ear:
        """Begin an utterance whose first audio is `first` (not yet decoded), on a line with such a noise
        floor (dBFS) where it is known.

        Raises ValueError, RuntimeError or GrammarError for a grammar that cannot be used.
        """
        mean = WIDE_MEAN if is_wide(first) else TELEPHONE_MEAN
        if grammar is None:
            if not self._general_made:
                self._general.append(_Pair(self._pronunciations, None))
                self._general_made = True
            return self._ear(self._general, None, mean, noise_db)
        parsed = self._parse(grammar["jsgf"])
        if not self._idle:
            self.make_next_grammar()
        self._idle[-1].use(grammar["name"], grammar["jsgf"], parsed)
        if grammar.get("choice"):
            self._choice = (grammar["name"], grammar["jsgf"])
        return self._ear(self._idle, parsed, mean, noise_db, choice=bool(grammar.get("choice")))

    def _ear(
        self,
        idle: list[_Pair],
        grammar: JsgfGrammar | None,
        mean: str,
        noise_db: float | None,
        *,
        choice: bool = False,
    ) -> Ear:
        pair = idle[-1]
        pair.start(mean, phones=not choice)
        idle.pop()
        return Ear(
            pair, grammar, mean, self._rival_search, lambda: idle.append(pair), noise_db, choice=choice
        )

    def _rival_search(self) -> RivalSearch:
        """One for all utterances (10 MB, 0.05 s), made with the first pair."""
        if self._rivals is None:
            self._rivals = RivalSearch(self._pronunciations, self._lexicon)
        return self._rivals

    def make_next_grammar(self) -> None:
        """Make a pair for grammars now."""
        self._idle.append(_Pair(self._pronunciations, self._lexicon))
        self._made += 1

    def _parse(self, jsgf: str) -> JsgfGrammar:
        parsed = self._parsed.get(jsgf)
        if parsed is None:
            parsed = self._parsed[jsgf] = JsgfGrammar(jsgf)
            if len(self._parsed) > GRAMMARS_KEPT:
                self._parsed.popitem(last=False)
        self._parsed.move_to_end(jsgf)
        return parsed
