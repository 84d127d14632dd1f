"""Chinese (Mandarin), simplified; traditional where the tag says so or the region writes it."""

from __future__ import annotations

from pipelines.spoken.numerals import spelled
from pipelines.spoken.tongue import Amount, Currency, Tongue

TRADITIONAL = frozenset({"TW", "HK", "MO"})
MEASURES = frozenset(
    "个個位张張本件天次块塊元点點小年人周週倍种種家条條辆輛间間杯份瓶斤公米分页頁门門场場岁歲只隻双雙"
)
"""Before these two is 两."""
_HANT = str.maketrans("两点万亿负号时钟个块欧镑卢终线数", "兩點萬億負號時鐘個塊歐鎊盧終線數")


class Chinese(Tongue):
    language = "zh"
    joined = True
    year_first = True
    digit_words = tuple("零一二三四五六七八九")
    point = "点"
    minus = "负"
    plus = "加"
    percent = "百分之"
    to = "到"
    money_and = ""
    number_sign = "第"
    signs = {
        "&": "和", "+": "加", "=": "等于", "@": "艾特", "×": "乘以", "÷": "除以", "€": "欧元",
        "$": "美元", "£": "英镑",
        "¥": "元", "°": "度", "≈": "约", "−": "负", "≤": "至多", "≥": "至少",
    }  # fmt: skip
    address_signs = {
        ".": "点", "@": "艾特", "-": "横杠", "_": "下划线", "/": "斜杠", "+": "加号", "&": "和",
        "#": "井号", ":": "冒号",
        "=": "等号", "%": "百分号",
    }  # fmt: skip
    currencies = {
        "CNY": Currency("元", "元"),
        "USD": Currency("美元", "美元"),
        "EUR": Currency("欧元", "欧元"),
        "GBP": Currency("英镑", "英镑"),
        "JPY": Currency("日元", "日元"),
        "INR": Currency("卢比", "卢比"),
        "HKD": Currency("港元", "港元"),
        "TWD": Currency("元", "元"),
        "CHF": Currency("瑞士法郎", "瑞士法郎"),
    }
    magnitudes = {"万": "万", "亿": "亿", "千": "千", "百万": "百万"}

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.traditional = self.region in TRADITIONAL or "hant" in tag
        self.one = "一" if self.traditional else "幺"
        if self.region == "TW":
            self.dollars = "TWD"

    def finish(self, said: str) -> str:
        return said.translate(_HANT) if self.traditional else said

    def cardinal(self, n: int, noun: str = "") -> str:
        if n >= 10**12:
            return self.digits(str(n))
        words = super().cardinal(n, noun)
        return "两" if words == "二" and noun[:1] in MEASURES and noun else words

    def tidy(self, words: str, noun: str) -> str:
        words = words.replace("〇", "零")
        for scale in "百千万亿":
            words = words.replace(f"二{scale}", f"两{scale}").replace(f"十两{scale}", f"十二{scale}")
        return words

    @property
    def pause(self) -> str:
        return "，"

    def amount(self, number: Amount, noun: str = "") -> str:
        """Two is 两 before what is counted, and in no decimal."""
        return super().amount(number, noun)

    def per_cent(self, number: Amount, word: str) -> str:
        positive = Amount(number.whole, number.fraction)
        return f"{self.minus if number.negative else ''}{self.percent}{self.amount(positive)}"

    def fraction(self, top: int, bottom: int) -> str:
        return f"{self.cardinal(bottom)}分之{self.cardinal(top)}" if top < bottom else ""

    def mixed(self, whole: int, part: str) -> str:
        return f"{self.cardinal(whole)}又{part}"

    def year(self, n: int) -> str:
        return self.digits(str(n))

    def money(self, number: Amount, code: str) -> str:
        """'20.50 元' is twenty point five."""
        return super().money(Amount(number.whole, number.fraction.rstrip("0"), number.negative), code)

    def counted(self, n: int, noun: str) -> str:
        return f"{self.cardinal(n, '元')}{noun}"

    def phone_group(self, group: str) -> str:
        return self.digits(group).replace("一", self.one)

    def date(self, year: int | None, month: int, day: int, before: str = "") -> str:
        said = f"{self.cardinal(month)}月{self.cardinal(day)}日"
        return f"{self.year(year)}年{said}" if year is not None else said

    def ordinal(self, n: int, mark: str = "", before: str = "", noun: str = "") -> str:
        return spelled(n, "zh", "spellout-ordinal")

    def clock(self, hour: int, minute: int, half: str = "", *, oclock: bool = False) -> str:
        part = ""
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
            part = _part_of_day(hour)
            hour = hour % 12 or 12
        said = f"{part}{self.cardinal(hour, '点')}点"
        return f"{said}{'零' if minute < 10 else ''}{self.cardinal(minute)}分" if minute else said


def _part_of_day(hour: int) -> str:
    if hour < 6:
        return "凌晨"
    return "上午" if hour < 12 else "中午" if hour == 12 else "下午" if hour < 18 else "晚上"
