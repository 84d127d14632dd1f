"""Hindi, with the letters and addresses that are said in English."""

from __future__ import annotations

from pipelines.spoken.numerals import spelled
from pipelines.spoken.tongue import Currency, Tongue

_LETTERS = "ए बी सी डी ई एफ़ जी एच आई जे के एल एम एन ओ पी क्यू आर एस टी यू वी डब्ल्यू एक्स वाई ज़ेड".split()


class Hindi(Tongue):
    language = "hi"
    digit_words = tuple("शून्य एक दो तीन चार पाँच छह सात आठ नौ".split())
    point = "दशमलव"
    minus = "माइनस"
    plus = "प्लस"
    percent = "प्रतिशत"
    to = "से"
    dollars = "USD"
    number_sign = "नंबर"
    letters = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", _LETTERS, strict=True))
    signs = {
        "&": "और", "+": "प्लस", "=": "बराबर", "@": "ऐट", "×": "गुणा", "÷": "भाग", "€": "यूरो", "$": "डॉलर",
        "£": "पाउंड", "₹": "रुपये", "%": "प्रतिशत", "°": "डिग्री", "≈": "लगभग", "−": "माइनस", "№": "नंबर",
    }  # fmt: skip
    address_signs = {
        ".": "डॉट", "@": "ऐट", "-": "डैश", "_": "अंडरस्कोर", "/": "स्लैश", "+": "प्लस", "&": "ऐंड", "#": "हैश",
        ":": "कोलन", "=": "इक्वल्स", "%": "परसेंट",
    }  # fmt: skip
    abbreviations = {
        "डॉ.": "डॉक्टर", "श्री.": "श्री", "प्रो.": "प्रोफ़ेसर", "कि.मी.": "किलोमीटर", "कि.ग्रा.": "किलोग्राम",
        "रु.": "रुपये", "किमी": "किलोमीटर", "किग्रा": "किलोग्राम", "नं.": "नंबर",
        "dr.": "डॉक्टर", "mr.": "मिस्टर", "mrs.": "मिसेज़", "no.": "नंबर",
    }  # fmt: skip
    before_digit = frozenset({"no."})
    currencies = {
        "INR": Currency("रुपया", "रुपये", "पैसा", "पैसे"),
        "USD": Currency("डॉलर", "डॉलर", "सेंट", "सेंट"),
        "EUR": Currency("यूरो", "यूरो", "सेंट", "सेंट"),
        "GBP": Currency("पाउंड", "पाउंड", "पेनी", "पेंस"),
        "JPY": Currency("येन", "येन"),
        "CNY": Currency("युआन", "युआन"),
    }
    magnitudes = {
        "हज़ार": "हज़ार",
        "हजार": "हज़ार",
        "लाख": "लाख",
        "करोड़": "करोड़",
        "lakh": "लाख",
        "crore": "करोड़",
    }
    fractions = {
        (1, 2): "आधा",
        (1, 4): "एक चौथाई",
        (3, 4): "तीन चौथाई",
        (1, 3): "एक तिहाई",
        (2, 3): "दो तिहाई",
    }

    def ordinal(self, n: int, mark: str = "", before: str = "", noun: str = "") -> str:
        feminine = mark.endswith("ी") or mark == "वीं"
        if n in (1, 2, 3, 4, 6):
            return spelled(n, "hi", f"spellout-ordinal-{'feminine' if feminine else 'masculine'}")
        return self.cardinal(n) + {"वीं": "वीं", "वें": "वें"}.get(mark, "वाँ")

    def year(self, n: int) -> str:
        """1984: उन्नीस सौ चौरासी."""
        if not 1100 <= n < 2000:
            return self.cardinal(n)
        said = f"{self.cardinal(n // 100)} सौ"
        return f"{said} {self.cardinal(n % 100)}" if n % 100 else said

    def mixed(self, whole: int, part: str) -> str:
        special = {1: "डेढ़", 2: "ढाई"}
        if part == "आधा":
            return special.get(whole, f"साढ़े {self.cardinal(whole)}")
        return f"{self.cardinal(whole)} सही {part}"

    def clock(self, hour: int, minute: int, half: str = "", *, oclock: bool = False) -> str:
        part = ""
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        if half or hour > 12 or hour == 0:
            part = _part_of_day(hour) + " "
            hour = hour % 12 or 12
        if oclock and minute in _QUARTERS:  # साढ़े पाँच बजे
            return f"{part}{_quarter(hour, minute, self)} बजे"
        said = f"{part}{self.cardinal(hour)}"
        return f"{said} बजकर {self.cardinal(minute)} मिनट" if minute else f"{said} बजे"


_QUARTERS = (15, 30, 45)


def _quarter(hour: int, minute: int, tongue: Hindi) -> str:
    if minute == 30:
        return tongue.mixed(hour, "आधा")
    if minute == 15:
        return "सवा" if hour == 1 else f"सवा {tongue.cardinal(hour)}"
    return "पौन" if hour == 12 else f"पौने {tongue.cardinal(hour + 1)}"


def _part_of_day(hour: int) -> str:
    if hour < 4:
        return "रात"
    return "सुबह" if hour < 12 else "दोपहर" if hour < 16 else "शाम" if hour < 20 else "रात"
