"""What Whisper writes when nobody speaks: it was trained on subtitles, whose authors thank the audience and
name themselves over music and silence. Collected from public reports about its hallucinations.

People say some of them, too: they tell nothing unless something else says that nobody spoke. Pure.
"""

from __future__ import annotations

import re
import unicodedata

_PHRASES = """
thank you | thanks | thank you very much | thank you so much | thank you for watching | thanks for watching
thank you so much for watching | thanks for watching and i'll see you next time | please subscribe
please subscribe to my channel | like and subscribe | see you next time | see you in the next video
bye | bye bye | you | so | okay | the end | silence | music | applause | i'm sorry | oh | uh | hmm | mm
subtitles by the amara.org community | subtitles by | transcription by castingwords
sous-titres réalisés par la communauté d'amara.org | sous-titrage société radio-canada
sous-titrage st' 501 | merci | merci d'avoir regardé cette vidéo
untertitel der amara.org-community | untertitel im auftrag des zdf für funk 2017 | untertitelung des zdf 2020
vielen dank | vielen dank fürs zuschauen | bis zum nächsten mal | tschüss
subtítulos realizados por la comunidad de amara.org | subtítulos por la comunidad de amara.org
gracias | gracias por ver el video | suscríbete
legendas pela comunidade amara.org | obrigado | obrigado por assistir
sottotitoli creati dalla comunità amara.org | sottotitoli e revisione a cura di qtss | grazie
grazie per la visione | ondertiteld door de amara.org gemeenschap | ondertiteling tv gelderland
napisy stworzone przez społeczność amara.org | dziękuję | dziękuję za uwagę | dziękuję za oglądanie
undertexter från amara.org-gemenskapen | tack för att du tittade
продолжение следует | спасибо за просмотр | спасибо | дякую за перегляд
izlediğiniz için teşekkür ederim | altyazı m.k. | teşekkürler
اشتركوا في القناة | شكرا | شكرا للمشاهدة | תודה רבה
धन्यवाद | देखने के लिए धन्यवाद | सब्सक्राइब करें
ご視聴ありがとうございました | ありがとうございました | おやすみなさい
チャンネル登録お願いします
시청해주셔서 감사합니다 | 구독과 좋아요 부탁드립니다 | 감사합니다
谢谢观看 | 谢谢大家 | 谢谢 | 字幕由amara.org社区提供
"""


def _bare(text: str) -> str:
    kept = "".join(each if unicodedata.category(each)[0] in "LNM" else " " for each in text.casefold())
    return " ".join(unicodedata.normalize("NFKC", kept).split())


PHRASES = frozenset(_bare(each) for line in _PHRASES.strip().splitlines() for each in re.split(r"\|", line))


def is_silence_phrase(text: str) -> bool:
    """The text is one of them, or one of them several times over, or nothing that is said at all."""
    bare = _bare(text)
    if not bare or bare in PHRASES:
        return True
    words = bare.split()
    sizes = (size for size in range(1, len(words) // 2 + 1) if len(words) % size == 0)
    return any(
        words == words[:size] * (len(words) // size) and " ".join(words[:size]) in PHRASES for size in sizes
    )
