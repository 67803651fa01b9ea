"""What the writer of an answer wrote, as each mail program surrounds it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_lite.mail.own_words import own_words

ATTRIBUTIONS = {
    "Gmail": "On Sat, Nov 21, 2026 at 9:50 PM Jane Doe <jane@example.com> wrote:",
    "Gmail, folded": "On Sat, Nov 21, 2026 at 9:50 PM Jane van der Doe <jane@mail.example.com>\nwrote:",
    "Gmail, folded before": "On Sat, Nov 21, 2026 at 9:50 PM Jane van der Doe\n<jane@mail.example.com> wrote:",
    "Gmail in Italian": "Il giorno sab 21 nov 2026 alle ore 21:50 Jane Doe <jane@example.com>\nha scritto:",
    "Gmail in German": "Am Sa., 21. Nov. 2026 um 21:50 Uhr schrieb Jane Doe <jane@example.com>:",
    "Gmail in French": "Le sam. 21 nov. 2026 à 21:50, Jane Doe <jane@example.com> a écrit :",
    "Gmail in Spanish": "El sáb, 21 nov 2026 a las 21:50, Jane Doe (<jane@example.com>) escribió:",
    "Gmail in Portuguese": "Em sáb., 21 de nov. de 2026 às 21:50, Jane Doe <jane@example.com> escreveu:",
    "Gmail in Dutch": "Op za 21 nov 2026 om 21:50 schreef Jane Doe <jane@example.com>:",
    "Gmail in Japanese": "2026年11月21日(土) 21:50 Jane Doe <jane@example.com>:",
    "Gmail in Swedish": "Den lör 21 nov. 2026 kl 21:50 skrev Jane Doe <jane@example.com>:",
    "Gmail in Polish": "sob., 21 lis 2026 o 21:50 Jane Doe <jane@example.com> napisał(a):",
    "Gmail in Russian": "сб, 21 нояб. 2026 г. в 21:50, Jane Doe <jane@example.com>:",
    "Apple Mail": "On 21 Nov 2026, at 21:50, Jane Doe <jane@example.com> wrote:",
    "Apple Mail in Italian": "Il giorno 21 nov 2026, alle ore 21:50, Jane Doe <jane@example.com> ha scritto:",
    "Apple Mail in German": "Am 21.11.2026 um 21:50 schrieb Jane Doe <jane@example.com>:",
    "Apple Mail in French": "Le 21 nov. 2026 à 21:50, Jane Doe <jane@example.com> a écrit :",
    "Thunderbird": "On 11/21/26 21:50, Jane Doe wrote:",
    "Thunderbird in German": "Am 21.11.26 um 21:50 schrieb Jane Doe:",
    "Thunderbird in Italian": "Il 21/11/26 21:50, Jane Doe ha scritto:",
    "Thunderbird in French": "Le 21/11/2026 à 21:50, Jane Doe a écrit :",
    "Thunderbird in Spanish": "El 21/11/26 a las 21:50, Jane Doe escribió:",
    "mutt": "On Sat, Nov 21, 2026 at 09:50:00PM +0000, Jane Doe wrote:",
    "K-9 Mail": "On November 21, 2026 9:50:00 PM UTC, Jane Doe <jane@example.com> wrote:",
    "Horde": "Quoting Jane Doe <jane@example.com>:",
    "Horde in German": "Zitat von Jane Doe <jane@example.com>:",
    "Roundcube": "On 2026-11-21 21:50, Jane Doe wrote:",
    "short": "Jane Doe wrote:",
}
QUOTE = "> Good evening,\n>\n> the printer burns.\n> -- \n> Jane"
BLOCKS = {
    "Outlook": "-----Original Message-----\nFrom: Jane Doe <jane@example.com> \n"
    "Sent: Saturday, November 21, 2026 21:50\nTo: support@example.org\nSubject: Fire\n",
    "Outlook of today": "________________________________\nFrom: Jane Doe <jane@example.com>\n"
    "Sent: Saturday, November 21, 2026 9:50 PM\nTo: support@example.org <support@example.org>\nSubject: Fire\n",
    "Outlook without a rule": "From: Jane Doe <jane@example.com>\nDate: Saturday, 21 November 2026 at 21:50\n"
    "To: Support <support@example.org>\nSubject: Fire\n",
    "Outlook in German": "-----Ursprüngliche Nachricht-----\nVon: Jane Doe <jane@example.com> \n"
    "Gesendet: Samstag, 21. November 2026 21:50\nAn: support@example.org\nBetreff: Fire\n",
    "Outlook of today in German": "Von: Jane Doe <jane@example.com>\nGesendet: Samstag, 21. November 2026 21:50\n"
    "An: support@example.org\nBetreff: Fire\n",
    "Outlook in Italian": "-----Messaggio originale-----\nDa: Jane Doe <jane@example.com> \n"
    "Inviato: sabato 21 novembre 2026 21:50\nA: support@example.org\nOggetto: Fire\n",
    "Outlook of today in Italian": "________________________________\nDa: Jane Doe <jane@example.com>\n"
    "Inviato: sabato 21 novembre 2026 21:50\nA: support@example.org\nOggetto: Fire\n",
    "Outlook in French": "-----Message d'origine-----\nDe : Jane Doe <jane@example.com> \n"
    "Envoyé : samedi 21 novembre 2026 21:50\nÀ : support@example.org\nObjet : Fire\n",
    "Outlook in Spanish": "-----Mensaje original-----\nDe: Jane Doe <jane@example.com> \n"
    "Enviado el: sábado, 21 de noviembre de 2026 21:50\nPara: support@example.org\nAsunto: Fire\n",
    "Outlook's plain part": "*From:* Jane Doe <jane@example.com>\n*Sent:* Saturday, November 21, 2026 9:50 PM\n"
    "*To:* support@example.org\n*Subject:* Fire\n",
    "Exchange ActiveSync": "-------- Original message --------\nFrom: Jane Doe <jane@example.com>\n"
    "Date: 21/11/2026 21:50 (GMT+01:00)\nTo: support@example.org\nSubject: Fire\n",
    "GMX": 'Gesendet: Samstag, 21. November 2026 um 21:50 Uhr\nVon: "Jane Doe" <jane@example.com>\n'
    "An: support@example.org\nBetreff: Fire\n",
    "Proton": "------- Original Message -------",
    "Yahoo": "On Saturday, November 21, 2026 at 09:50:00 PM GMT+1, Jane Doe <jane@example.com> wrote:  \n ",
}


@pytest.mark.parametrize("program", ATTRIBUTIONS)
def test_an_answer_above_the_quote(program: str) -> None:
    assert own_words(f"Take water.\n\nInes\n\n{ATTRIBUTIONS[program]}\n\n{QUOTE}\n") == "Take water.\n\nInes"


@pytest.mark.parametrize("program", ATTRIBUTIONS)
def test_an_answer_between_and_below_the_quotes_is_kept(program: str) -> None:
    text = (
        f"Hello Jane,\n{ATTRIBUTIONS[program]}\n{QUOTE}\n\nWhich floor?\n\n> the second\n\nTake water.\n\n-- \nInes\n"
    )

    assert own_words(text) == "Hello Jane,\n\nWhich floor?\n\nTake water."


@pytest.mark.parametrize("program", ATTRIBUTIONS)
def test_an_empty_answer_is_empty(program: str) -> None:
    assert own_words(f"\n\n{ATTRIBUTIONS[program]}\n{QUOTE}\n") == ""


@pytest.mark.parametrize("program", BLOCKS)
def test_an_answer_above_an_unmarked_original(program: str) -> None:
    original = "\nGood evening,\n\nthe printer burns.\n"

    assert own_words(f"Take water.\n\nInes\n\n{BLOCKS[program]}{original}") == "Take water.\n\nInes"
    if program != "Yahoo":
        assert own_words(f"\n\n{BLOCKS[program]}{original}") == ""


@pytest.mark.parametrize("program", BLOCKS)
def test_an_original_that_is_marked_after_all_ends_nothing(program: str) -> None:
    assert own_words(f"Hello,\n\n{BLOCKS[program]}\n{QUOTE}\n\nTake water.") == "Hello,\n\nTake water."


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("claim", "claim"),
        (
            "claim\n\nSent from my iPhone\n\n> On 21 Nov 2026, at 21:50, Jane <j@example.com> wrote:\n> \n> Hello",
            "claim",
        ),
        ("claim\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n" + BLOCKS["Outlook of today"] + "Hello", "claim"),
        ("Ok\n\nVon meinem iPhone gesendet\n", "Ok"),
        ("Ok\n\nInviato da iPhone\n", "Ok"),
        ("Ok\n\nEnvoyé de mon iPhone\n", "Ok"),
        ("Ok\n\nSent from my Galaxy\n\n\n-------- Original message --------\nFrom: x", "Ok"),
        ("Ok\n-- \nInes\nSupport\n\n" + ATTRIBUTIONS["Gmail"] + "\n> Hello\n", "Ok"),
        ("Ok\n-- \nInes\n\n> Hello\n\nAnd more below.", "Ok\n\nAnd more below."),
        ("Ok\n--\nInes", "Ok"),
        ("Ok\n--\n" + "More.\n" * 30, "Ok\n--\n" + "More.\n" * 29 + "More."),
        (
            "Dear Jane,\nyou wrote in 2025: it burns.\n\nDoes it?",
            "Dear Jane,\nyou wrote in 2025: it burns.\n\nDoes it?",
        ),
        (
            "In 2025 our director wrote:\n\nWater is wet.\n\nIt holds.",
            "In 2025 our director wrote:\n\nWater is wet.\n\nIt holds.",
        ),
        ("Please do as follows:\n> make\n> make install\nThen call us.", "Please do as follows:\n\nThen call us."),
        ("See the two points:\n\nFrom: a\nto b", "See the two points:\n\nFrom: a\nto b"),
        (
            "FYI\n\n---------- Forwarded message ---------\nFrom: A <a@b.example>\nDate: x\nSubject: y\nTo: z\n\nText",
            "FYI\n\n---------- Forwarded message ---------\nFrom: A <a@b.example>\nDate: x\nSubject: y\nTo: z\n\nText",
        ),
        (ATTRIBUTIONS["mutt"] + "\n\nAll quotes were deleted here.", None),
        ("", ""),
        ("\n\n\n", ""),
        ("> only\n> quotes", ""),
    ],
)
def test_what_is_kept(text: str, own: str | None) -> None:
    assert own_words(text) == (text if own is None else own)


@given(st.lists(st.sampled_from(["Own words.", "", "-- ", "> quoted", *ATTRIBUTIONS.values(), *BLOCKS.values()])))
def test_nothing_is_made_up(lines: list[str]) -> None:
    text = "\n".join(lines)

    assert set(own_words(text).split("\n")) <= {line.rstrip() for line in text.split("\n")} | {""}


@given(st.lists(st.sampled_from(["Own words.", "", "> quoted", ATTRIBUTIONS["Gmail"]])))
def test_words_among_marked_quotes_are_never_cut(lines: list[str]) -> None:
    marked = [
        line
        for place, line in enumerate(lines)
        if line != ATTRIBUTIONS["Gmail"] or "> quoted" in lines[place + 1 : place + 2]
    ]

    assert own_words("\n".join(marked)).count("Own words.") == marked.count("Own words.")
