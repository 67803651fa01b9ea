"""Dates, months, weeks and times as HTML writes them, and as numbers that can be compared and stepped.

Guarantee: exactly the valid strings of HTML 2.3.5 are read, in the years a browser knows (1 to 275760); reading
what was written gives the same number. Numbers are milliseconds since 1970 (months: whole months; times: since
midnight), no zones.
"""

from __future__ import annotations

import re

DAY = 86_400_000
_LAST_DAY = 100_000_000  # ECMAScript's last day, 275760-09-13, counted from 1970-01-01
_YEAR = r"([0-9]{4,6})"
_DATE = re.compile(rf"{_YEAR}-([0-9]{{2}})-([0-9]{{2}})")
_MONTH = re.compile(rf"{_YEAR}-([0-9]{{2}})")
_WEEK = re.compile(rf"{_YEAR}-W([0-9]{{2}})")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,3}))?)?")
_LAST_MONTH = (275760 - 1970) * 12 + 8


def days_of(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01 to this day of the proleptic Gregorian calendar."""
    year -= month <= 2
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719_468


def day_of(days: int) -> tuple[int, int, int]:
    """Year, month and day of the day that is `days` after 1970-01-01."""
    era, day_of_era = divmod(days + 719_468, 146_097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_index = (5 * day_of_year + 2) // 153
    month = month_index + (3 if month_index < 10 else -9)
    return year_of_era + era * 400 + (month <= 2), month, day_of_year - (153 * month_index + 2) // 5 + 1


def read_date(text: str) -> int | None:
    """The number of a valid date string; None if it is none."""
    found = _DATE.fullmatch(text)
    if not found:
        return None
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    if year < 1 or not 1 <= month <= 12 or not 1 <= day <= 31:
        return None
    days = days_of(year, month, day)
    return days * DAY if day_of(days) == (year, month, day) and days <= _LAST_DAY else None


def read_month(text: str) -> int | None:
    """The number, in months, of a valid month string; None if it is none."""
    found = _MONTH.fullmatch(text)
    if not found or int(found[1]) < 1 or not 1 <= int(found[2]) <= 12:
        return None
    months = (int(found[1]) - 1970) * 12 + int(found[2]) - 1
    return months if months <= _LAST_MONTH else None


def read_week(text: str) -> int | None:
    """The number of the Monday of a valid week string (ISO 8601 weeks); None if it is none."""
    found = _WEEK.fullmatch(text)
    if not found or int(found[1]) < 1 or int(found[2]) < 1:
        return None
    year, week = int(found[1]), int(found[2])
    monday = _first_monday(year) + (week - 1) * 7
    return monday * DAY if monday < _first_monday(year + 1) and monday <= _LAST_DAY else None


def read_time(text: str) -> int | None:
    """The number of a valid time string; None if it is none."""
    found = _TIME.fullmatch(text)
    if not found:
        return None
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return ((hour * 60 + minute) * 60 + second) * 1000 + int((found[4] or "").ljust(3, "0"))


def read_moment(text: str) -> int | None:
    """The number of a valid local date and time string (a space may stand for the T); None if it is none."""
    date_text, _, time_text = text.replace(" ", "T", 1).partition("T")
    date, time = read_date(date_text), read_time(time_text)
    if date is None or time is None or date + time > _LAST_DAY * DAY:
        return None
    return date + time


def _first_monday(year: int) -> int:
    """The Monday of week 1, in days: the week that holds January 4."""
    january_4 = days_of(year, 1, 4)
    return january_4 - (january_4 + 3) % 7


def write_date(number: int) -> str:
    """The date string of a number."""
    year, month, day = day_of(number // DAY)
    return f"{year:04}-{month:02}-{day:02}"


def write_month(number: int) -> str:
    """The month string of a number of months."""
    return f"{1970 + number // 12:04}-{number % 12 + 1:02}"


def write_week(number: int) -> str:
    """The week string of the week in which the number lies."""
    days = number // DAY
    year = day_of(days - (days + 3) % 7 + 3)[0]  # the year that its Thursday is in
    return f"{year:04}-W{(days - _first_monday(year)) // 7 + 1:02}"


def write_time(number: int) -> str:
    """The shortest time string of a number."""
    seconds, thousandths = divmod(number % DAY, 1000)
    minutes, second = divmod(seconds, 60)
    text = f"{minutes // 60:02}:{minutes % 60:02}"
    if thousandths:
        return text + f":{second:02}." + f"{thousandths:03}".rstrip("0")
    return text + (f":{second:02}" if second else "")


def write_moment(number: int) -> str:
    """The normalised local date and time string of a number."""
    return f"{write_date(number)}T{write_time(number)}"


READ = {"date": read_date, "month": read_month, "week": read_week, "time": read_time, "datetime-local": read_moment}
WRITE = {
    "date": write_date,
    "month": write_month,
    "week": write_week,
    "time": write_time,
    "datetime-local": write_moment,
}
