"""The languages of Whisper by BCP 47, and what it calls them. Pure."""

from __future__ import annotations

LANGUAGES = tuple(
    (
        "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no"
        " th ur hr bg lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq"
        " sw gl mr pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my"
        " bo fil mg as tt haw ln ha ba jv su yue"
    ).split()
)
"""All that large-v3 was trained on, the best known first; of the last third it knows little."""
_OWN = {"fil": "tl", "jv": "jw", "nb": "no", "iw": "he", "in": "id", "cmn": "zh", "arb": "ar", "pes": "fa"}
_BACK = {"tl": "fil", "jw": "jv"}


def whisper_code(tag: str) -> str:
    """What Whisper calls a language (BCP 47)."""
    language = tag.replace("_", "-").partition("-")[0].lower()
    return _OWN.get(language, language)


def as_tag(code: str, spoken: tuple[str, ...]) -> str:
    """Whisper's name as the call has it, where it is one of the call's languages."""
    for each in spoken:
        if whisper_code(each) == code:
            return each
    return _BACK.get(code, code)
