"""Dates and times as numbers, checked against Python's own calendar where that reaches."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from helpdesk_lite.forms.calendar import DAY, READ, WRITE, day_of, days_of


@given(st.dates())
def test_days_are_pythons(day: date) -> None:
    days = (day - date(1970, 1, 1)).days
    assert days_of(day.year, day.month, day.day) == days
    assert day_of(days) == (day.year, day.month, day.day)


@given(st.dates(min_value=date(2, 1, 1), max_value=date(9998, 1, 1)))
def test_weeks_are_iso_8601s(day: date) -> None:
    year, week, weekday = day.isocalendar()
    monday = day - timedelta(days=weekday - 1)
    assert READ["week"](f"{year:04}-W{week:02}") == (monday - date(1970, 1, 1)).days * DAY


@given(st.datetimes(min_value=datetime(1000, 1, 1)))
def test_moments_are_pythons(moment: datetime) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    number = READ["datetime-local"](moment.isoformat(timespec="milliseconds"))
    assert number == (moment.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@given(st.sampled_from(sorted(WRITE)), st.integers(0, 200_000))
def test_what_is_written_reads_as_the_same_number(kind: str, count: int) -> None:
    unit = {"date": DAY, "week": 7 * DAY, "month": 1, "time": 400, "datetime-local": 61_001}[kind]
    start = -3 * DAY if kind == "week" else 0
    number = start + count * unit
    assert READ[kind](WRITE[kind](number)) == number
