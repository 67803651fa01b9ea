"""The command line: `helpdesk-lite [--root DIR] COMMAND`.

Guarantee: exit status 0 done, 1 failed or found something wrong, 2 usage, 75 try again later; what went wrong is one
clear sentence on standard error. Each command's work is in commands/.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from helpdesk_lite.words import terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

DONE, FAILED, TRY_LATER = 0, 1, 75  # 75: EX_TEMPFAIL of sysexits.h
MOST_WORKERS = 64
VERBS = {
    "claim": "give a waiting ticket, and the customer's message, to an operator",
    "release": "put a claimed ticket back into the queue",
    "close": "lay a claimed ticket aside as done",
    "reopen": "give a closed ticket back to who had it",
    "wait": "note that the customer is to answer next",
    "resolve": "note that a ticket is thought to be done; it closes some days later",
    "resume": "note that a waiting or resolved ticket is in progress",
    "escalate": "put a claimed ticket back into the queue, a level higher, with a note",
    "reassign": "hand a claimed ticket to another operator",
    "spam": "put a ticket out of the way as spam, with all that is in it",
    "bin": "put a ticket into the bin, with all that is in it",
    "restore": "bring back a ticket that is spam or in the bin",
    "merge": "make a ticket a part of another, on whose page it is shown",
    "unmerge": "take a ticket out of the one it was merged into",
    "link": "have two tickets say that they belong together",
    "unlink": "take that back",
    "split": "make a ticket of its own of a letter in another",
    "copy": "have somebody in copy of a claimed ticket's answers, or no more",
    "mark": "change a ticket's priority, category, level, or when it is due",
}


_NO_DESK = ("make:demo", "intake:parse")  # what works without one


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    from helpdesk_lite.commands import receive

    words = sys.argv[1:] if arguments is None else arguments
    return receive.main(words) if receive.is_meant(words) else _run(parser().parse_args(words))


def _run(given: argparse.Namespace) -> int:
    import importlib
    import io
    import logging

    from helpdesk_lite.words.errors import DeskError, MayBeKept

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # as standard error does: a terminal may not have a character
    logging.raiseExceptions = False  # a log that cannot be written is no news for whoever reads the output
    logging.basicConfig(format="%(message)s", level=logging.INFO, stream=sys.stderr)
    os.umask(0o077)
    module, _, function = given.run.partition(":")
    try:
        if os.geteuid() == 0 and given.run not in _NO_DESK:
            _leave_root(given)
        status: int = getattr(importlib.import_module(f"helpdesk_lite.commands.{module}"), function)(given)
        sys.stdout.flush()
        return status
    except MayBeKept as wrong:
        print(f"helpdesk-lite: {terminal.line(str(wrong))} Trying again is safe: it is done once.", file=sys.stderr)
        return TRY_LATER
    except DeskError as wrong:
        print(f"helpdesk-lite: {terminal.lines(str(wrong), '')}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE  # whoever read our output has seen enough
    except OSError as wrong:
        said = f"{wrong.filename}: {wrong.strerror}" if wrong.filename else wrong.strerror or str(wrong)
        more = " ".join([*getattr(wrong, "__notes__", ()), "Try again when this is mended."])
        with suppress(OSError):
            print(f"helpdesk-lite: {terminal.line(said)}. {more}", file=sys.stderr)
        _drop_what_cannot_be_said()
        return TRY_LATER


def _leave_root(given: argparse.Namespace) -> None:
    """Root works on a desk as the user whose it is: files of root's own would stop the web server."""
    from helpdesk_lite import owner
    from helpdesk_lite.root import Root, find_root

    is_new = given.run == "make:init"
    root = Root(given.folder or given.root or ".") if is_new else find_root(given.root)
    owner.take_on(root, may_give=getattr(given, "repair", False))


def _drop_what_cannot_be_said() -> None:
    """The outputs may be what fails: they would fail again at the very end, with a status of Python's own."""
    for output in (sys.stdout, sys.stderr):
        try:
            output.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())


def parser() -> argparse.ArgumentParser:
    """Every command and its options."""
    import argparse

    top = argparse.ArgumentParser(prog="helpdesk-lite", description="Help Desk Lite: contact forms, tickets, mail.")
    top.add_argument("--root", metavar="DIR", help="the desk's folder (or $HELPDESK_ROOT, or here, or the checkout)")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    init = _command(commands, "init", "make:init", "make a desk: forms/, data/, cgi-bin/; never overwrites")
    init.add_argument("folder", nargs="?", metavar="DIR", help="where (default: here)")

    serve = _command(commands, "serve", "serve:serve", "run the web desk and the courier until stopped")
    serve.add_argument("--bind", default="127.0.0.1:8080", metavar="HOST:PORT", help="(%(default)s); 0: any port")
    serve.add_argument("--workers", type=_workers, default=1, metavar="N", help="processes that answer (%(default)s)")

    demo = _command(commands, "demo", "make:demo", "run a throw-away desk with two operators and a few tickets")
    demo.add_argument("--bind", default="127.0.0.1:8080", metavar="HOST:PORT", help="(%(default)s); 0: any port")

    _operator(commands)
    _category(commands)
    _rules(commands)
    _customer(commands)

    form = _command(commands, "form", "", "look after contact forms").add_subparsers(metavar="COMMAND", required=True)
    check = _command(form, "check", "form:check", "read forms as the desk would; print fields, rules and mistakes")
    check.add_argument("names", nargs="*", metavar="NAME", help="default: every form")
    for name, said in {"off": "take a form out of use; its file stays", "on": "take it into use again"}.items():
        _command(form, name, f"form:{name}", said).add_argument("name", metavar="NAME")

    tickets = _command(commands, "list", "ticket:list_tickets", "list tickets")
    tickets.add_argument("state", nargs="?", choices=("pending", "claimed", "closed"), help="default: pending")
    tickets.add_argument("--json", action="store_true", help="as JSON, for scripts")

    show = _command(commands, "show", "ticket:show", "show one ticket")
    show.add_argument("number", metavar="NUMBER")
    show.add_argument("--json", action="store_true", help="as JSON, for scripts")

    _verbs(commands)
    _call(commands)

    deliver = _command(commands, "deliver", "mail:deliver", "send what is due in the outbox")
    deliver.add_argument("--all", action="store_true", help="now, whatever its next time")

    _mail_in(commands)

    log = _command(commands, "log", "log:log", "say who changed what about the desk, and who was refused what")
    log.add_argument("--most", type=int, default=50, metavar="N", help="entries, the newest first (%(default)s)")
    log.add_argument("--before", default="", metavar="ENTRY", help="only those older than this one")
    log.add_argument("--json", action="store_true", help="an object a line, for scripts")

    verify = _command(commands, "verify", "verify:verify", "check every promise about data/")
    verify.add_argument("--repair", action="store_true", help="mend what a crash or a hand left")

    doctor = _command(commands, "doctor", "doctor:doctor", "say what keeps this desk from working, mail above all")
    doctor.add_argument("--probe", action="store_true", help="send the desk a letter, too, and wait for it")
    return top


def _verbs(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for name, said in VERBS.items():
        verb = _command(commands, name, "verbs:do", said)
        verb.set_defaults(verb=name)
        verb.add_argument("number", metavar="NUMBER")
        verb.add_argument("--as", required=True, dest="operator", metavar="NAME", help="the operator who does this")
        if name == "escalate":
            verb.add_argument("--note", required=True, metavar="TEXT", help="what the next level has to know")
        elif name == "reassign":
            verb.add_argument("--to", required=True, metavar="NAME", help="who is to have it")
            verb.add_argument("--note", default="", metavar="TEXT", help="what they have to know")
        elif name == "resolve":
            verb.add_argument("--solution", default="", metavar="TEXT", help="what it was and what helped")
            verb.add_argument("--tell", action="store_true", help="mail the customer that it is done")
            verb.add_argument("--close", action="store_true", help="close it at once")
        elif name in ("merge", "link", "unlink"):
            option = "--into" if name == "merge" else "--with"
            verb.add_argument(option, required=True, dest="other", metavar="NUMBER", help="the other ticket")
            if name == "merge":
                verb.add_argument("--sure", action="store_true", help="even if they have two customers")
        elif name == "split":
            verb.add_argument(
                "--entry", type=int, required=True, metavar="N", help="which of those in `show --json`, from 0"
            )
        elif name == "copy":
            who = verb.add_mutually_exclusive_group(required=True)
            who.add_argument("--in", dest="included", metavar="ADDRESS")
            who.add_argument("--out", dest="excluded", metavar="ADDRESS")
        elif name == "mark":
            _marks(verb)


def _call(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from helpdesk_lite.words.standing import TYPES
    from helpdesk_lite.words.ticket import CALLS

    call = _command(commands, "call", "call:log", "make a ticket of what a customer said (the text on standard input)")
    call.add_argument("--as", required=True, dest="operator", metavar="NAME", help="the operator who logs it")
    call.add_argument("--subject", required=True, metavar="TEXT")
    call.add_argument("--channel", choices=CALLS, default=CALLS[0], help="how it came (%(default)s)")
    call.add_argument("--type", choices=TYPES, default="")
    call.add_argument("--name", default="", metavar="TEXT", help="the customer's")
    call.add_argument("--email", default="", metavar="ADDRESS", help="the customer's")
    call.add_argument("--category", default="", metavar="NAME")
    call.add_argument(
        "--to-queue", action="store_true", help="for whoever claims it; else it is the operator's at once"
    )
    call.add_argument("--acknowledge", action="store_true", help="mail the customer the tracking number")


def _marks(verb: argparse.ArgumentParser) -> None:
    from helpdesk_lite.words.standing import PRIORITIES, TYPES

    verb.add_argument("--priority", choices=PRIORITIES)
    verb.add_argument("--level", type=int, metavar="N", help="from 1; nobody is mailed")
    verb.add_argument("--category", metavar="TEXT", help='"": what its form says')
    verb.add_argument("--type", choices=("", *TYPES), help='"": not said')
    verb.add_argument("--due", metavar="DAY", help="2026-11-21, perhaps with T17:30Z; none: not at all")
    verb.add_argument("--not-before", metavar="DAY", help="last in the queue until then; none: not put off")


def _mail_in(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    receive = _command(commands, "receive", "receive:receive", "take the letter on standard input (aliases, pipes)")
    rcpt = "whom it was sent to (default: what the mail server tells); can be given several times"
    receive.add_argument("--rcpt", action="append", default=[], metavar="ADDRESS", help=rcpt)

    lmtp = _command(commands, "lmtp", "lmtp:lmtp", "take letters from a mail server over LMTP until stopped")
    bind = "an address of this machine, or the path of a Unix socket (%(default)s)"
    lmtp.add_argument("--bind", default="127.0.0.1:2424", metavar="HOST:PORT|PATH", help=bind)
    lmtp.add_argument("--workers", type=_workers, default=2, metavar="N", help="processes that take them (%(default)s)")
    lmtp.add_argument("--group", default="", metavar="NAME", help="whose members may use the Unix socket, too")

    _command(commands, "fetch", "fetch:fetch", "take what is new in an IMAP mailbox ([fetch] in settings.toml)")

    intake = _command(commands, "intake", "", "look into letters that come in").add_subparsers(
        metavar="COMMAND", required=True
    )
    _command(intake, "parse", "intake:parse", "print what the letter on standard input says, as JSON; keeps nothing")
    find = _command(intake, "find", "intake:find", "say where a letter lies that came in")
    find.add_argument("id", metavar="ID", help="its Message-ID, or its digest from `intake list`")
    _command(intake, "list", "intake:list_kept", "list what was kept aside, and count all letters that came in")


def _operator(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    inner = _command(commands, "operator", "", "look after operators' accounts").add_subparsers(
        metavar="COMMAND", required=True
    )
    add = _command(inner, "add", "operator:add", "make an account; asks for the password")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--email", required=True, metavar="ADDRESS")
    _about_operator(add)
    add.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    edit = _command(inner, "edit", "operator:edit", "change an account, in what is given")
    edit.add_argument("name", metavar="NAME")
    edit.add_argument("--email", metavar="ADDRESS")
    _about_operator(edit)
    _command(inner, "list", "operator:list_operators", "list accounts")
    passwd = _command(inner, "passwd", "operator:passwd", "change a password; ends every sign-in with the old one")
    passwd.add_argument("name", metavar="NAME")
    passwd.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    hand_on = _command(inner, "hand-on", "operator:hand_on", "hand an operator's tickets on, before they leave")
    hand_on.add_argument("name", metavar="NAME")
    goal = hand_on.add_mutually_exclusive_group(required=True)
    goal.add_argument("--to", metavar="OPERATOR", help="who has them then")
    goal.add_argument("--to-queue", action="store_true", help="for whoever claims them")
    remove = _command(inner, "remove", "operator:remove", "take an account away; its tickets stay")
    remove.add_argument("name", metavar="NAME")


def _customer(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    inner = _command(commands, "customer", "", "hand out or erase what is kept of a customer").add_subparsers(
        metavar="COMMAND", required=True
    )
    export = _command(inner, "export", "customer:export", "write a customer's tickets and files, to hand them out")
    export.add_argument("address", metavar="ADDRESS")
    export.add_argument("goal", metavar="FOLDER|FILE.zip", help="a new one")
    erase = _command(inner, "erase", "customer:erase", "make a customer's tickets anonymous, for good")
    erase.add_argument("address", metavar="ADDRESS")
    erase.add_argument("--yes", action="store_true", help="do not ask")


def _category(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from helpdesk_lite.words.standing import PRIORITIES

    inner = _command(commands, "category", "", "look after what tickets can be about").add_subparsers(
        metavar="COMMAND", required=True
    )
    _command(inner, "list", "category:list_categories", "list categories, and mistakes in their files")
    told = {"add": "make a category", "edit": "change a category, in what is given", "remove": "take a category away"}
    for name, said in told.items():
        verb = _command(inner, name, f"category:{name}", said)
        verb.add_argument("name", metavar="NAME")
        if name != "remove":
            verb.add_argument("--title", metavar="TEXT", help="what people call it")
            verb.add_argument("--subscribers", metavar="NAMES", help='operators who are mailed, as in "ines, bob"')
            verb.add_argument(
                "--addresses", metavar="ADDRESSES", help="and who else is; what comes to them goes to its --desk"
            )
            verb.add_argument("--priority", choices=PRIORITIES, help="of a new ticket")
            verb.add_argument("--level", type=int, metavar="N", help="of a new ticket")
            verb.add_argument("--operators", metavar="NAMES", help='a department: only they work on it; "": all do')
            verb.add_argument("--templates", metavar="FOLDER", help="in templates/: wins for its letters")
            verb.add_argument(
                "--desk", metavar="FOLDER", help='of a desk of its own, which keeps its tickets; "": none'
            )


def _about_operator(command: argparse.ArgumentParser) -> None:
    from helpdesk_lite.words.rights import ROLES

    command.add_argument("--role", choices=ROLES, help="default: operator")
    command.add_argument("--admin", action="store_true", help="the same as --role administrator")
    command.add_argument("--categories", metavar="NAMES", help='which they work in, such as "billing,sales"; "": all')
    command.add_argument("--level", type=int, metavar="N", help="the highest at which they work")
    command.add_argument("--supervisor", metavar="NAME", help='whom they ask; "": nobody')
    command.add_argument("--absent-until", metavar="DAY", help='when they are back, such as 2026-12-24; "": here')
    command.add_argument("--skills", metavar="WORDS", help='by which rules hand them tickets, such as "pumps, motors"')
    command.add_argument("--deliver", metavar="HOW", help="mail | maildir:PATH | lmtp://... | imap://...")
    command.add_argument("--language", help="en | it (default: the desk's)")


def _rules(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    inner = _command(commands, "rules", "", "look at what becomes of new tickets by rule").add_subparsers(
        metavar="COMMAND", required=True
    )
    _command(inner, "check", "rules:check", "read data/rules.toml as the desk would; print every mistake")
    tried = _command(inner, "try", "rules:try_rules", "say what the rules would do with a ticket, and why")
    tried.add_argument("number", metavar="NUMBER")


def _workers(typed: str) -> int:
    """How many processes; ArgumentTypeError if it is no sensible number."""
    if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= MOST_WORKERS:
        return int(typed)
    import argparse

    raise argparse.ArgumentTypeError(f"{typed!r}: it must be a whole number from 1 to {MOST_WORKERS}")


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, run: str, said: str
) -> argparse.ArgumentParser:
    made = commands.add_parser(name, help=said, description=said[0].upper() + said[1:] + ".")
    if run:
        made.set_defaults(run=run)
    return made


if __name__ == "__main__":
    sys.exit(main())
