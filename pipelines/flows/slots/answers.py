"""How people agree, refuse and cancel, and how keys are offered to them, by language. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.languages.tags import base_of


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """One language's. Of words: lower case, without punctuation."""

    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    cancel: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    """What may stand before an answer, beside hesitations."""
    yes_or_no: str = ""
    """As `Phrases.yes_no_keys`."""
    confirm: str = ""
    """How the keys are offered at a read-back; empty: nothing is known of this language."""
    confirm_cancel: str = ""
    """... that can be cancelled, too."""
    press: str = ""
    """One key: with {key} and {what}."""
    said: str = ""
    """Where no key stands for an answer: with {what}."""
    either: str = ""
    """Before the last of several."""
    number: str = ""
    """How a number is keyed."""
    counted: str = ""
    """How a number of {what} is."""
    digits: str = ""
    """With {many}."""
    letters: str = ""
    day: str = ""
    """A day of the next nine."""
    date: str = ""
    """Month and day; with {example}."""
    full_date: str = ""
    """... and the year."""
    time: str = ""
    minutes: str = ""
    money: str = ""
    phone: str = ""
    unkeyed: str = ""
    """Where no keys help: with {what}, what is asked for."""


YES = ("yes", "yeah", "yes please", "correct", "that's right", "that's correct", "right")
"""In answer to whether something was heard rightly."""
NO = ("no", "that's wrong", "wrong", "that's not right")
AGREED = ("yes", "yeah", "yes please", "yep", "correct", "that's right", "that's correct", "okay")
"""... to a read-back."""
REFUSED = ("no", "nope", "no change it", "change it", "that's wrong", "wrong")
CANCELLED = ("cancel", "cancel it", "no cancel it", "never mind")
ENGLISH = AnswerWords(
    yes=(*YES, "yep", "okay", "sure", "yes that's right", "yes it is", "of course", "that is right"),
    no=(*NO, "nope", "no thanks", "no thank you", "not really", "that is wrong"),
    cancel=CANCELLED,
    yes_or_no="Press one for yes, or two for no.",
    confirm="Press one if it is right, or two to change it.",
    confirm_cancel="Press one if it is right, two to change it, three to cancel.",
    press="Press {key} for {what}.",
    said="Please say: {what}.",
    either="or",
    number="Please key in the number, then hash.",
    counted="Key in the number of {what}, then hash.",
    digits="Please key in the {many} digits, then hash.",
    letters="For each letter please press its key, and then its place on that key: for B, two and two. "
    "Then hash.",
    day="Press one for today, two for tomorrow, three for the day after, and so on.",
    date="Key in month and day with two digits each: for the third of January, zero one zero three.",
    full_date="Key in month and day with two digits each, and the year with four: for the third of January "
    "two thousand, zero one zero three two zero zero zero.",
    time="Key in the time with four digits, for example one four three zero.",
    minutes="Key in the minutes, then hash.",
    money="Key in the amount with its cents, without a point: for twelve fifty, one two five zero. Then "
    "hash.",
    phone="Please key in the number, then hash.",
    unkeyed="Please say it once more, slowly.",
)
ANSWERS: Mapping[str, AnswerWords] = {
    "en": ENGLISH,
    "de": AnswerWords(
        yes=("ja", "ja bitte", "ja genau", "genau", "richtig", "das stimmt", "stimmt", "jawohl", "gern",
             "gerne", "okay", "korrekt", "das ist richtig", "ja das stimmt"),
        no=("nein", "nee", "nein danke", "falsch", "das ist falsch", "stimmt nicht", "das stimmt nicht",
            "nicht richtig", "ändern"),
        cancel=("abbrechen", "stornieren", "nein abbrechen", "vergessen sie es", "bitte abbrechen"),
        lead=("ich", "möchte", "hätte", "gern", "gerne", "bitte", "das", "ist", "es", "der", "die", "dem",
              "den", "am", "um", "in", "im", "für", "nach", "zum", "zur", "also", "wir", "sind", "mein",
              "meine"),
        yes_or_no="Drücken Sie eins für ja oder zwei für nein.",
        confirm="Drücken Sie eins, wenn alles stimmt, oder zwei zum Ändern.",
        confirm_cancel="Drücken Sie eins, wenn alles stimmt, zwei zum Ändern, drei zum Abbrechen.",
        press="Drücken Sie {key} für {what}.",
        said="Bitte sagen Sie: {what}.",
        either="oder",
        number="Bitte geben Sie die Zahl ein und dann Raute.",
        counted="Bitte geben Sie die Anzahl ({what}) ein und dann Raute.",
        digits="Bitte geben Sie die {many} Ziffern ein und dann Raute.",
        letters="Drücken Sie für jeden Buchstaben seine Taste und dann seinen Platz darauf: für B zwei und "
        "zwei. Dann Raute.",
        day="Drücken Sie eins für heute, zwei für morgen, drei für übermorgen und so weiter.",
        date="Bitte geben Sie Tag und Monat mit je zwei Ziffern ein: für den dritten Januar null drei null "
        "eins.",
        full_date="Bitte geben Sie Tag und Monat mit je zwei Ziffern ein und das Jahr mit vier: für den "
        "dritten Januar zweitausend null drei null eins zwei null null null.",
        time="Bitte geben Sie die Uhrzeit mit vier Ziffern ein, zum Beispiel eins vier drei null.",
        minutes="Bitte geben Sie die Minuten ein und dann Raute.",
        money="Bitte geben Sie den Betrag mit Cent und ohne Komma ein: für zwölf Euro fünfzig eins zwei fünf "
        "null. Dann Raute.",
        phone="Bitte geben Sie die Nummer ein und dann Raute.",
        unkeyed="Bitte sagen Sie es noch einmal, langsam.",
    ),
    "es": AnswerWords(
        yes=("sí", "si", "claro", "correcto", "eso es", "de acuerdo", "vale", "sí por favor"),
        no=("no", "no gracias", "está mal", "incorrecto"),
        cancel=("cancelar", "cancele", "cancélelo"),
        yes_or_no="Pulse uno para sí, o dos para no.",
        confirm="Pulse uno si es correcto, o dos para cambiarlo.",
        confirm_cancel="Pulse uno si es correcto, dos para cambiarlo, tres para cancelar.",
        press="Pulse {key} para {what}.",
        said="Por favor, diga: {what}.",
        either="o",
    ),
    "fr": AnswerWords(
        yes=("oui", "ouais", "oui s'il vous plaît", "d'accord", "c'est ça", "c'est juste", "exact",
             "bien sûr"),
        no=("non", "non merci", "c'est faux", "pas du tout", "ce n'est pas ça"),
        cancel=("annuler", "annulez", "laissez tomber"),
        yes_or_no="Appuyez sur un pour oui, ou sur deux pour non.",
        confirm="Appuyez sur un si c'est juste, ou sur deux pour changer.",
        confirm_cancel="Appuyez sur un si c'est juste, sur deux pour changer, sur trois pour annuler.",
        press="Appuyez sur {key} pour {what}.",
        said="Dites s'il vous plaît : {what}.",
        either="ou",
    ),
    "it": AnswerWords(
        yes=("sì", "si", "certo", "esatto", "giusto", "va bene", "corretto"),
        no=("no", "no grazie", "sbagliato", "non è giusto"),
        cancel=("annulla", "annullare", "lasci stare"),
    ),
    "pt": AnswerWords(
        yes=("sim", "claro", "certo", "correto", "isso", "está certo"),
        no=("não", "não obrigado", "não obrigada", "errado", "está errado"),
        cancel=("cancelar", "cancela", "cancele"),
    ),
    "hi": AnswerWords(
        yes=("हाँ", "हां", "जी हाँ", "जी", "सही", "ठीक है"),
        no=("नहीं", "जी नहीं", "गलत"),
        cancel=("रद्द करें",),
    ),
    "ja": AnswerWords(
        yes=("はい", "ええ", "そうです", "はいそうです", "お願いします", "大丈夫です"),
        no=("いいえ", "違います", "いや", "ちがいます"),
        cancel=("キャンセル", "やめます"),
    ),
    "zh": AnswerWords(
        yes=("是", "是的", "对", "对的", "好", "好的", "没错", "可以"),
        no=("不", "不是", "不对", "不要", "错了", "不用"),
        cancel=("取消",),
    ),
}  # fmt: skip
"""By ISO 639. A field that is empty has no words there."""


def answer_words(language: str) -> AnswerWords:
    """Of a BCP 47 tag."""
    return ANSWERS.get(base_of(language), AnswerWords())
