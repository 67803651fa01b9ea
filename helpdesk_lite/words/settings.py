"""The desk's settings as a value; settings_table says what each means and reads them from settings.toml.

Guarantee: complete and valid. It imports nothing: every request needs it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Settings:
    """The settings, by the names in `settings_table.TABLE` (`by` of [sign_in] as `sign_in_by`)."""

    name: str
    url: str
    address: str
    broadcast: tuple[str, ...]
    language: str
    show_operator: bool
    resolved_days: int
    proxy: str
    transport: str
    answers: str
    forward: str
    acknowledge: bool
    ticket_addresses: str
    trusted_results: str
    reopen_days: int
    letter_mb: int
    upload_mb: int
    submissions_per_hour: int
    sign_in_tries: int
    sign_in_by: str
    stay_hours: int
    mailbox: str
    token_command: str
    afterwards: str
    erase_after_days: int

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__.update({name: tuple(it) if isinstance(it, list) else it for name, it in values.items()})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Settings) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]

    def _replace(self, **changes: Any) -> Settings:
        """The same settings but for these: NamedTuple's word for it."""
        return Settings({**self.__dict__, **changes})
