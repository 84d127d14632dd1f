"""Units of measurement: how they are written, and what CLDR (babel) calls them in a language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

UNITS: Mapping[str, str] = {
    "km/h": "speed-kilometer-per-hour", "kmh": "speed-kilometer-per-hour",
    "kph": "speed-kilometer-per-hour",
    "mph": "speed-mile-per-hour", "m/s": "speed-meter-per-second",
    "km²": "area-square-kilometer", "km2": "area-square-kilometer",
    "m²": "area-square-meter", "m2": "area-square-meter", "sqm": "area-square-meter",
    "cm²": "area-square-centimeter", "cm2": "area-square-centimeter", "sqft": "area-square-foot",
    "m³": "volume-cubic-meter", "m3": "volume-cubic-meter",
    "cm³": "volume-cubic-centimeter", "cm3": "volume-cubic-centimeter", "ha": "area-hectare",
    "km": "length-kilometer", "cm": "length-centimeter", "mm": "length-millimeter", "m": "length-meter",
    "mi": "length-mile", "ft": "length-foot", "yd": "length-yard",
    "kg": "mass-kilogram", "g": "mass-gram", "mg": "mass-milligram", "lb": "mass-pound",
    "lbs": "mass-pound",
    "oz": "mass-ounce", "t": "mass-tonne",
    "l": "volume-liter", "L": "volume-liter", "ml": "volume-milliliter", "mL": "volume-milliliter",
    "cl": "volume-centiliter", "dl": "volume-deciliter",
    "°C": "temperature-celsius", "°F": "temperature-fahrenheit", "°": "angle-degree",
    "kB": "digital-kilobyte", "KB": "digital-kilobyte", "MB": "digital-megabyte", "GB": "digital-gigabyte",
    "TB": "digital-terabyte", "Go": "digital-gigabyte", "Mo": "digital-megabyte",
    "Mbit/s": "digital-megabit", "Gbit": "digital-gigabit",
    "Mbit": "digital-megabit",
    "Hz": "frequency-hertz", "kHz": "frequency-kilohertz", "MHz": "frequency-megahertz",
    "GHz": "frequency-gigahertz", "kWh": "energy-kilowatt-hour", "kW": "power-kilowatt",
    "MW": "power-megawatt", "W": "power-watt", "V": "electric-volt", "A": "electric-ampere",
    "ms": "duration-millisecond", "sec": "duration-second", "secs": "duration-second",
    "s": "duration-second",
    "min": "duration-minute", "mins": "duration-minute", "hrs": "duration-hour", "hr": "duration-hour",
    "h": "duration-hour", "kcal": "energy-kilocalorie", "kJ": "energy-kilojoule",
}  # fmt: skip
"""As they are written behind a number -> CLDR's name."""
PER_SECOND = frozenset({"Mbit/s"})

_ZH = {
    "speed-kilometer-per-hour": "公里每小时", "speed-mile-per-hour": "英里每小时",
    "speed-meter-per-second": "米每秒", "area-square-kilometer": "平方公里",
    "area-square-meter": "平方米", "area-square-centimeter": "平方厘米",
    "area-square-foot": "平方英尺", "volume-cubic-meter": "立方米",
    "volume-cubic-centimeter": "立方厘米", "area-hectare": "公顷", "length-kilometer": "公里",
    "length-centimeter": "厘米", "length-millimeter": "毫米", "length-meter": "米",
    "length-mile": "英里", "length-foot": "英尺", "length-yard": "码", "mass-kilogram": "公斤",
    "mass-gram": "克", "mass-milligram": "毫克", "mass-pound": "磅", "mass-ounce": "盎司",
    "mass-tonne": "吨", "volume-liter": "升", "volume-milliliter": "毫升", "volume-centiliter": "厘升",
    "volume-deciliter": "分升", "angle-degree": "度", "temperature-celsius": "摄氏度",
    "temperature-fahrenheit": "华氏度", "duration-second": "秒", "duration-minute": "分钟",
    "duration-hour": "小时", "duration-millisecond": "毫秒",
}  # fmt: skip
"""Chinese as babel's data leave it out, or as nobody says it."""

_LACKING = {
    ("ja", "duration-second"): "{0}秒", ("ja", "duration-minute"): "{0}分",
    ("ja", "duration-hour"): "{0}時間",
    ("ja", "angle-degree"): "{0}度", ("hi", "length-mile"): "{0} मील", ("hi", "mass-pound"): "{0} पाउंड",
    ("hi", "mass-ounce"): "{0} औंस",
}  # fmt: skip


@lru_cache(maxsize=2048)
def unit_pattern(unit: str, language: str, count: float) -> str:
    """'{0} kilometers' for so many; empty where CLDR has no words for it. `count` decides the plural."""
    if language == "zh":
        return "{0}" + _ZH[unit] if unit in _ZH else ""
    from babel.units import format_unit

    try:
        text = format_unit(count, unit, length="long", format="'{0}'", locale=language)
    except Exception:  # data of a language may lack it
        return _LACKING.get((language, unit), "")
    if "{0}" not in text or unit in text:
        return _LACKING.get((language, unit), "")
    return text.replace("\u00a0", " ").replace("\u202f", " ")
