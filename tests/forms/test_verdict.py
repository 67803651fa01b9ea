"""What is accepted, what is refused, and in which words; test_chromium compares the verdicts with a browser's."""

from __future__ import annotations

import time

import pytest

from helpdesk_lite.forms.schema import Reading
from helpdesk_lite.forms.verdict import judge
from helpdesk_lite.words.errors import SubmissionRefused
from helpdesk_lite.words.form import Posted, Problem, Submission, Upload


def sent(html: str, *pairs: tuple[str, str], uploads: tuple[Upload, ...] = ()) -> Submission:
    """The submission when `pairs` are sent to a form with these controls."""
    return judge(Reading("test", f"<form method=post>{html}</form>").form, Posted(pairs, uploads))


def refused(html: str, *pairs: tuple[str, str], uploads: tuple[Upload, ...] = ()) -> list[Problem]:
    """The problems with them."""
    with pytest.raises(SubmissionRefused) as wrong:
        sent(html, *pairs, uploads=uploads)
    return wrong.value.problems  # type: ignore[no-any-return]


def message(html: str, *pairs: tuple[str, str], uploads: tuple[Upload, ...] = ()) -> str:
    """What the only problem says."""
    (problem,) = refused(html, *pairs, uploads=uploads)
    return problem.message % problem.values


def values(html: str, *pairs: tuple[str, str]) -> dict[str, tuple[str, ...]]:
    """The answers by field."""
    return {field.name: field.values for field in sent(html, *pairs).fields}


def upload(name: str, type: str = "application/octet-stream", field: str = "f") -> Upload:
    """A file that came with a submission."""
    return Upload(field, name, type, 3, "/nowhere")


class TestFields:
    def test_answers_come_in_the_order_of_the_page(self) -> None:
        assert list(values("<input name=a><input name=b>", ("b", "2"), ("a", "1"))) == ["a", "b"]

    def test_a_field_the_form_does_not_have_is_left_out(self) -> None:
        assert values("<input name=a>", ("a", "1"), ("b", "2")) == {"a": ("1",)}

    def test_a_disabled_field_is_not_one_of_the_form(self) -> None:
        assert values("<input name=a><input name=b disabled>", ("a", "1"), ("b", "2")) == {"a": ("1",)}

    def test_two_values_for_one_field_are_refused(self) -> None:
        assert message("<input name=a>", ("a", "1"), ("a", "2")) == "Give one answer only."

    def test_two_controls_of_one_name_take_a_value_each(self) -> None:
        assert values("<input name=a><input name=a>", ("a", "1"), ("a", "2")) == {"a": ("1", "2")}

    def test_each_field_has_at_most_one_problem_in_the_order_of_the_page(self) -> None:
        problems = refused("<input name=b required><input name=a type=email required>", ("a", "x"))
        assert [problem.field for problem in problems] == ["b", "a"]

    def test_novalidate_does_not_matter(self) -> None:
        form = Reading("test", "<form method=post novalidate><input name=a required></form>").form
        with pytest.raises(SubmissionRefused):
            judge(form, Posted())


class TestText:
    def test_a_required_field_may_not_be_missing(self) -> None:
        assert message("<input name=a required>") == "Fill in this field."

    def test_line_breaks_leave_a_single_line(self) -> None:
        assert values("<input name=a>", ("a", "x\r\ny")) == {"a": ("xy",)}

    def test_a_textareas_line_breaks_are_one_character_each(self) -> None:
        assert values("<textarea name=a maxlength=3></textarea>", ("a", "x\r\ny")) == {"a": ("x\ny",)}

    def test_lengths_count_utf_16_code_units(self) -> None:
        assert message("<input name=a maxlength=3>", ("a", "😀😀")) == "Write at most 3 characters; these are 4."

    def test_a_pattern_has_to_match_as_a_whole(self) -> None:
        assert message("<input name=a pattern=[0-9]{3}>", ("a", "1234")) == "Please use the format this field asks for."

    def test_a_patterns_title_explains_it(self) -> None:
        html = '<input name=a pattern="[0-9]{3}" title="three digits">'
        assert message(html, ("a", "12")) == "Please use the format asked for: three digits"

    def test_a_pattern_that_does_not_compile_is_ignored_and_noted(self) -> None:
        notes: list[str] = []
        form = Reading("test", "<form method=post><input name=a pattern='(['></form>").form
        judge(form, Posted((("a", "1"),)), notes.append)
        assert notes == ["pattern ignored field='a' reason='unreadable'"]


class TestTypes:
    def test_an_address_needs_both_its_parts(self) -> None:
        assert message("<input name=a type=email>", ("a", "jane@")) == "Write an address like name@example.org."

    def test_several_addresses_are_tidied(self) -> None:
        html = "<input name=a type=email multiple>"
        assert values(html, ("a", " a@b.c , d@e.f ")) == {"a": ("a@b.c,d@e.f",)}

    def test_a_web_address_needs_its_scheme(self) -> None:
        assert "https://example.org" in message("<input name=a type=url>", ("a", "example.org"))

    def test_what_no_browser_sends_for_a_number_is_refused(self) -> None:
        assert message("<input name=a type=number>", ("a", "abc")) == "Write a number, like 42 or 3.5."

    def test_a_number_off_the_step_hears_its_neighbours(self) -> None:
        html = "<input name=a type=number min=1 step=0.5>"
        assert message(html, ("a", "2.2")) == "The nearest values that fit are 2 and 2.5."

    def test_a_date_too_early_hears_the_first(self) -> None:
        html = "<input name=a type=date min=2026-01-01>"
        assert message(html, ("a", "2025-12-31")) == "It must be 2026-01-01 or later."

    def test_a_time_range_may_span_midnight(self) -> None:
        html = "<input name=a type=time min=21:00 max=05:00>"
        assert values(html, ("a", "23:30")) == {"a": ("23:30",)}
        assert message(html, ("a", "12:00")) == "Choose a time from 21:00 to 05:00."

    def test_a_local_moment_is_normalised(self) -> None:
        html = "<input name=a type=datetime-local>"
        assert values(html, ("a", "2026-11-21 10:00:00")) == {"a": ("2026-11-21T10:00",)}

    def test_a_range_does_not_leave_its_ends(self) -> None:
        assert message("<input name=a type=range max=10>", ("a", "11")) == "It can be 10 at most."


class TestChoices:
    SELECT = '<select name=a required><option value="">Choose<option>x<option disabled>y</select>'

    def test_an_option_that_is_not_there_is_refused(self) -> None:
        assert message(self.SELECT, ("a", "z")) == "Choose from what the form offers."

    def test_a_disabled_option_is_not_offered(self) -> None:
        assert message(self.SELECT, ("a", "y")) == "Choose from what the form offers."

    def test_the_placeholder_is_no_answer(self) -> None:
        assert message(self.SELECT, ("a", "")) == "Choose one from the list."

    def test_only_multiple_selects_take_several(self) -> None:
        options = "<option>x<option>y</select>"
        assert message("<select name=a>" + options, ("a", "x"), ("a", "y")) == "Give one answer only."
        assert values("<select name=a multiple>" + options, ("a", "x"), ("a", "y")) == {"a": ("x", "y")}

    def test_a_flood_of_one_answer_is_refused_in_no_time(self) -> None:
        began = time.monotonic()
        html = "<select name=a multiple><option>x<option>y</select><input type=checkbox name=b>"
        assert len(refused(html, *[("a", "x")] * 200_000, *[("b", "on")] * 200_000)) == 2
        assert time.monotonic() - began < 2

    def test_one_radio_button_of_a_required_group_is_chosen(self) -> None:
        html = "<input type=radio name=a value=x required><input type=radio name=a value=y>"
        assert message(html) == "Choose one of these."
        assert message(html, ("a", "x"), ("a", "y")) == "Give one answer only."
        assert values(html, ("a", "y")) == {"a": ("y",)}

    def test_checkboxes_of_one_name_come_in_the_order_of_the_page(self) -> None:
        html = "<input type=checkbox name=a value=x><input type=checkbox name=a value=y>"
        assert values(html, ("a", "y"), ("a", "x")) == {"a": ("x", "y")}

    def test_a_required_checkbox_has_to_be_ticked(self) -> None:
        assert message("<input type=checkbox name=a required>") == "Tick this box to go on."

    def test_a_button_sends_its_own_value_only(self) -> None:
        assert values("<button name=go value=1>", ("go", "1")) == {"go": ("1",)}
        assert message("<button name=go value=1>", ("go", "2")) == "Choose from what the form offers."


class TestUploads:
    def test_a_required_file_has_to_come(self) -> None:
        assert message("<input type=file name=f required>") == "Choose a file."

    def test_the_files_names_are_the_answer(self) -> None:
        submission = sent("<input type=file name=f multiple>", uploads=(upload("a.txt"), upload("b.txt")))
        assert submission.fields[0].values == ("a.txt", "b.txt")
        assert len(submission.uploads) == 2

    def test_two_fields_of_one_name_take_a_file_each(self) -> None:
        html = "<input type=file name=f required><input type=file name=f required accept=.txt>"
        assert len(sent(html, uploads=(upload("a.pdf"), upload("b.txt"))).uploads) == 2
        assert message(html, uploads=(upload("a.txt"), upload("b.pdf"))).startswith("b.pdf is not one of")
        (problem,) = refused(html, uploads=(upload("a.txt"),))
        assert (problem.message, problem.control) == ("Choose a file.", 1)

    def test_one_file_is_enough_without_multiple(self) -> None:
        assert message("<input type=file name=f>", uploads=(upload("a"), upload("b"))) == "Choose one file only."

    @pytest.mark.parametrize(
        ("accept", "name", "type", "fits"),
        [
            (".pdf", "A.PDF", "", True),
            (".pdf", "a.txt", "application/pdf", False),
            ("application/pdf", "a", "application/pdf; x=y", True),
            ("image/*", "a.png", "application/octet-stream", True),
            ("image/*", "a.txt", "text/plain", False),
            ("", "a.exe", "", True),
            ("nonsense", "a.exe", "", True),
        ],
    )
    def test_accept_is_kept(self, accept: str, name: str, type: str, fits: bool) -> None:
        html = f'<input type=file name=f accept="{accept}">'
        if fits:
            assert sent(html, uploads=(upload(name, type),)).uploads
        else:
            assert message(html, uploads=(upload(name, type),)).startswith(f"{name} is not one of the files asked for")

    def test_a_page_without_multipart_sends_only_the_name(self) -> None:
        assert "arrived" in message("<input type=file name=f>", ("f", "report.pdf"))

    def test_a_file_for_another_kind_of_field_is_refused(self) -> None:
        assert message("<input name=f>", ("f", ""), uploads=(upload("a"),)) == "Choose from what the form offers."

    def test_a_file_for_no_field_is_left_out(self) -> None:
        assert sent("<input name=a>", ("a", ""), uploads=(upload("a", field="zz"),)).uploads == ()
