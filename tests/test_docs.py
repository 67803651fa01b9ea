"""What the documents tell people to type, works."""

from __future__ import annotations

import configparser
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk_lite import assemble, cli
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.root import Root
from helpdesk_lite.shelves.categories import Category
from helpdesk_lite.words import settings_table
from tests import examples, servers
from tests.servers import CHECKOUT, Desk

PAGES = sorted([*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").rglob("*.md")])
FIRST = "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/helpdesk-lite serve"
SECOND = "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest"


def blocks(page: Path, language: str) -> Iterator[str]:
    """The fenced blocks of this language."""
    yield from re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(), flags=re.MULTILINE | re.DOTALL)


def named(page: Path) -> str:
    """How a test names a page."""
    return str(page.relative_to(CHECKOUT))


def test_the_readme_has_two_commands() -> None:
    commands = list(blocks(CHECKOUT / "README.md", "sh"))
    assert [command.strip() for command in commands] == [FIRST, SECOND]


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    """Every link to a file of ours, and every anchor in one."""
    dead = []
    for target in re.findall(r"\]\((?!\w+:)([^)\s]+)\)", page.read_text()):
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        if not found.exists() or (anchor and anchor not in anchors(found)):
            dead.append(target)
    assert not dead


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings make."""
    heads = re.findall(r"^#+ (.*)$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_shown_is_one(page: Path) -> None:
    """Each `helpdesk-lite ...` in a block of commands is understood by the command line."""
    parser = cli.parser()
    for block in blocks(page, "sh"):
        for line in re.split(r"\n|&&", block):
            words = shlex.split(line.partition(" #")[0])
            at = next((index for index, word in enumerate(words) if word.endswith("helpdesk-lite")), None)
            if at is not None and words[at - 1 : at] not in (["venv"], ["--clear"]):
                parser.parse_args(words[at + 1 :])


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_setting_shown_is_one(page: Path) -> None:
    for block in blocks(page, "toml"):
        if "[desk]" in block or "[mail]" in block or "[sign_in]" in block or "[limits]" in block or "[fetch]" in block:
            settings_table.check(block, named(page))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_form_shown_is_one(page: Path, tmp_path: Path) -> None:
    shown = [block for block in blocks(page, "html") if "<input" in block or "<textarea" in block]
    if not shown:
        return
    desk = Desk(tmp_path, None)
    desk.run("init")
    for index, block in enumerate(shown):
        (tmp_path / "forms" / f"shown-{index}.html").write_text(block)
    assert "error" not in desk.run("form", "check", *(f"shown-{index}" for index in range(len(shown)))).stdout.lower()


def test_installing_as_shown(tmp_path: Path) -> None:
    """The commands of docs/install.md make a desk that verifies, with a first operator."""
    install = CHECKOUT / "docs" / "install.md"
    lines = [line for block in blocks(install, "sh") for line in block.splitlines() if "/bin/helpdesk-lite " in line]
    for line in [line for line in lines if line.startswith("sudo")]:
        words = shlex.split(line.replace("/srv/helpdesk", str(tmp_path)))
        given = servers.PASSWORD + "\n" if "operator" in words else ""
        if given:
            words.append("--password-stdin")
        run(words[words.index("/opt/helpdesk-lite/bin/helpdesk-lite") + 1 :], given)
    accounts = Desk(tmp_path, None).run("operator", "list").stdout
    assert accounts.split("\t")[:3] == ["ines", "ines@example.org", "administrator"]


def test_a_department_with_a_desk_of_its_own_as_shown(tmp_path: Path) -> None:
    """The commands of docs/categories.md make a second desk, and categories on the first."""
    helpdesk, council = Desk(tmp_path / "helpdesk", None), Desk(tmp_path / "council", None)
    run(["init", str(helpdesk.root)])
    for name in ("ines", "bob"):
        (helpdesk.root / "data" / "operators" / f"{name}.toml").write_text('email = "a@b.example"\n')
    for block in blocks(CHECKOUT / "docs" / "categories.md", "sh"):
        for line in block.replace("/srv/", f"{tmp_path}/").splitlines():
            words = shlex.split(line)[1:]
            if "add" in words and "operator" in words:
                run([*words, "--password-stdin"], servers.PASSWORD + "\n")
            elif words[-1] != "doctor" and "try" not in words:
                run(words)
    assert council.run("operator", "list").stdout.startswith("lea\tlea@example.org\tadministrator")
    assert council.run("verify").stdout == "Everything is as promised.\n"


def test_the_category_and_the_rules_shown_are_such(tmp_path: Path) -> None:
    category, rules, *_ = blocks(CHECKOUT / "docs" / "categories.md", "toml")
    house = assemble.house(make_desk(str(tmp_path)))
    house.categories.add(Category("repairs"))
    (tmp_path / "data" / "categories" / "repairs.toml").write_text(category)
    found = house.categories.read("repairs")
    assert found and found.title == "Repairs"
    assert len(house.rules.check(rules)) == 2


def test_backing_up_and_restoring_as_shown(tmp_path: Path) -> None:
    """A copy of data/ becomes a desk again, which verifies."""
    backup = CHECKOUT / "docs" / "backup.md"
    (tmp_path / "srv").mkdir()
    (tmp_path / "backup").mkdir()
    desk = Desk(tmp_path / "srv", None)
    desk.run("init")
    save, restore, *_ = blocks(backup, "sh")
    moved = {"/srv/helpdesk": str(desk.root), "/backup": str(tmp_path / "backup")}
    for script in (save, "rm -r /srv/helpdesk/data", restore):
        for shown, real in moved.items():
            script = script.replace(shown, real)
        for line in script.splitlines():
            if line.startswith("helpdesk-lite "):
                run(shlex.split(line)[1:])
            elif line:
                subprocess.run(line, shell=True, check=True)


def test_a_customer_is_handed_out_and_erased_as_shown(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "srv", None)
    desk.root.mkdir(parents=True)
    desk.run("init")
    house = assemble.house(Root(str(desk.root)))
    number = house.desk.submit(examples.contact_form(), examples.submission(), "192.0.2.1", "en")
    _, _, asked, *_ = blocks(CHECKOUT / "docs" / "backup.md", "sh")
    for line in asked.replace("/srv/helpdesk", str(desk.root)).replace("jane.zip", f"{tmp_path}/jane.zip").splitlines():
        run(shlex.split(line)[1:])
    assert (tmp_path / "jane.zip").exists()
    assert house.store.read(number).inquiry.customer.email == ""


def test_the_service_runs_a_command_that_exists() -> None:
    (unit,) = blocks(CHECKOUT / "docs" / "install.md", "ini")
    read = configparser.ConfigParser(interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string(unit)
    program, *arguments = shlex.split(read["Service"]["ExecStart"])
    assert program.endswith("/bin/helpdesk-lite")
    assert cli.parser().parse_args(arguments).run == "serve:serve"


def run(arguments: list[str], given: str = "") -> None:
    """Run `helpdesk-lite` with these arguments; they name the desk themselves."""
    command = [sys.executable, "-m", "helpdesk_lite.cli", *arguments]
    done = subprocess.run(command, input=given, capture_output=True, text=True)
    assert done.returncode == 0, (arguments, done.stdout, done.stderr)
