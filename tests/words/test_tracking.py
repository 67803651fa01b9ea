"""The tracking number: said on the telephone, typed with slips, sorted by arrival."""

from hypothesis import given
from hypothesis import strategies as st

from helpdesk_lite.words import tracking

moments = st.floats(tracking.EPOCH, tracking.EPOCH + 60 * 365 * 86_400)
numbers = st.builds(tracking.new_number, moments, st.integers(0, 2**64))


@given(numbers)
def test_a_number_is_one(number):
    assert tracking.is_number(number)


@given(moments, st.integers(0, 2**64))
def test_a_number_tells_when_its_ticket_arrived(moment, chance):
    assert 0 <= moment - tracking.arrived_at(tracking.new_number(moment, chance)) <= 1


@given(numbers)
def test_a_number_is_easy_to_say(number):
    assert not set("0O1ILAU") & set(number)
    assert [len(group) for group in number.split("-")] == [4, 4, 4]


@given(numbers)
def test_a_number_is_read_however_it_is_typed(number):
    assert tracking.read_number(f" {number.lower().replace('-', ' ')} ") == number
    for pasted in (f"[{number}]", f"#{number}.", number.replace("-", "\u2013"), number.replace("-", "\u2011")):
        assert tracking.read_number(pasted) == number


@given(numbers, st.data())
def test_a_wrong_character_is_noticed(number, data):
    place = data.draw(st.sampled_from([index for index in range(14) if number[index] != "-"]))
    wrong = data.draw(st.sampled_from([character for character in tracking.ALPHABET if character != number[place]]))
    assert tracking.read_number(number[:place] + wrong + number[place + 1 :]) is None


@given(numbers, st.data())
def test_two_swapped_characters_are_noticed(number, data):
    plain = list(number.replace("-", ""))
    first, second = data.draw(st.lists(st.integers(0, 11), min_size=2, max_size=2, unique=True))
    swapped = plain.copy()
    swapped[first], swapped[second] = plain[second], plain[first]
    if swapped != plain:
        assert tracking.read_number("".join(swapped)) is None


@given(moments, st.integers(0, 2**64), st.integers(0, 2**64))
def test_numbers_sort_by_arrival(moment, first, second):
    assert tracking.new_number(moment, first) < tracking.new_number(moment + 0.01, second)


@given(st.text())
def test_other_text_is_no_number(text):
    found = tracking.read_number(text)
    assert found is None or tracking.is_number(found)
