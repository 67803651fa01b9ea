"""The DMARC record that counts for a domain, asked for at a real name server: RFC 9989's tree walk."""

from __future__ import annotations

import time

import pytest

from helpdesk_lite.mail import dmarc
from helpdesk_lite.mail.dmarc import NONE, QUARANTINE, REJECT, Policy
from helpdesk_lite.mail.resolver import SECONDS, LookupFailed, Resolver
from tests.mail.nameserver import FAILURE, SILENCE, Zone, nameserver


@pytest.fixture
def zone():
    return Zone()


@pytest.fixture
def resolver(zone):
    with nameserver(zone) as where:
        yield Resolver([where], seconds=2)


def publish(zone, **records):
    """Records by domain, with __ for a dot."""
    for domain, text in records.items():
        zone["TXT", "_dmarc." + domain.replace("__", ".")] = [text] if isinstance(text, str) else text


def test_a_domain_without_a_record_asks_for_nothing(resolver):
    assert dmarc.policy("example.com", resolver.texts) == Policy(NONE, "")


@pytest.mark.parametrize("asked", [NONE, QUARANTINE, REJECT])
def test_a_domains_own_record_counts(zone, resolver, asked):
    publish(zone, example__com=f"v=DMARC1; p={asked}; rua=mailto:d@example.com")
    assert dmarc.policy("Example.COM.", resolver.texts) == Policy(asked, "example.com")


def test_a_subdomain_has_what_its_organization_asks_for(zone, resolver):
    publish(zone, example__com="v=DMARC1; p=reject")
    assert dmarc.policy("a.mail.example.com", resolver.texts) == Policy(REJECT, "example.com")


@pytest.mark.parametrize(
    ("record", "asked"),
    [
        ("v=DMARC1; p=reject; sp=none", NONE),
        ("v=DMARC1; p=none; sp=quarantine", QUARANTINE),
        ("v=DMARC1; p=none; np=reject", REJECT),  # whether it exists is in doubt
        ("v=DMARC1; p=reject; sp=none; np=quarantine", QUARANTINE),
    ],
)
def test_for_a_subdomain_the_stricter_of_sp_and_np_counts(zone, resolver, record, asked):
    publish(zone, example__com=record)
    assert dmarc.policy("mail.example.com", resolver.texts).asked == asked


def test_of_several_the_organizations_counts_and_not_the_one_between(zone, resolver):
    publish(zone, mail__example__com="v=DMARC1; p=none", example__com="v=DMARC1; p=reject")
    assert dmarc.policy("a.mail.example.com", resolver.texts) == Policy(REJECT, "example.com")
    assert dmarc.policy("mail.example.com", resolver.texts) == Policy(NONE, "mail.example.com")


def test_a_public_suffixs_record_counts_where_the_organization_has_none(zone, resolver):
    publish(zone, bank="v=DMARC1; p=reject; psd=y")
    assert dmarc.policy("www.example.bank", resolver.texts) == Policy(REJECT, "bank")
    publish(zone, example__bank="v=DMARC1; p=none")
    assert dmarc.policy("www.example.bank", resolver.texts) == Policy(NONE, "example.bank")


def test_psd_n_says_here_is_the_organization(zone, resolver):
    publish(zone, gov="v=DMARC1; p=reject", agency__gov="v=DMARC1; p=none; psd=n")
    assert dmarc.policy("www.agency.gov", resolver.texts) == Policy(NONE, "agency.gov")
    assert "TXT _dmarc.gov" not in zone.asked


def test_the_walk_takes_eight_questions_at_most(zone, resolver):
    dmarc.policy("a.b.c.d.e.f.g.h.i.j.mail.example.com", resolver.texts)
    assert zone.asked[0] == "TXT _dmarc.a.b.c.d.e.f.g.h.i.j.mail.example.com"
    assert zone.asked[1] == "TXT _dmarc.g.h.i.j.mail.example.com"
    assert (len(zone.asked), zone.asked[-1]) == (8, "TXT _dmarc.com")


@pytest.mark.parametrize(
    "records",
    ["v=spf1 -all", "p=reject; v=DMARC1", "v=dmarc1; p=reject", ["v=DMARC1; p=reject", "v=DMARC1; p=none"]],
)
def test_what_is_no_record_or_stands_there_twice_does_not_count(zone, resolver, records):
    publish(zone, example__com=records)
    assert dmarc.policy("example.com", resolver.texts) == Policy(NONE, "")


@pytest.mark.parametrize(
    ("record", "asked"),
    [
        ("v=DMARC1;p=REJECT", REJECT),
        (" v = DMARC1 ; p = quarantine ;", QUARANTINE),
        ('"v=DMARC1; p=" "reject"', REJECT),
        ("v=DMARC1; rua=mailto:d@example.com", NONE),
        ("v=DMARC1; p=block", REJECT),
        ("v=DMARC1; p=reject; t=y", REJECT),
    ],
)
def test_a_record_is_read_as_it_may_be_written_and_a_mistake_in_it_is_strict(zone, resolver, record, asked):
    publish(zone, example__com=record)
    assert dmarc.policy("example.com", resolver.texts).asked == asked


@pytest.mark.parametrize("trouble", [SILENCE, FAILURE])
def test_no_answer_is_told_from_no_record_and_comes_in_time(zone, resolver, trouble):
    publish(zone, example__com="v=DMARC1; p=reject")
    zone["TXT", "_dmarc.mail.example.com"] = trouble
    begin = time.monotonic()
    with pytest.raises(LookupFailed):
        dmarc.policy("mail.example.com", resolver.texts)
    assert time.monotonic() - begin < SECONDS


def test_an_internationalised_domain_is_asked_for_in_its_ascii_form(zone, resolver):
    publish(zone, **{"xn--strae-oqa__example": "v=DMARC1; p=reject"})
    assert dmarc.policy("straße.example", resolver.texts).asked == REJECT


@pytest.mark.parametrize("domain", ["a..b", "x" * 300, "a." * 200 + "com"])
def test_what_is_no_domain_cannot_be_looked_up(resolver, domain):
    with pytest.raises(LookupFailed):
        dmarc.policy(domain, resolver.texts)
