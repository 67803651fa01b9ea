"""The command line: what it makes, shows and says, and its exit statuses."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.commands import make
from helpdesk_lite.root import Root
from helpdesk_lite.shelves.categories import Category
from helpdesk_lite.shelves.operators import Operator
from helpdesk_lite.words import times
from tests import examples
from tests.examples import ADMIN, BOB, INES, contact_form, submission
from tests.mail_desk import MailDesk

COMMAND = [sys.executable, "-m", "helpdesk_lite.cli"]


def run(*arguments, cwd=None, stdin="", **environ):
    """Status, standard output and standard error of one command."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "COLUMNS": "100", **environ},
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def root(tmp_path):
    """A desk made by `init`."""
    assert run("init", tmp_path / "desk")[0] == 0
    return tmp_path / "desk"


@pytest.fixture
def number(root):
    """A ticket in it."""
    return assemble.house(Root(str(root))).desk.submit(contact_form(), submission(), "192.0.2.1", "en")


def test_init_makes_a_desk_that_is_as_promised(root):
    assert sorted(os.listdir(root)) == ["cgi-bin", "data", "forms"]
    assert (root / "forms" / "contact.html").exists()
    assert run("--root", root, "verify") == (0, "Everything is as promised.\n", "")
    assert run("--root", root, "form", "check")[0] == 0


def test_init_in_an_empty_folder_needs_no_name(tmp_path):
    assert run("init", cwd=tmp_path)[0] == 0
    assert run("list", cwd=tmp_path) == (0, "", "")


def test_init_never_overwrites(root):
    kept = {}
    for path in ("forms/contact.html", "data/settings.toml", "cgi-bin/helpdesk.cgi", "data/secret"):
        (root / path).write_text("# mine\n")
        kept[path] = "# mine\n"
    (root / "forms" / "repair.html").unlink()
    run("init", root)
    assert {path: (root / path).read_text() for path in kept} == kept
    assert not (root / "forms" / "repair.html").exists()


def test_the_cgi_script_of_a_new_desk_runs_this_python(root):
    script = root / "cgi-bin" / "helpdesk.cgi"
    assert script.read_text().startswith(f"#!{sys.executable}\n")
    (root / "forms" / "mine.html").write_text("<textarea name=message></textarea>")
    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": "/forms/mine", "SERVER_NAME": "x", "HELPDESK_ROOT": ""}
    done = subprocess.run([str(script)], env=asked, capture_output=True, timeout=30, check=True)
    assert done.stdout.startswith(b"Status: 200 OK\r\n")
    assert done.stderr == b""


def test_a_python_that_no_first_line_can_name_runs_the_script_all_the_same(tmp_path):
    python, script = tmp_path / "it's a folder" / "python", tmp_path / "some.cgi"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    script.write_text(f"{make.first_line(str(python))}\nimport sys\nprint(sys.executable, *sys.argv[1:])\n")
    script.chmod(0o755)
    assert subprocess.run([script, "a b"], capture_output=True, text=True).stdout == f"{python} a b\n"


def test_operators_are_added_listed_and_removed(root):
    added = run("--root", root, "operator", "add", "ines", "--email", "ines@example.org", "--admin", "--password-stdin",
                stdin="a long password\n")  # fmt: skip
    assert added == (0, "ines <ines@example.org> can sign in now.\n", "")
    assert run("--root", root, "operator", "list") == (0, "ines\tines@example.org\tadministrator\tmail\n", "")
    assert run("--root", root, "operator", "passwd", "ines", "--password-stdin", stdin="another password\n")[0] == 0
    operators = assemble.house(Root(str(root))).operators
    assert operators.is_password(operators.find("ines"), "another password")
    assert run("--root", root, "operator", "remove", "ines")[0] == 0
    assert run("--root", root, "operator", "list") == (0, "", "")


@pytest.mark.parametrize(
    ("name", "email", "password", "said"),
    [
        ("Ines", "ines@example.org", "a long password", "one plain word"),
        ("ínes", "ines@example.org", "a long password", "one plain word"),
        ("../ines", "ines@example.org", "a long password", "one plain word"),
        ("ines", "nowhere", "a long password", "is not a mail address"),
        ("ines", "ines@example.org", "short", "at least 8 characters"),
        ("ines", "ines@example.org", "", "at least 8 characters"),
    ],
)
def test_an_operator_that_cannot_be_is_refused_with_the_reason(root, name, email, password, said):
    status, _, error = run(
        "--root", root, "operator", "add", name, "--email", email, "--password-stdin", stdin=f"{password}\n"
    )
    assert (status, said in error) == (1, True)
    assert run("--root", root, "operator", "list")[1] == ""


def test_a_name_is_given_once(root):
    command = ("--root", root, "operator", "add", "ines", "--email", "i@example.org", "--password-stdin")
    assert run(*command, stdin="a long password\n")[0] == 0
    assert run(*command, stdin="another password\n")[0] == 1


def test_tickets_are_listed_and_shown(root, number):
    assert run("--root", root, "list")[1].split()[0] == number
    assert "The printer is on fire" in run("--root", root, "show", number.lower().replace("-", ""))[1]
    assert run("--root", root, "list", "closed") == (0, "", "")


def test_json_is_what_scripts_rely_on(root, number):
    (listed,) = json.loads(run("--root", root, "list", "--json")[1])
    shown = json.loads(run("--root", root, "show", number, "--json")[1])
    assert listed == shown
    assert set(shown) == {
        *(
            "number",
            "state",
            "holder",
            "done_by",
            "form",
            "received_at",
            "customer",
            "subject",
            "fields",
            "entries",
            "attachments",
        ),
        *("progress", "away", "merged_into", "level", "priority", "type", "channel", "category", "due_at", "wakes_at"),
    }
    assert (shown["number"], shown["state"], shown["holder"]) == (number, "pending", None)
    assert (shown["progress"], shown["level"], shown["priority"], shown["due_at"]) == (None, 1, "normal", None)
    assert shown["customer"] == {"name": "Jane Doe", "email": "jane@example.com"}
    assert shown["fields"]["message"] == ["It burns."]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", shown["received_at"])
    assert json.loads(run("--root", root, "list", "closed", "--json")[1]) == []


def test_letters_are_shown_as_json_with_what_they_say_and_bring(tmp_path):
    desk = MailDesk(tmp_path / "desk")
    kind = 'multipart/mixed; boundary="b"'
    number = desk.open(text="--b\n\nIt burns.\n--b\nContent-Type: image/png; name=a.png\n\nx\n--b--", Content_Type=kind)
    desk.answer("ines", number, "We come.", Cc="bob@example.net")
    shown = json.loads(run("--root", desk.root.path, "show", number, "--json")[1])
    inquiry, claimed, answer = shown["entries"]
    assert (inquiry["sender"], inquiry["text"]) == ("Jane Doe <jane@example.com>", "It burns.")
    assert [(file["name"], file["size"]) for file in inquiry["attachments"]] == [("a.png", 1)]
    assert set(claimed) == {"kind", "by", "at", "message_id", "letters", "text"}
    assert (answer["kind"], answer["by"], answer["sender"]) == ("answer", "ines", "<ines@example.org>")
    assert (answer["subject"], answer["text"], answer["people"]) == ("Re: Fire", "We come.\n", ["bob@example.net"])
    assert shown["attachments"] == inquiry["attachments"]


def test_a_terminal_is_not_steered_by_a_ticket(root):
    desk = assemble.house(Root(str(root))).desk
    number = desk.submit(contact_form(), submission("\x1b]0;owned\x07\x9b31m"), "192.0.2.1", "en")
    shown = run("--root", root, "show", number)[1]
    assert "\x1b" not in shown
    assert "\x9b" not in shown


def test_a_terminal_that_has_not_every_character_is_shown_the_others(root):
    desk = assemble.house(Root(str(root))).desk
    number = desk.submit(contact_form(), submission("Grüße ✓"), "192.0.2.1", "en")
    status, shown, _ = run("--root", root, "show", number, PYTHONIOENCODING="ascii")
    assert status == 0
    assert r"Gr\xfc\xdfe \u2713" in shown


def test_an_unknown_number_is_said_so(root):
    said = "helpdesk-lite: There is no ticket 2222-2222-2222.\n"
    assert run("--root", root, "show", "2222-2222-2222") == (1, "", said)


def test_deliver_says_what_became_of_the_letters(root, number):
    assert run("--root", root, "deliver")[:2] == (0, "sent 2, waiting 0, held 0\n")
    assert os.listdir(root / "data" / "mail" / "operators@localhost" / "new")
    assert run("--root", root, "deliver")[:2] == (0, "sent 0, waiting 0, held 0\n")


@pytest.fixture
def people(root):
    """Three operators of the desk."""
    operators = assemble.house(Root(str(root))).operators
    for operator in (INES, BOB, ADMIN):
        operators.add(operator, "a long password")


def since(root, number):
    """The moment since which the ticket is where it is, as commands tell it."""
    return times.iso(assemble.house(Root(str(root))).store.read(number).since)


def test_a_claim_gives_the_ticket_and_its_message(root, number, people):
    said = f"ines has {number} now; the customer's message is on its way to them.\n"
    assert run("--root", root, "claim", number.lower().replace("-", ""), "--as", "ines") == (0, said, "")
    assert json.loads(run("--root", root, "show", number, "--json")[1])["holder"] == "ines"
    folder = root / "data" / "mail" / "ines@example.org" / "new"
    until = time.monotonic() + 20
    while not (folder.exists() and os.listdir(folder)):  # it is sent by a process that nobody waits for
        assert time.monotonic() < until
        time.sleep(0.02)
    assert len(os.listdir(folder)) == 1


def test_the_verbs_move_a_ticket_as_the_web_does(root, number, people):
    for verb, who, state, said in (
        ("claim", "ines", "claimed", "ines has"),
        ("close", "ines", "closed", "is closed"),
        ("reopen", "ada", "claimed", "is open again, with whoever had it"),
        ("release", "ada", "pending", "is back in the queue"),
    ):
        status, output, error = run("--root", root, verb, number, "--as", who)
        assert (status, error) == (0, "")
        assert said in output
        assert assemble.house(Root(str(root))).store.place(number).state == state


@pytest.mark.parametrize(
    ("before", "verb", "who", "said"),
    [
        (["claim"], "claim", "bob", "ines has had {number} since {since}."),
        (["claim"], "claim", "ines", "ines has had {number} since {since}."),
        (["claim", "close"], "claim", "bob", "{number} has been closed since {since}; ines had it."),
        ([], "release", "ines", "{number} has been in the queue since {since}."),
        (["claim"], "reopen", "ines", "ines has had {number} since {since}."),
        (
            ["claim"],
            "release",
            "bob",
            "ines has had {number} since {since}; only ines or somebody above can release it.",
        ),
        (
            ["claim"],
            "wait",
            "bob",
            "ines has had {number} since {since}; only ines or somebody above can have it wait.",
        ),
        (
            ["claim"],
            "close",
            "bob",
            "ines has had {number} since {since}; only ines or somebody above can close it.",
        ),
        (
            ["claim", "close"],
            "reopen",
            "bob",
            "{number} has been closed since {since}; ines had it; only ines or somebody above can reopen it.",
        ),
    ],
)
def test_who_is_too_late_hears_who_has_it_and_since_when(root, number, people, before, verb, who, said):
    desk = assemble.house(Root(str(root))).desk
    for one in before:
        getattr(desk, one)(number, INES)
    said = said.format(number=number, since=since(root, number))
    assert run("--root", root, verb, number, "--as", who) == (1, "", f"helpdesk-lite: {said}\n")


def test_a_ticket_is_handled_between_claim_and_close(root, number, people):
    for *verb, said in (
        ("claim", "ines has"),
        ("wait", "waits for its customer."),
        ("spam", "is spam; `restore` brings it back."),
        ("restore", "is back where it lay."),
        ("bin", "is in the bin; `restore` brings it back."),
        ("restore", "is back where it lay."),
        ("resolve", "is resolved; it closes by itself unless somebody goes on with it."),
        (
            "resolve",
            "--solution",
            "Water.",
            "--tell",
            "is resolved; it closes by itself unless somebody goes on with it.",
        ),
        ("resume", "is in progress."),
        ("reassign", "--to", "bob", "--note", "Ask the plumber.", "bob has"),
        ("mark", "--priority", "critical", "--due", "2026-11-30", "priority=critical due_at=2026-11-30T23:59:59Z."),
        ("mark", "--due", "none", ": priority=critical."),
        ("escalate", "--note", "A plumber!", "is back in the queue, at level 2."),
    ):
        who = "ines" if verb[0] == "claim" else "ada"
        status, output, error = run("--root", root, verb[0], number, "--as", who, *verb[1:])
        assert (status, error) == (0, "")
        assert said in output
    assert " -             (critical, level 2)  The printer" in run("--root", root, "list")[1]
    assert "critical, level 2" in run("--root", root, "show", number)[1]
    (listed,) = json.loads(run("--root", root, "list", "--json")[1])
    assert (listed["state"], listed["progress"], listed["level"]) == ("pending", None, 2)


def test_two_tickets_are_joined_and_parted_again(root, number, people):
    house = assemble.house(Root(str(root)))
    other = house.desk.submit(contact_form(), submission("It still burns."), "192.0.2.1", "en")
    run("--root", root, "spam", other, "--as", "ada")
    assert "(spam)" in run("--root", root, "list", "closed")[1]
    run("--root", root, "restore", other, "--as", "ada")
    for *verb, said in (
        ("link", "--with", other, "are linked."),
        ("unlink", "--with", other, "are not linked."),
        ("merge", "--into", other.lower(), "`unmerge` takes it out again."),
        ("unmerge", "is back where it lay."),
    ):
        status, output, error = run("--root", root, verb[0], number, "--as", "ada", *verb[1:])
        assert (status, error) == (0, "")
        assert said in output
        merged = json.loads(run("--root", root, "show", number, "--json")[1])["merged_into"]
        assert merged == (other if verb[0] == "merge" else None)
    assert run("--root", root, "unmerge", number, "--as", "ada")[0] == 1
    assert "Only a letter" in run("--root", root, "split", number, "--entry", "0", "--as", "ada")[2]


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        (["reassign", "--to", "nobody"], "There is no operator nobody."),
        (["escalate", "--note", " "], "Say in a note, of up to 10000 characters, what the next level has to know."),
        (["mark", "--due", "soon"], "'soon' is no moment: it looks like 2026-11-21 or 2026-11-21T17:30Z."),
        (["mark", "--level", "10"], "A level is a number from 1 to 9."),
    ],
)
def test_what_cannot_be_is_said_so(root, number, people, verb, said):
    assemble.house(Root(str(root))).desk.claim(number, INES)
    assert run("--root", root, verb[0], number, "--as", "ines", *verb[1:]) == (1, "", f"helpdesk-lite: {said}\n")


def test_a_category_is_marked_by_name_or_title_and_a_mistyped_one_is_not(root, number, people):
    house = assemble.house(Root(str(root)))
    mark = ("--root", root, "mark", number, "--as", "ines", "--category")
    assert run(*mark, "Any text")[0] == 0, "while there are none"
    house.categories.add(Category("bills", "Our bills"))
    assert run(*mark, "bils") == (1, "", "helpdesk-lite: There is no category bils.\n")
    for said in ("Our bills", "bills"):
        assert run(*mark, said)[0] == 0
        assert house.store.read(number).category == "bills"


@pytest.mark.parametrize("who", ["nobody", "Ines", "../ines", ""])
def test_an_unknown_operator_is_said_so(root, number, people, who):
    status, output, error = run("--root", root, "claim", number, "--as", who)
    assert (status, output, error) == (1, "", f"helpdesk-lite: There is no operator {who}.\n")
    assert assemble.house(Root(str(root))).store.place(number).state == "pending"


@pytest.mark.parametrize("unknown", ["2222-2222-2222", "zz", "../../secret", "X" * 300])
def test_an_unknown_number_cannot_be_claimed_and_leaves_no_lock(root, people, unknown):
    before = set(os.listdir(root / "data" / "locks"))
    status, output, error = run("--root", root, "claim", unknown, "--as", "ines")
    assert (status, output, error) == (1, "", f"helpdesk-lite: There is no ticket {unknown}.\n")
    assert set(os.listdir(root / "data" / "locks")) - before <= {"22.lock"}


def test_a_claim_on_a_failing_disk_says_that_nothing_was_changed(root, number, people):
    """The folder that letters are written to is a loose file."""
    staged = root / "data" / "outbox" / "staged"
    staged.rmdir()
    staged.write_text("")
    status, output, error = run("--root", root, "claim", number, "--as", "ines")
    assert (status, output) == (75, "")
    assert error.endswith(": Not a directory. Nothing was changed. Try again when this is mended.\n")
    assert assemble.house(Root(str(root))).store.place(number).state == "pending"


def test_a_form_is_switched_off_and_on(root):
    status, said, _ = run("--root", root, "form", "off", "contact")
    assert (status, "forms/contact.html.off" in said) == (0, True)
    assert (root / "forms" / "contact.html.off").exists()
    assert "contact: switched off" in run("--root", root, "form", "check")[1]
    assert "customers are told that it is not in use" in run("--root", root, "form", "check", "contact")[1]
    assert run("--root", root, "form", "on", "contact")[0] == 0
    assert (root / "forms" / "contact.html").exists()
    assert [noted.what for noted in assemble.house(Root(str(root))).audit.read()] == ["switched on", "switched off"]
    assert "switched off forms/contact.html" in run("--root", root, "log")[1]
    status, _, error = run("--root", root, "form", "off", "../data/settings")
    assert (status, error) == (1, "helpdesk-lite: There is no forms/../data/settings.html here.\n")


@pytest.mark.parametrize(
    "arguments",
    [[], ["nonsense"], ["show"], ["operator"], ["list", "lost"], ["serve", "--bind"], ["claim"], ["claim", "X"]],
)
def test_wrong_usage_is_2(root, arguments):
    assert run("--root", root, *arguments)[0] == 2


@pytest.mark.parametrize(
    "command",
    [
        *("", "init", "serve", "demo", "operator", "operator add", "form", "form check", "list", "show", "deliver"),
        *("claim", "release", "close", "reopen", "verify", "doctor"),
    ],
)
def test_help_is_everywhere(command):
    status, said, _ = run(*command.split(), "--help")
    assert (status, said.startswith("usage: helpdesk-lite")) == (0, True)


def test_a_missing_folder_is_one_clear_sentence(tmp_path):
    status, _, error = run("--root", tmp_path / "nowhere", "list")
    assert status == 1
    folder = f"{tmp_path}/nowhere"
    assert error == f"helpdesk-lite: There is no folder {folder}. `helpdesk-lite init {folder}` makes a desk there.\n"


def test_an_unusable_data_folder_is_one_clear_sentence(tmp_path):
    (tmp_path / "forms").mkdir()
    (tmp_path / "data").write_text("not a folder")
    status, _, error = run("list", cwd=tmp_path)
    assert (status, error.count("\n")) == (1, 1)
    assert "cannot write to" in error


def test_wrong_settings_are_all_told_with_their_lines(root):
    (root / "data" / "settings.toml").write_text('[desk]\nname = 7\n[mail]\nanswers = "never"\n')
    status, _, error = run("--root", root, "list")
    assert status == 1
    assert "data/settings.toml:2: [desk] name = 7" in error
    assert "data/settings.toml:4: [mail] answers" in error


def test_a_port_in_use_is_one_clear_sentence(root):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, _, error = run("--root", root, "serve", "--bind", f"127.0.0.1:{port}")
    assert (status, error) == (
        1,
        f"helpdesk-lite: Port {port} is in use: stop what uses it, or choose another with --bind.\n",
    )


@pytest.mark.parametrize("bind", ["8080", "127.0.0.1:http", "127.0.0.1:99999", "nowhere.invalid:0"])
def test_a_wrong_bind_is_one_clear_sentence(root, bind):
    status, _, error = run("--root", root, "serve", "--bind", bind)
    assert (status, error.count("\n"), "--bind" in error) == (1, 1, True)


def served(*arguments):
    """A running `serve` or `demo`, and its first lines."""
    command = [*COMMAND, *map(str, arguments), "--bind", "127.0.0.1:0"]
    process = subprocess.Popen(command, stdout=-1, stderr=-1, text=True)
    return process, [process.stdout.readline().rstrip() for _ in range(3)]


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_serve_says_three_lines_and_stops_when_told(root, told):
    process, lines = served("--root", root, "serve")
    with process:
        url = re.search(r"http://127\.0\.0\.1:\d+/", lines[0])[0]
        assert f"{url}login" in lines[1]
        assert re.search(rf"{url}setup\?key=\w+$", lines[2])
        with urllib.request.urlopen(url, timeout=10) as page:
            assert page.status == 200
        process.send_signal(told)
        assert process.wait(15) == 0


def test_serve_with_operators_has_no_setup_link(root):
    assemble.house(Root(str(root))).operators.add(INES, "a long password")
    process, lines = served("--root", root, "serve")
    with process:
        assert "setup" not in "".join(lines)
        process.terminate()


def test_demo_is_a_desk_to_try_that_leaves_nothing():
    process, _ = served("demo")
    with process:
        more = [process.stdout.readline() for _ in range(2)]
        folder = re.search(r"into (\S+)/data/mail", more[1])[1]
        password = more[0].split()[-1]
        assert len(os.listdir(f"{folder}/data/pending")) == 3
        assert "both with the password" in more[0]
        assert len(password) == 16
        process.terminate()
        assert process.wait(15) == 0
    assert not os.path.exists(folder)


def test_a_full_disk_behind_standard_output_is_told_by_the_status(root):
    with open("/dev/full", "w") as full:
        done = subprocess.run([*COMMAND, "--root", str(root), "verify"], stdout=full, stderr=-1, text=True, timeout=60)
    assert done.returncode == 75
    assert done.stderr.count("\n") == 1


class TestRolesAndTheLog:
    def test_a_role_and_all_that_goes_with_it(self, root):
        assemble.house(Root(str(root))).operators.write(Operator("ada", "ada@example.org"))
        made = run("--root", root, "operator", "add", "olga", "--email", "o@example.org", "--role", "observer",
                   "--categories", "billing, sales", "--level", "2", "--supervisor", "ada",
                   "--absent-until", "2026-12-24", "--password-stdin", stdin="a long password\n")  # fmt: skip
        assert made[0] == 0
        told = run("--root", root, "operator", "list")[1].splitlines()[1].split("\t")
        assert told[2:] == ["observer", "mail", "categories billing, sales", "up to level 2", "supervisor ada",
                            "absent until 2026-12-24"]  # fmt: skip
        assert run("--root", root, "operator", "edit", "olga", "--role", "supervisor", "--categories", "")[0] == 0
        assert assemble.house(Root(str(root))).operators.find("olga").categories == ()
        said = run("--root", root, "log")[1].splitlines()
        assert "command line  changed operators/olga  role: observer -> supervisor, categories:" in said[0]

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            (("--categories", "Bill ing"), "no category's name"),
            (("--absent-until", "soon"), "must be a day"),
            (("--level", "0"), "from 1"),
        ],
    )
    def test_what_cannot_be_is_said(self, root, given, said):
        status, _, told = run("--root", root, "operator", "add", "olga", "--email", "o@example.org", *given,
                              "--password-stdin", stdin="a long password\n")  # fmt: skip
        assert status == 1
        assert said in told

    def test_the_log_is_read_as_text_and_as_json(self, root):
        assert run("--root", root, "log") == (0, "", "")
        audit = assemble.house(Root(str(root))).audit
        name = audit.note("ada", "changed", "operators/ines", {"level": 9}, {"level": 2})
        audit.refused("bob", "administer", "/administration")
        told = run("--root", root, "log")[1].splitlines()
        assert "bob  refused administer /administration" in told[0]
        assert "ada  changed operators/ines  level: 9 -> 2" in told[1]
        (first,) = run("--root", root, "log", "--json", "--most", "1")[1].splitlines()
        assert json.loads(first)["who"] == "bob"
        (last,) = run("--root", root, "log", "--json", "--before", json.loads(first)["entry"])[1].splitlines()
        assert json.loads(last)["entry"] == name

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ('role = "observer"', "olga has the role of observer, which does not let them do this (claim)."),
            ('categories = ["sales"]', "its category is not theirs."),
        ],
    )
    def test_who_may_not_is_told_why(self, root, line, said):
        house = assemble.house(Root(str(root)))
        house.operators.write(Operator("olga", "olga@example.org"))
        with open(house.root.inside("operators", "olga.toml"), "a") as file:
            file.write(f"{line}\n")
        number = examples.number()
        inquiry = examples.inquiry(number)
        inquiry = inquiry._replace(head=inquiry.head._replace(category="billing"))
        with house.store.locked(number):
            house.store.add(inquiry, examples.entry(number), lambda: [examples.MESSAGE])
        status, _, told = run("--root", root, "claim", number, "--as", "olga")
        assert status == 1
        assert told.rstrip().endswith(said)
