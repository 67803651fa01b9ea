"""settings.toml: written with comments, read strictly, all mistakes at once."""

import pytest

from helpdesk_lite.words import route
from helpdesk_lite.words import settings_table as settings
from helpdesk_lite.words.errors import SettingsMistaken


def mistakes(text: str) -> list[str]:
    with pytest.raises(SettingsMistaken) as found:
        settings.read(text, "data/settings.toml")
    return found.value.mistakes


def test_the_file_of_a_new_desk_says_the_defaults():
    assert settings.read(settings.default_text()) == settings.read("")


def test_every_setting_is_in_the_file_of_a_new_desk():
    text = settings.default_text()
    assert all(f"\n{setting.name} = " in text and f"\n[{setting.section}]\n" in text for setting in settings.TABLE)


def test_a_setting_is_taken_from_the_file():
    assert settings.read('[desk]\nname = "Acme Support"\n').name == "Acme Support"


def test_all_mistakes_are_told_at_once_each_with_its_line():
    text = '[desk]\nname = ""\ncolour = "red"\n\n[limits]\nupload_mb = "much"\n\n[mail]\ntransport = "pigeon"\n'
    assert [mistake.split(": ")[0] for mistake in mistakes(text)] == [
        "data/settings.toml:2",
        "data/settings.toml:3",
        "data/settings.toml:6",
        "data/settings.toml:9",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[desk]\nbroadcast = ["nobody"]\n', "'nobody' is not a mail address"),
        ('[desk]\nbroadcast = "a@example.org"\n', "it must be a list of texts"),
        ("[mail]\nacknowledge = 1\n", "it must be true or false"),
        ("[limits]\nupload_mb = 0\n", "it must be 1 or more"),
        ('[desk]\nurl = "help.example.org"\n', "it must look like https://"),
        ('[mail]\nanswers = "never"\n', "it must be one of 'direct', 'copied', 'relayed'"),
        ("[nothing]\n", "there is no section [nothing]"),
        ('desk = "x"\n', "there is no section [desk]"),
        ("[desk\n", "at line 1"),
    ],
)
def test_a_mistake_says_what_would_be_right(text, said):
    assert said in mistakes(text)[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("maildir:data/mail", route.Route("maildir", path="data/mail")),
        ("sendmail:/usr/sbin/sendmail", route.Route("sendmail", path="/usr/sbin/sendmail")),
        ("lmtp:/run/lmtp", route.Route("lmtp", path="/run/lmtp")),
        ("lmtp://localhost:2424", route.Route("lmtp", host="localhost", port=2424)),
        ("smtp://mail.example.org", route.Route("smtp", host="mail.example.org", port=25)),
        ("smtp://[::1]:2525?tls=none", route.Route("smtp", host="::1", port=2525)),
        ("smtp://mail.example.org:465", route.Route("smtp", host="mail.example.org", port=465, tls="implicit")),
        (
            "smtp://us%40er:p%3Aw@mail.example.org:587",
            route.Route("smtp", host="mail.example.org", port=587, user="us@er", password="p:w", tls="starttls"),
        ),
    ],
)
def test_a_transport_is_read(text, expected):
    assert route.read_transport(text) == expected


@pytest.mark.parametrize("text", ["", "mail", "smtp:", "smtp://", "smtp://h:99999", "smtp://h?tls=maybe", "maildir:"])
def test_a_transport_that_makes_no_sense_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        route.read_transport(text)


def test_a_route_is_shown_without_its_password():
    assert "secret" not in route.read_transport("smtp://me:secret@mail.example.org").shown()


IMAP = route.Route("imap", host="mail.example.org", port=993, user="ines", password="pw", tls="implicit")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mail", route.Route("mail")),
        ("imap://ines:pw@mail.example.org", IMAP._replace(folder="INBOX")),
        ("imaps://ines:pw@mail.example.org/", IMAP._replace(folder="INBOX")),
        ("imap://ines:pw@mail.example.org/Help%20Desk/New", IMAP._replace(folder="Help Desk/New")),
        ("imap://ines:pw@mail.example.org/Gr%C3%BC%C3%9Fe", IMAP._replace(folder="Grüße")),
        ("imap://ines:pw@mail.example.org:143", IMAP._replace(folder="INBOX", port=143, tls="starttls")),
        ("imap://ines:pw@mail.example.org/X?tls=none", IMAP._replace(folder="X", tls="none")),
    ],
)
def test_a_delivery_is_read(text, expected):
    assert route.read_delivery(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "imap://mail.example.org",
        "imap://ines@mail.example.org",
        "imap://i:p@h/a%0Db",
        "imap://i:p%0D%0Ax@h",
        "lmtp://h/folder",
        "smtp://h",
    ],
)
def test_a_delivery_that_makes_no_sense_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        route.read_delivery(text)
