"""Japanese. Numbers are written in kanji, which voices read with the counter behind them; digits one by one
in katakana, as on the telephone."""

from __future__ import annotations

from pipelines.spoken.tongue import Amount, Currency, Tongue

_LETTERS = (
    "エー ビー シー ディー イー エフ ジー エイチ アイ ジェー ケー エル エム エヌ オー ピー キュー アール "
    "エス ティー ユー ブイ "
    "ダブリュー エックス ワイ ゼット"
).split()
KANJI = "〇一二三四五六七八九"


class Japanese(Tongue):
    language = "ja"
    joined = True
    year_first = True
    digit_words = tuple("ゼロ イチ ニ サン ヨン ゴ ロク ナナ ハチ キュウ".split())
    point = "点"
    minus = "マイナス"
    plus = "プラス"
    percent = "パーセント"
    to = "から"
    money_and = ""
    number_sign = "ナンバー"
    letters = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", _LETTERS, strict=True))
    signs = {
        "&": "アンド", "+": "プラス", "=": "イコール", "@": "アットマーク", "×": "かける", "÷": "わる",
        "€": "ユーロ",
        "$": "ドル", "£": "ポンド", "¥": "円", "%": "パーセント", "℃": "度", "°": "度", "≈": "約",
        "−": "マイナス",
    }  # fmt: skip
    address_signs = {
        ".": "ドット", "@": "アットマーク", "-": "ハイフン", "_": "アンダーバー", "/": "スラッシュ",
        "+": "プラス",
        "&": "アンド", "#": "シャープ", ":": "コロン", "=": "イコール", "%": "パーセント",
    }  # fmt: skip
    currencies = {
        "JPY": Currency("円", "円"),
        "USD": Currency("ドル", "ドル", "セント", "セント"),
        "EUR": Currency("ユーロ", "ユーロ", "セント", "セント"),
        "GBP": Currency("ポンド", "ポンド", "ペンス", "ペンス"),
        "CNY": Currency("元", "元"),
        "INR": Currency("ルピー", "ルピー"),
        "KRW": Currency("ウォン", "ウォン"),
        "CHF": Currency("スイスフラン", "スイスフラン"),
    }
    magnitudes = {"万": "万", "億": "億", "千": "千"}

    def tidy(self, words: str, noun: str) -> str:
        return "ゼロ" if words == "〇" else words

    @property
    def pause(self) -> str:
        return "、"

    def digits(self, text: str) -> str:
        return " ".join(self.digit_words[int(c)] for c in text)

    def amount(self, number: Amount, noun: str = "") -> str:
        if not number.fraction:
            return super().amount(number, noun)
        behind = "".join(KANJI[int(c)] for c in number.fraction).replace("〇", "ゼロ")
        whole = self.cardinal(int(number.whole or "0"))
        return f"{self.minus if number.negative else ''}{whole}{self.point}{behind}"

    def fraction(self, top: int, bottom: int) -> str:
        return f"{self.cardinal(bottom)}分の{self.cardinal(top)}" if top < bottom else ""

    def mixed(self, whole: int, part: str) -> str:
        return f"{self.cardinal(whole)}と{part}"

    def phone(self, groups: list[str], plus: bool) -> str:
        said = "、".join(self.digits(group) for group in groups)
        return f"{self.plus} {said}" if plus else said

    def date(self, year: int | None, month: int, day: int, before: str = "") -> str:
        said = f"{self.cardinal(month)}月{self.cardinal(day)}日"
        return f"{self.year(year)}年{said}" if year is not None else said

    def clock(self, hour: int, minute: int, half: str = "", *, oclock: bool = False) -> str:
        part = {"a": "午前", "p": "午後"}.get(half, "")
        hour = hour % 12 if half else hour
        said = f"{part}{self.cardinal(hour)}時"
        return f"{said}{self.cardinal(minute)}分" if minute else said
