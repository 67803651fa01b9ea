"""Who may do what: one table of roles and verbs, and how far each cell reaches.

Guarantee: plain values; a verb or role that is not in the table may do nothing. It knows no tickets (permission does).
"""

from __future__ import annotations

from helpdesk_lite.words.i18n import N_

OBSERVER, OPERATOR, SUPERVISOR, ADMINISTRATOR = ROLES = (
    N_("observer"),
    N_("operator"),
    N_("supervisor"),
    N_("administrator"),
)

# How far a right reaches. A pending ticket is nobody's: every reach but NOTHING and ALL has those of their categories.
NOTHING = ""
OWN = "own"  # what they have, or had when it was closed
TEAM = "team"  # also what those have whose `supervisor` they are, and all in the categories that their file names
VISIBLE = "visible"  # whatever is in their categories; all if their file names none
ALL = "all"

SHOW, CLAIM, HOLD, NOTE, REPLY = "show", "claim", "hold", "note", "reply"
RELEASE, CLOSE, REOPEN = "release", "close", "reopen"
WAIT, RESOLVE, RESUME, ESCALATE, REASSIGN, MARK = "wait", "resolve", "resume", "escalate", "reassign", "mark"
PUT_AWAY, RESTORE, MERGE, SPLIT, LINK = "put away", "restore", "merge", "split", "link"
LOG = "log"  # a call: to make a ticket for a customer
HANDLE = "handle"  # whatever else is done to a ticket that somebody has
LETTERS, ADMINISTER = "letters", "administer"  # of no ticket: held and kept letters; accounts, settings, the log

_HANDLED = (NOTHING, OWN, TEAM, ALL)
TABLE: dict[str, tuple[str, str, str, str]] = {
    # verb: what an observer, an operator, a supervisor and an administrator may do it to
    SHOW: (VISIBLE, OWN, TEAM, ALL),
    CLAIM: _HANDLED,
    HOLD: (NOTHING, VISIBLE, VISIBLE, ALL),  # to be handed it, or given it back
    NOTE: (NOTHING, VISIBLE, VISIBLE, ALL),
    REPLY: (NOTHING, OWN, OWN, OWN),  # answers come from whoever has the ticket, and from nobody else
    RELEASE: _HANDLED,
    CLOSE: _HANDLED,
    REOPEN: _HANDLED,
    WAIT: _HANDLED,
    RESOLVE: _HANDLED,
    RESUME: _HANDLED,
    ESCALATE: _HANDLED,
    REASSIGN: _HANDLED,
    MARK: _HANDLED,
    PUT_AWAY: _HANDLED,
    RESTORE: _HANDLED,
    LOG: (NOTHING, ALL, ALL, ALL),
    MERGE: _HANDLED,  # both of them; and to take it out again
    SPLIT: _HANDLED,
    LINK: _HANDLED,
    HANDLE: _HANDLED,
    LETTERS: (NOTHING, NOTHING, NOTHING, ALL),
    ADMINISTER: (NOTHING, NOTHING, NOTHING, ALL),
}

VERBS = {  # as people call them
    SHOW: N_("show"),
    CLAIM: N_("claim"),
    HOLD: N_("hold"),
    NOTE: N_("note"),
    REPLY: N_("reply"),
    RELEASE: N_("release"),
    CLOSE: N_("close"),
    REOPEN: N_("reopen"),
    WAIT: N_("wait"),
    RESOLVE: N_("resolve"),
    RESUME: N_("resume"),
    ESCALATE: N_("escalate"),
    REASSIGN: N_("reassign"),
    MARK: N_("mark"),
    PUT_AWAY: N_("put away"),
    RESTORE: N_("restore"),
    LOG: N_("log"),
    MERGE: N_("merge"),
    SPLIT: N_("split"),
    LINK: N_("link"),
    HANDLE: N_("handle"),
    LETTERS: N_("letters"),
    ADMINISTER: N_("administer"),
}


def reach(role: str, verb: str) -> str:
    """How far somebody of this role may go with this verb; NOTHING for what is not in the table."""
    return TABLE[verb][ROLES.index(role)] if verb in TABLE and role in ROLES else NOTHING
