"""Settings loader: environment, `.env` file, and `NAME_FILE` (Docker secrets)."""

import difflib
import logging
import math
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from shop.core.settings.addresses import mask_password
from shop.core.settings.rate import Rate

PREFIX = "SHOP_"
_log = logging.getLogger(__name__)


class SettingsError(Exception):
    """An invalid value; the message names the setting and the reason."""


def setting(default: Any, description: str, *, check: Callable[[Any], bool] | None = None, secret: bool = False) -> Any:
    """Declare a setting: default, description, check of its value."""
    return field(default=default, metadata={"description": description, "check": check, "secret": secret})


def at_least(low: float) -> Callable[[Any], bool]:
    """Create a check for finite numbers from `low` on."""
    return lambda value: low <= value < math.inf


def empty_or(check: Callable[[str], bool]) -> Callable[[str], bool]:
    """Extend a check to accept the empty text."""
    return lambda text: not text or check(text)


def variable_name(name: str) -> str:
    """Return the environment variable of a field."""
    return PREFIX + name.upper()


def read_environment() -> dict[str, str]:
    """Read the `.env` file and the environment, which takes precedence.

    Raises SettingsError when the file cannot be read.
    """
    try:
        dotenv = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The file .env cannot be read: {error}.") from error
    return {**dotenv, **os.environ}


def is_set(name: str, source: Mapping[str, str]) -> bool:
    """Return True when a setting has a variable or a file."""
    return variable_name(name) in source or f"{variable_name(name)}_FILE" in source


def read_setting(name: str, kind: Any, metadata: Mapping[str, Any], source: Mapping[str, str]) -> Any:
    """Read and check the value of a setting.

    Raises SettingsError for an invalid value.
    """
    text = source[variable_name(name)] if variable_name(name) in source else _read_file(name, source)
    try:
        value = _PARSERS[kind](text.strip())
    except ValueError:
        raise SettingsError(f"{variable_name(name)} must be {_TYPE_NAMES[kind]}, not {text!r}.") from None
    if metadata["check"] and not metadata["check"](value):
        shown = "that" if metadata["secret"] else repr(text)
        raise SettingsError(f"{variable_name(name)} cannot be {shown}: {metadata['description']}.")
    return value


def _read_file(name: str, source: Mapping[str, str]) -> str:
    path = Path(source[f"{variable_name(name)}_FILE"])
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{variable_name(name)}_FILE cannot be read: {error}.") from error


def _parse_boolean(text: str) -> bool:
    if text.lower() not in _TRUE | _FALSE:
        raise ValueError(text)
    return text.lower() in _TRUE


def _parse_list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}
_PARSERS: dict[Any, Callable[[str], Any]] = {
    str: str,
    int: int,
    float: float,
    bool: _parse_boolean,
    tuple[str, ...]: _parse_list,
    Rate: Rate.parse,
    Rate | None: lambda text: Rate.parse(text) if text else None,
}
_TYPE_NAMES = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    Rate: "a rate such as 60/minute, 5/30 seconds or off",
    Rate | None: "empty, or a rate such as 60/minute, 5/30 seconds or off",
}


def warn_about_unknown(source: Mapping[str, str], names: Iterable[str]) -> None:
    """Log a warning for each `SHOP_` variable that is no setting."""
    known = [variable_name(name) for name in names]
    known += [f"{name}_FILE" for name in known]
    for name in sorted(set(source) - set(known)):
        if name.startswith(PREFIX) and not name.startswith("SHOP_TEST_"):
            nearest = difflib.get_close_matches(name, known, n=1)
            _log.warning("Unknown setting %s%s", name, f"; did you mean {nearest[0]}?" if nearest else "")


def mask_value(value: Any, *, secret: bool) -> str:
    """Format a value for display.

    Secrets are replaced by `***`; in an address only the password is.
    """
    if isinstance(value, tuple):
        return ",".join(mask_value(part, secret=secret) for part in value)
    text = "" if value is None else str(value)
    if not (secret and text):
        return text
    return mask_password(text) if "://" in text else "***"
