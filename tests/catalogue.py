"""The texts of the desk in other languages: what the code and the templates say now, beside what locale/ holds.

`python -m tests.catalogue` brings every .po file up to date with the texts (new ones empty, changed ones marked fuzzy)
and compiles it; then translate what it names, and run it again.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from helpdesk_lite.words.i18n import DOMAIN, LANGUAGES

CHECKOUT = Path(__file__).resolve().parents[1]
LOCALE = CHECKOUT / "helpdesk_lite" / "locale"
# N_ and Sentence mark a text where it cannot be translated yet; `say` is a gettext at hand.
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "Sentence": None, "say": None}


def path(language: str, end: str) -> Path:
    """Where the catalogue of `language` lies: .po for people, .mo for gettext."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.{end}"


def translated() -> list[str]:
    """The languages besides English."""
    return [language for language in LANGUAGES if language != "en"]


def extracted() -> Catalog:
    """Every text that the code and the templates mark for translation, as they are now."""
    with open(CHECKOUT / "babel.cfg", encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found = Catalog(project="Help Desk Lite", domain=DOMAIN, fuzzy=False)
    for file, _, message, comments, context in extract_from_dir(
        CHECKOUT, methods, options, KEYWORDS, directory_filter=_is_ours
    ):
        found.add(message, locations=[(file, None)], auto_comments=comments, context=context)
    return found


def read(language: str) -> Catalog:
    """The catalogue of `language` as the .po file has it."""
    with open(path(language, "po"), "rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def written(catalog: Catalog) -> bytes:
    """The catalogue as a .po file. Texts say which files they come from, but no lines, which change all the time."""
    file = io.BytesIO()
    write_po(file, catalog, width=110, include_lineno=False, sort_by_file=True, ignore_obsolete=True)
    return file.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """The catalogue as a .mo file."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def unfinished(catalog: Catalog) -> list[str]:
    """The texts that are not translated, or marked as doubtful."""
    return [str(message.id) for message in catalog if message.id and (message.fuzzy or not _is_full(message.string))]


def _is_full(string: str | list[str] | tuple[str, ...]) -> bool:
    return all(string) if isinstance(string, list | tuple) else bool(string)


def _is_ours(folder: str) -> bool:
    return Path(folder).name not in ("share", "build", "dist", "data", "tests", "node_modules") and not Path(
        folder
    ).name.startswith((".", "__"))


def _new(language: str) -> Catalog:
    return Catalog(
        language,
        DOMAIN,
        header_comment=f"# The texts of Help Desk Lite in the language {language}; see tests/catalogue.py.",
        project="Help Desk Lite",
        version="1",
        msgid_bugs_address="see README.md",
        last_translator="The Help Desk Lite engineers",
        language_team="The Help Desk Lite engineers",
        fuzzy=False,
    )


def update() -> int:
    """Bring all catalogues up to date; how many texts still want translating."""
    template = extracted()
    left = 0
    for language in translated():
        place = path(language, "po")
        place.parent.mkdir(parents=True, exist_ok=True)
        catalog = read(language) if place.exists() else _new(language)
        catalog.update(template, update_creation_date=False)
        catalog.obsolete.clear()
        place.write_bytes(written(catalog))
        path(language, "mo").write_bytes(compiled(catalog))
        for text in unfinished(catalog):
            print(f"{place}: {text}")
            left += 1
    return left


if __name__ == "__main__":
    sys.exit(1 if update() else 0)
