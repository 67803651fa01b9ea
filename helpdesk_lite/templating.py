"""How every template of the desk is read by Jinja2: strict, tidy, and in the reader's language.

Guarantee: a name that is not there is a mistake, not an empty text. Which templates there are, and what they may see,
is told by those that write pages, forms and letters.
"""

from __future__ import annotations

from jinja2 import BaseLoader, Environment, StrictUndefined

from helpdesk_lite.words import i18n

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def environment(kind: type[Environment], loader: BaseLoader, language: str, **options: Any) -> Environment:
    """An environment of this kind that says its texts in `language`; `options` are Jinja2's, escaping is on."""
    made = kind(
        loader=loader,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
        **{"autoescape": True, **options},
    )
    said = i18n.translation(language)
    made.install_gettext_callables(said.gettext, said.ngettext, newstyle=True)  # type: ignore[attr-defined]
    return made
