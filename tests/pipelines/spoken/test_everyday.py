"""What agents write on real calls, and what a native speaker would read out: codes, prices for each, sizes,
scores, days, versions, minus signs. Each row read by ear."""

from __future__ import annotations

import pytest

from pipelines.spoken.forms import spoken

ROWS = [
    # a minus is none of a range
    ("en", "from -5 to 12 °C", "from minus five to twelve degrees Celsius"),
    ("en", "9 am - 5 pm", "nine a m to five p m"),
    ("ja", "気温は-5℃", "気温は摂氏マイナス五度"),
    ("zh", "气温-5到12℃", "气温负五到十二摄氏度"),
    ("zh", "余额为-45.20元", "余额为负四十五点二元"),
    # codes, by the words before them
    ("en", "Your code is 482913.", "Your code is four eight two, nine one three."),
    ("en", "Your confirmation number is 4821", "Your confirmation number is four eight two one"),
    ("en", "the card ending in 4242", "the card ending in four two four two"),
    ("en", "dial 911", "dial nine one one"),
    ("en", "Call 911", "Call nine one one"),
    ("en", "we call 250 customers", "we call two hundred fifty customers"),
    ("en", "Washington, DC 20500", "Washington, DC two zero five zero zero"),
    ("de", "Hauptstr. 12a, 10115 Berlin", "Hauptstraße zwölf A, eins null eins eins fünf Berlin"),
    ("de", "Es sind 12000 Menschen", "Es sind zwölftausend Menschen"),
    ("en", "2x/day", "two times per day"),
    ("en", "in room 1204", "in room one thousand two hundred four"),
    ("de", "Der Code lautet 4821.", "Der Code lautet vier acht zwei eins."),
    ("de", "Ihre Kundennummer ist 482913.", "Ihre Kundennummer ist vier acht zwei, neun eins drei."),
    ("fr", "votre code est 4821", "votre code est quatre huit deux un"),
    ("es", "su código es 4821", "su código es cuatro ocho dos uno"),
    ("it", "il codice è 4821", "il codice è quattro otto due uno"),
    ("pt", "a senha é 4821", "a senha é quatro oito dois um"),
    ("hi", "आपका कोड 4821 है", "आपका कोड चार आठ दो एक है"),
    ("ja", "暗証番号は4821です", "暗証番号はヨン ハチ ニ イチです"),
    ("zh", "验证码是4821", "验证码是四八二幺"),
    (
        "en",
        "4242 4242 4242 4242",
        "four two four two, four two four two, four two four two, four two four two",
    ),
    (
        "de",
        "DE89 3704 0044 0532 0130 00",
        "D E acht neun, drei sieben null vier, null null vier vier, null fünf drei zwei, "
        "null eins drei null, null null",
    ),
    ("pt", "CPF 123.456.789-09", "CPF um dois três, quatro cinco seis, sete oito nove, zero nove"),
    ("fr", "le 06.12.34.56.78", "le zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit"),
    ("en", "650.253.0000", "six five zero, two five three, zero zero zero zero"),
    ("en", "exit 12A", "exit twelve A"),
    ("en", "230V and 16 A", "two hundred thirty volts and sixteen amperes"),
    # prices for each, how often, how large, how it stands
    ("en", "$1,000/month or $12/hr.", "one thousand dollars per month or twelve dollars per hour."),
    ("de", "12 €/Monat", "zwölf Euro pro Monat"),
    ("fr", "12 €/mois", "douze euros par mois"),
    ("es", "$1,000/mes", "mil dólares al mes"),
    ("it", "12 €/mese", "dodici euro al mese"),
    ("pt", "R$ 12/mês", "doze reais por mês"),
    ("ja", "990円/月", "九百九十円、毎月"),
    ("zh", "99元/月", "九十九元每月"),
    ("de", "2x täglich", "zweimal täglich"),
    ("pt", "2x ao dia", "duas vezes ao dia"),
    ("en", "3 x 4 m", "three by four meters"),
    ("en", "a 4x4 grid", "a four by four grid"),
    ("de", "Es steht 3:1.", "Es steht drei zu eins."),
    ("zh", "3:1", "三比一"),
    ("en", "Mon-Fri", "Monday to Friday"),
    ("de", "Mo-Fr", "Montag bis Freitag"),
    ("en", "Tue, Nov 24", "Tuesday, November twenty-fourth"),
    ("en", "I sat in the sun, and then", "I sat in the sun, and then"),
    ("ja", "千代田区1-2-3", "千代田区一の二の三"),
    # numbers as they are said there
    ("de", "Geboren 1999", "Geboren neunzehnhundertneunundneunzig"),
    ("de", "1.999 Euro", "eintausendneunhundertneunundneunzig Euro"),
    ("de", "Version 2.0.1", "Version zwei Punkt null Punkt eins"),
    ("de", "1 Mio. €", "eine Million Euro"),
    ("de", "die 3. Etage, 3. Etage", "die dritte Etage, dritte Etage"),
    ("de", "3,5 Mio. Menschen", "drei Komma fünf Millionen Menschen"),
    ("es", "1 millón de €", "un millón de euros"),
    ("fr", "1 M€", "un million d'euros"),
    ("it", "1 milione di €", "un milione di euro"),
    ("fr", "1,85 m", "un virgule quatre-vingt-cinq mètre"),
    ("es", "3,05", "tres coma cero cinco"),
    ("it", "al 2° piano", "al secondo piano"),
    ("it", "fuori ci sono 20° oggi", "fuori ci sono venti gradi oggi"),
    ("it", "nel XXI secolo", "nel ventunesimo secolo"),
    ("hi", "5:30 बजे", "साढ़े पाँच बजे"),
    ("hi", "1:30 बजे", "डेढ़ बजे"),
    ("hi", "7:45 बजे", "पौने आठ बजे"),
    # addresses between words without spaces
    ("ja", "a@example.co.jpに送る", "エー アットマーク example ドット co ドット ジェー ピーに送る"),
    ("zh", "请看www.example.cn。", "请看W W W 点 example 点 C N。"),
]


@pytest.mark.parametrize(("language", "written", "said"), ROWS)
def test_what_is_read_out(language: str, written: str, said: str) -> None:
    assert spoken(written, language).spoken == said
