"""Terminal of a command: questions, progress and status sentences."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import repeat
from typing import Any

import click
from marshmallow import ValidationError, fields

# The parameters of a command that asks before it destroys.
yes_option = click.option("--yes", is_flag=True, help="Do not ask on a terminal.")


class FieldParam(click.ParamType[Any]):
    """Type of an argument with the rules of a request field."""

    name = "text"

    def __init__(self, field: fields.Field[Any]) -> None:
        self._field = field

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the value of the field; ends the command when refused."""
        try:
            return self._field.deserialize(value)
        except ValidationError as error:
            return self.fail(f"{value!r}: {' '.join(map(str, error.messages))}", param, ctx)


def has_terminal() -> bool:
    """Return True while this process has a terminal that controls it."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def confirm(question: str, *, skip: bool) -> None:
    """Ask before something is destroyed; end the command when refused.

    Asks on a terminal only, so scripts run as if `skip` were True.
    """
    if not skip and sys.stdin.isatty():
        click.confirm(question, abort=True, err=True)


@contextmanager
def show_progress(label: str, length: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show a progress bar, and yield a function that adds steps.

    Shows it on a terminal only. Without a `length` the bar shows the number of steps.
    """
    steps = None if length is not None else repeat(None)
    hidden = not sys.stderr.isatty()
    with click.progressbar(
        steps, length, label, hidden=hidden, show_pos=True, show_percent=False, file=sys.stderr
    ) as bar:
        yield bar.update


def print_status(sentence: str) -> None:
    """Print a sentence about a start or stop to stderr.

    The terminal may be gone, and that may not end the stop.
    """
    with suppress(OSError, ValueError):
        click.echo(sentence, err=True)
