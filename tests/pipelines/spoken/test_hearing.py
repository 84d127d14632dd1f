"""What was heard, back in figures and letters."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.spoken.forms import spoken, tongue_of
from pipelines.spoken.hearing.written import KINDS, HeardKind, written
from pipelines.spoken.tongue import Tongue
from pipelines.spoken.tongues import TONGUES

NINE = sorted(TONGUES)

ROWS: list[tuple[str, HeardKind, str, str | None]] = [
    # English
    ("en", "number", "two hundred and five", "205"),
    ("en", "number", "a hundred", "100"),
    ("en", "number", "two thousand one hundred and five", "2105"),
    ("en", "number", "Twenty-one.", "21"),
    ("en", "number", "1,205", "1205"),
    ("en", "number", "5 thousand", "5000"),
    ("en", "number", "minus three point five", "-3.5"),
    ("en", "number", "two and a half", "2.5"),
    ("en", "number", "twelve apples", None),
    ("en", "number", "two three", None),
    ("en", "digits", "oh one double seven", "0177"),
    ("en", "digits", "triple five twenty one", "55521"),
    ("en", "digits", "one 77 eight", "1778"),
    ("en", "digits", "one two maybe", None),
    ("en", "letters", "b as in bravo x-ray", "BX"),
    ("en", "letters", "bee see dee", "BCD"),
    ("en", "letters", "m for mother, double u", "MW"),
    ("en", "letters", "p as in bravo", "B"),
    ("en", "code", "alpha b one two", "AB12"),
    ("en", "mail", "john dot smith at example dot com", "john.smith@example.com"),
    ("en", "mail", "J O H N at gmail dot com", "john@gmail.com"),
    ("en", "mail", "ann underscore two at mail dash box dot co dot uk", "ann_2@mail-box.co.uk"),
    ("en", "mail", "john at example", None),
    ("en", "phone", "plus one six five zero, two five three, double zero double zero", "+16502530000"),
    ("en", "phone", "oh two oh seven nine four six oh oh one eight", "02079460018"),
    ("en", "time", "half past two", "2:30"),
    ("en", "time", "half past two p m", "14:30"),
    ("en", "time", "quarter to nine", "8:45"),
    ("en", "time", "ten past five in the afternoon", "17:10"),
    ("en", "time", "five o'clock", "5:00"),
    ("en", "time", "two oh five", "2:05"),
    ("en", "time", "noon", "12:00"),
    ("en", "time", "at twelve a.m.", "0:00"),
    ("en", "time", "14:30", "14:30"),
    ("en", "time", "twenty five to", None),
    ("en", "date", "november twenty fourth twenty twenty six", "2026-11-24"),
    ("en", "date", "the third of may", "--05-03"),
    ("en", "date", "July 4th 1999", "1999-07-04"),
    ("en", "date", "may first nineteen oh five", "1905-05-01"),
    ("en", "date", "the fortieth of may", None),
    ("en", "money", "twenty dollars and fifty cents", "20.50 USD"),
    ("en", "money", "twenty dollars fifty", "20.50 USD"),
    ("en-GB", "money", "three pounds ninety-nine", "3.99 GBP"),
    # Spanish
    ("es", "number", "doscientos cinco", "205"),
    ("es", "number", "treinta y uno", "31"),
    ("es", "number", "dos mil ciento cinco", "2105"),
    ("es", "number", "tres coma cinco", "3.5"),
    ("es", "digits", "seis doble cero uno", "6001"),
    ("es", "letters", "b de Barcelona, hache", "BH"),
    ("es", "mail", "ana punto ruiz arroba ejemplo punto es", "ana.ruiz@ejemplo.es"),
    ("es", "time", "a las dos y media de la tarde", "14:30"),
    ("es", "time", "las nueve menos cuarto", "8:45"),
    ("es", "time", "las diez de la noche", "22:00"),
    ("es", "date", "el veinticuatro de noviembre de dos mil veintiséis", "2026-11-24"),
    ("es", "date", "primero de mayo", "--05-01"),
    ("es", "money", "veinte euros con cincuenta", "20.50 EUR"),
    # French
    ("fr", "number", "deux cent cinq", "205"),
    ("fr", "number", "quatre vingt dix neuf", "99"),
    ("fr", "number", "septante-cinq", "75"),
    ("fr", "number", "vingt et un", "21"),
    ("fr", "digits", "zéro six douze trente-quatre", "061234"),
    ("fr", "letters", "b comme Berthe, zède", "BZ"),
    ("fr", "mail", "jean tiret paul arobase exemple point fr", "jean-paul@exemple.fr"),
    ("fr", "time", "quatorze heures trente", "14:30"),
    ("fr", "time", "neuf heures et demie", "9:30"),
    ("fr", "time", "huit heures moins le quart", "7:45"),
    ("fr", "date", "le vingt-quatre novembre deux mille vingt-six", "2026-11-24"),
    ("fr", "date", "premier mai", "--05-01"),
    ("fr", "money", "vingt euros cinquante", "20.50 EUR"),
    # German
    ("de", "number", "zweihundertfünf", "205"),
    ("de", "number", "zweitausend einhundert und fünf", "2105"),
    ("de", "number", "einundzwanzig", "21"),
    ("de", "number", "hundertzwanzig", "120"),
    ("de", "number", "drei Komma fünf", "3.5"),
    ("de", "digits", "null eins doppel sieben einundzwanzig", "017721"),
    ("de", "letters", "B wie Berta, Cäsar", "BC"),
    ("de", "mail", "max Punkt muster ät beispiel Punkt de", "max.muster@beispiel.de"),
    ("de", "time", "halb drei", "2:30"),
    ("de", "time", "fünf vor halb acht", "7:25"),
    ("de", "time", "zehn nach halb eins", "12:40"),
    ("de", "date", "am dritten vierten", "--04-03"),
    ("de", "date", "dritter vierter neunzehnhundertachtzig", "1980-04-03"),
    ("de", "date", "dritter vierzigster", None),
    ("pt", "time", "meio-dia", "12:00"),
    ("de", "time", "Viertel vor neun", "8:45"),
    ("de", "time", "um vierzehn Uhr dreißig", "14:30"),
    ("de", "time", "drei Uhr nachmittags", "15:00"),
    ("de", "date", "am vierundzwanzigsten November zweitausendsechsundzwanzig", "2026-11-24"),
    ("de", "date", "dritter Mai neunzehnhundertvierundachtzig", "1984-05-03"),
    ("de", "money", "zwanzig Euro fünfzig", "20.50 EUR"),
    # Portuguese
    ("pt", "number", "duzentos e cinco", "205"),
    ("pt", "number", "dois mil cento e cinco", "2105"),
    ("pt", "digits", "nove meia um", "961"),
    ("pt", "letters", "b de Braga, agá", "BH"),
    ("pt", "mail", "ana ponto silva arroba exemplo ponto com ponto br", "ana.silva@exemplo.com.br"),
    ("pt", "time", "às duas e meia da tarde", "14:30"),
    ("pt", "time", "quinze para as nove", "8:45"),
    ("pt", "date", "vinte e quatro de novembro de dois mil e vinte e seis", "2026-11-24"),
    ("pt", "money", "vinte reais e cinquenta centavos", "20.50 BRL"),
    # Italian
    ("it", "number", "duecentocinque", "205"),
    ("it", "number", "duemilacentocinque", "2105"),
    ("it", "digits", "tre doppio quattro zero", "3440"),
    ("it", "letters", "b come Bologna, acca", "BH"),
    ("it", "mail", "anna punto rossi chiocciola esempio punto it", "anna.rossi@esempio.it"),
    ("it", "time", "alle due e mezza di pomeriggio", "14:30"),
    ("it", "time", "le nove meno un quarto", "8:45"),
    ("it", "date", "ventiquattro novembre duemilaventisei", "2026-11-24"),
    ("it", "money", "venti euro e cinquanta", "20.50 EUR"),
    # Hindi
    ("hi", "number", "दो सौ पांच", "205"),
    ("hi", "number", "पच्चीस हजार", "25000"),
    ("hi", "number", "ढाई", "2.5"),
    ("hi", "digits", "नौ आठ डबल सात", "9877"),
    ("hi", "letters", "ए बी", "AB"),
    ("hi", "time", "साढ़े नौ बजे", "9:30"),
    ("hi", "time", "दोपहर दो बजकर तीस मिनट", "14:30"),
    ("hi", "time", "रात नौ बजे", "21:00"),
    ("hi", "date", "चौबीस नवंबर दो हज़ार छब्बीस", "2026-11-24"),
    ("hi", "money", "बीस रुपये पचास पैसे", "20.50 INR"),
    # Japanese
    ("ja", "number", "二百五", "205"),
    ("ja", "number", "二千百五", "2105"),
    ("ja", "number", "3万5千", "35000"),
    ("ja", "digits", "ゼロキュウゼロ いち に さん", "090123"),
    ("ja", "letters", "エー ビー", "AB"),
    ("ja", "time", "午後二時半", "14:30"),
    ("ja", "time", "9時5分", "9:05"),
    ("ja", "date", "2026年11月24日", "2026-11-24"),
    ("ja", "date", "五月三日", "--05-03"),
    ("ja", "money", "千二百円", "1200 JPY"),
    # Chinese
    ("zh", "number", "两百零五", "205"),
    ("zh", "number", "两千一百零五", "2105"),
    ("zh", "number", "一万二", "12000"),
    ("zh", "number", "三千五", "3500"),
    ("zh", "number", "两百五", "250"),
    ("zh", "number", "二十万五", "205000"),
    ("zh", "number", "一万零二", "10002"),
    ("zh", "number", "一百二十五", "125"),
    ("ja", "number", "百五", "105"),
    ("zh", "digits", "幺三八零零", "13800"),
    ("zh", "time", "下午两点半", "14:30"),
    ("zh", "time", "九点零五分", "9:05"),
    ("zh", "time", "上午九点一刻", "9:15"),
    ("zh", "date", "二零二六年十一月二十四号", "2026-11-24"),
    ("zh", "money", "二十元", "20 CNY"),
    # no language
    ("xx", "number", "two", None),
]


@pytest.mark.parametrize(("language", "kind", "heard", "figures"), ROWS)
def test_what_was_heard(language: str, kind: HeardKind, heard: str, figures: str | None) -> None:
    assert written(heard, language, kind) == figures


def tongue(language: str) -> Tongue:
    found = tongue_of(language)
    assert found is not None
    return found


@settings(max_examples=300)
@given(st.sampled_from(NINE), st.integers(-(10**11), 10**11))
@example("de", 1_927_759_626)
def test_a_number_that_is_said_is_heard_as_the_same(language: str, n: int) -> None:
    assert written(tongue(language).cardinal(n), language, "number") == str(n)


@pytest.mark.parametrize("language", NINE)
def test_every_small_number_is_heard_as_the_same(language: str) -> None:
    for n in range(1_200):
        assert written(tongue(language).cardinal(n), language, "number") == str(n)


@settings(max_examples=200)
@given(st.sampled_from(NINE), st.from_regex(r"\A[0-9]{1,12}\Z"))
def test_digits_that_are_said_are_heard_as_the_same(language: str, digits: str) -> None:
    assert written(tongue(language).digits(digits), language, "digits") == digits


@pytest.mark.parametrize("language", NINE)
def test_every_time_that_is_said_is_heard_as_the_same(language: str) -> None:
    for minute in range(24 * 60):
        clock = f"{minute // 60}:{minute % 60:02}"
        said = spoken(clock, language).spoken
        if language == "pt" and minute % 60 in (1, 2, 3) and minute // 60 == 20:
            continue  # "vinte e três" is 23 o'clock, too
        assert written(said, language, "time") == clock, said


@pytest.mark.parametrize("language", NINE)
def test_days_that_are_said_are_heard_as_the_same(language: str) -> None:
    for ahead in range(0, 40_000, 97):
        day = (date(1930, 1, 1) + timedelta(ahead)).isoformat()
        said = spoken(day, language).spoken
        assert written(said, language, "date") == day, said


@pytest.mark.parametrize("language", NINE)
@pytest.mark.parametrize("number", ["+16502530000", "+491712345678", "0612345678", "5551234"])
def test_phone_numbers_that_are_said_are_heard_as_the_same(language: str, number: str) -> None:
    assert written(spoken(number, language).spoken, language, "phone") == number


@pytest.mark.parametrize("language", NINE)
@pytest.mark.parametrize(
    "address", ["john.smith@example.com", "a-b_c@example.de", "ana22@mail.example.org", "x@y.com"]
)
def test_mail_addresses_that_are_said_are_heard_as_the_same(language: str, address: str) -> None:
    assert written(spoken(address, language).spoken, language, "mail") == address


@pytest.mark.parametrize("language", NINE)
@pytest.mark.parametrize("code", ["AB12", "X7K9", "BCD404", "QRS8"])
def test_codes_that_are_said_are_heard_as_the_same(language: str, code: str) -> None:
    assert written(spoken(code, language).spoken, language, "code") == code


@settings(max_examples=400)
@given(
    st.one_of(
        st.text(max_size=40),
        st.lists(
            st.sampled_from(
                "one two double at dot half past oh hundred thousand and b as in mil y de media heures halb "
                "e सौ बजे 二 十 万 点 时 年 月 日 1 22 . @ - 0".split()
            ),
            max_size=12,
        ).map(" ".join),
    ),
    st.sampled_from([*NINE, "xx"]),
    st.sampled_from(sorted(KINDS)),
)
def test_nothing_that_is_heard_raises(text: str, language: str, kind: HeardKind) -> None:
    assert written(text, language, kind) != ""


@pytest.mark.parametrize("text", ["1 de 2", "@ de \u0663 a", "dot como _ dot"])
def test_what_links_nothing_to_a_letter_comes_to_an_end(text: str) -> None:
    for language in NINE:
        assert written(text, language, "mail") is None


@pytest.mark.parametrize("language", NINE)
@pytest.mark.parametrize(
    "word", ["one ", "hundred", "thousand ", "half past ", "a at ", "二", "b as in ", "1"]
)
def test_a_long_text_is_nothing(language: str, word: str) -> None:
    for kind in sorted(KINDS):
        assert written(word * 100_000, language, kind) is None  # type: ignore[arg-type]
