"""The words that `wording` takes for the same: numbers in words, units, days, months, spellings and set phrases."""

from fractions import Fraction

Words = tuple[str, ...]

SMALL = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
SMALL += ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ARTICLES = ("the", "our", "your", "their")

# By name: the unit that all of a kind are counted in, and how many of those one is.
UNITS: dict[str, tuple[str, Fraction]] = {}
for _kind, _factor, _names in (
    ("minute", Fraction(1, 60), "second seconds sec secs"),
    ("minute", Fraction(1), "minute minutes min mins"),
    ("minute", Fraction(60), "hour hours hr hrs h"),
    ("day", Fraction(1), "day days"),
    ("day", Fraction(7), "week weeks wk wks"),
    ("day", Fraction(14), "fortnight fortnights"),
    ("working day", Fraction(1), "workingday"),
    ("month", Fraction(1), "month months"),
    ("month", Fraction(12), "year years yr yrs"),
    ("mm", Fraction(1), "mm millimetre millimetres"),
    ("mm", Fraction(10), "cm cms centimetre centimetres"),
    ("mm", Fraction(1000), "m metre metres"),
    ("mm", Fraction(1_000_000), "km kilometre kilometres"),
    ("mile", Fraction(1), "mile miles"),
    ("inch", Fraction(1), "inch inches"),
    ("mg", Fraction(1), "mg milligram milligrams"),
    ("mg", Fraction(1000), "g gram grams gramme grammes"),
    ("mg", Fraction(1_000_000), "kg kgs kilo kilos kilogram kilograms kilogramme kilogrammes"),
    ("ml", Fraction(1), "ml millilitre millilitres"),
    ("ml", Fraction(1000), "l litre litres"),
    ("watt", Fraction(1), "w watt watts"),
    ("MB", Fraction(1), "mb megabyte megabytes"),
    ("MB", Fraction(1000), "gb gigabyte gigabytes"),
    ("°C", Fraction(1), "°c c °"),
    ("°F", Fraction(1), "°f f"),
    ("%", Fraction(1), "% percent"),
    ("£", Fraction(1), "£ gbp pound pounds"),
    ("£", Fraction(1, 100), "p pence penny"),
    ("€", Fraction(1), "€ eur euro euros"),
    ("$", Fraction(1), "$ usd dollar dollars"),
    ("psi", Fraction(1), "psi"),
    ("bar", Fraction(1), "bar bars"),
    ("time", Fraction(1), "time times"),
):
    UNITS |= dict.fromkeys(_names.split(), (_kind, _factor))
CURRENCIES = ("£", "€", "$", "gbp", "eur", "usd")

# As they are written, since "sun", "sat", "may" and "march" are words; the names keep their capitals.
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
WEEKDAYS = {form: day for day in _DAYS for form in (day, f"{day}s", day[:3], day.lower(), f"{day.lower()}s")}
WEEKDAYS |= {"Tues": "Tuesday", "Weds": "Wednesday", "Thur": "Thursday", "Thurs": "Thursday"}
_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October"]
_MONTHS += ["November", "December"]
MONTHS = {form: month for month in _MONTHS for form in (month, month[:3])} | {"Sept": "September"}
MONTHS |= {month.lower(): month for month in _MONTHS if month not in ("May", "March")}

SPELLINGS = {
    "meter": "metre",
    "meters": "metres",
    "centimeter": "centimetre",
    "centimeters": "centimetres",
    "millimeter": "millimetre",
    "millimeters": "millimetres",
    "kilometer": "kilometre",
    "kilometers": "kilometres",
    "liter": "litre",
    "liters": "litres",
    "milliliter": "millilitre",
    "milliliters": "millilitres",
    "check": "cheque",
    "checks": "cheques",
    "color": "colour",
    "colors": "colours",
    "center": "centre",
    "catalog": "catalogue",
    "gray": "grey",
    "program": "programme",
    "canceled": "cancelled",
    "canceling": "cancelling",
    "labeled": "labelled",
    "installment": "instalment",
    "installments": "instalments",
    "favorite": "favourite",
    "license": "licence",
    "organization": "organisation",
    "anemia": "anaemia",
    "anemic": "anaemic",
    "mold": "mould",
    "tire": "tyre",
    "tires": "tyres",
    "jewelry": "jewellery",
    "aluminum": "aluminium",
    "shipped": "dispatched",
    "despatched": "dispatched",
    "→": ">",
    "›": ">",
    "»": ">",
    "->": ">",
    "⟩": ">",
    "×": "x",
}

PHRASES: dict[Words, Words] = {}


def _name_numbers() -> dict[Words, Words]:
    """Every whole number up to 999 and the even thousands, in words; "a hundred", "four and a half"."""
    below: dict[int, Words] = {number: (word,) for number, word in enumerate(SMALL)}
    for tens, word in enumerate(TENS, start=2):
        below[10 * tens] = (word,)
        below |= {10 * tens + ones: (word, SMALL[ones]) for ones in range(1, 10)}
    named: dict[Words, Words] = {words: (str(number),) for number, words in below.items()}
    for many in range(1, 20):
        for start in ((SMALL[many],), *([("a",)] if many == 1 else [])):
            named[(*start, "thousand")] = (str(1000 * many),)
            named[(*start, "hundred")] = (str(100 * many),)
            for rest, words in below.items():
                named[(*start, "hundred", *words)] = (str(100 * many + rest),)
                named[(*start, "hundred", "and", *words)] = (str(100 * many + rest),)
        named[(SMALL[many], "and", "a", "half")] = (f"{many}.5",)
    return named


PHRASES |= _name_numbers()
for _unit in ("minute", "hour", "day", "week", "fortnight", "month", "year", "mile"):
    PHRASES[("an" if _unit == "hour" else "a", _unit)] = ("1", _unit)
for _unit, _often in {"day": "daily", "week": "weekly", "month": "monthly", "year": "yearly"}.items():
    for _each in ("a", "per", "every", "each"):
        PHRASES[("once", _each, _unit)] = ("1", "time", _often)
        PHRASES[("twice", _each, _unit)] = ("2", "times", _often)
        PHRASES[("time", _each, _unit)] = ("time", _often)
        PHRASES[("times", _each, _unit)] = ("times", _often)
    PHRASES[("every", _unit)] = PHRASES[("each", _unit)] = ("1", "time", _often)
    for _after in (".", ",", ";", "!", "and", "or", "but", "with", "to"):  # and not "monthly instalments"
        PHRASES[(_often, _after)] = ("1", "time", _often, _after)
PHRASES |= {
    tuple(key.split()): tuple(words.split())
    for key, words in {
        "once": "1 time",
        "twice": "2 times",
        "half an hour": "30 minutes",
        "an hour and a half": "90 minutes",
        "half a year": "6 months",
        "a dozen": "12",
        "a business day": "1 workingday",
        "a working day": "1 workingday",
        "business day": "workingday",
        "business days": "workingday",
        "working day": "workingday",
        "working days": "workingday",
        "work day": "workingday",
        "work days": "workingday",
        "workday": "workingday",
        "workdays": "workingday",
        "per cent": "%",
        "° c": "°c",
        "degree celsius": "°c",
        "degrees celsius": "°c",
        "degrees centigrade": "°c",
        "degrees c": "°c",
        "degree c": "°c",
        "degrees fahrenheit": "°f",
        "degrees f": "°f",
        "degrees": "°c",
        "in the morning": "am",
        "o'clock in the morning": "am",
        "in the afternoon": "pm",
        "o'clock in the afternoon": "pm",
        "in the evening": "pm",
        "o'clock in the evening": "pm",
        "12 noon": "12 pm",
        "12 midday": "12 pm",
        "noon": "12 pm",
        "midday": "12 pm",
        "midnight": "12 am",
        "in advance": "ahead",
        "beforehand": "ahead",
        "the day before": "1 day ahead",
        "a day before": "1 day ahead",
        "next to": "beside",
        "following": "next",
        "e mail": "email",
        "e mails": "emails",
    }.items()
}
LONGEST = max(map(len, PHRASES))
