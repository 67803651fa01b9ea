"""The benchmark's table says what was measured, and whether it is as it must be."""

from __future__ import annotations

from tests.bench.table import ITSELF, PERL, Part, Row, at_least, at_most, missed


def test_a_row_stands_beside_the_floor_and_the_perl_desk() -> None:
    row = Row("GET /login", 15.0, "ms", 10.0, 60.0, (at_most(3), at_most(0.5, PERL)))

    assert str(Part("CGI", [row])).splitlines() == [
        "| CGI | floor | Perl | ours | ours / floor | ours / Perl | must be |  |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- | --- |",
        "| GET /login | 10.0 ms | 60.0 ms | 15.0 ms | 1.50 | 0.25 | ≤ 3 floor, ≤ 0.5 Perl | yes |",
    ]


def test_columns_without_anything_in_them_are_left_out() -> None:
    part = Part("memory", [Row("claim", 41.0, "MB", bounds=(at_most(40, ITSELF),))], ["The whole process."])

    assert str(part).splitlines() == [
        "| memory | ours | must be |  |",
        "| --- | ---: | --- | --- |",
        "| claim | 41.0 MB | ≤ 40 | **no** |",
        "",
        "The whole process.",
    ]


def test_what_misses_a_bound_is_named() -> None:
    rows = [
        Row("slow", 9.0, "/s", 30.0, bounds=(at_least(1 / 3),)),
        Row("fast", 11.0, "/s", 30.0, bounds=(at_least(1 / 3),)),
    ]

    assert missed([Part("WSGI", rows)]) == ["WSGI: slow"]


def test_a_bound_to_a_perl_desk_that_is_not_there_is_not_missed() -> None:
    assert not missed([Part("CGI", [Row("queue", 99.0, "ms", 10.0, bounds=(at_most(0.9, PERL),))])])
