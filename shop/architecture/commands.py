"""Command group `flask shop arch`.

The commands need import-linter, which is not installed where the service only runs.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import click

from shop.architecture.source.module_kinds import UnknownName

FORMATS = ("text", "json", "gitlab", "sarif", "junit", "github", "baseline")


def arch_commands(make_container: Callable[[], Any]) -> click.Group:
    """Build the command group; `make_container` builds the container that is checked."""

    @click.group("arch", help="Check the architecture and print facts about it.")
    @click.pass_context
    def arch(context: click.Context) -> None:
        context.obj = (_import_results(), make_container)

    for command in (check, matrix, why, module, routes, prove, report):
        arch.add_command(command)
    return arch


@click.command()
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="Output format.")
@click.option(
    "--baseline", type=click.Path(path_type=Path), help="File of known findings; arch-baseline.json by default."
)
@click.option("--update-baseline", is_flag=True, help="Remove fixed findings from the list; none is added.")
@click.pass_obj
def check(tools: Any, form: str, baseline: Path | None, *, update_baseline: bool) -> None:
    """Check contracts, rules and wiring; exit code 1 on a violation."""
    results, make_container = tools
    try:
        check_report = results.check(make_container(), baseline, update=update_baseline)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(results.write(check_report, form))
    sys.exit(not check_report.passed)


@click.command()
@click.pass_obj
def matrix(tools: Any) -> None:
    """Print the access table with the number of imports per cell."""
    click.echo(tools[0].matrix())


@click.command()
@click.argument("importer")
@click.argument("imported")
@click.pass_obj
def why(tools: Any, importer: str, imported: str) -> None:
    """Explain a use of one kind; exit code 1 when forbidden."""
    with _report_unknown_names():
        granted, text = tools[0].why(importer, imported)
    click.echo(text)
    sys.exit(not granted)


@click.command()
@click.argument("noun")
@click.pass_obj
def module(tools: Any, noun: str) -> None:
    """Print all files, classes, routes, tables, keys and codes of a noun."""
    with _report_unknown_names():
        click.echo(tools[0].module(noun))


@click.command()
@click.pass_obj
def routes(tools: Any) -> None:
    """Print every route with its access rule."""
    results, make_container = tools
    click.echo(results.routes(make_container()))


@click.command()
@click.pass_obj
def prove(tools: Any) -> None:
    """Run all planted violations; exit code 1 when one is undetected."""
    results, make_container = tools
    passed, text = results.prove(make_container)
    click.echo(text)
    sys.exit(not passed)


@click.command()
@click.option("--output", type=click.Path(path_type=Path), help="File to write; by default the committed report.")
@click.option("--against", type=click.Path(path_type=Path), help="A saved report to compare with.")
@click.pass_obj
def report(tools: Any, output: Path | None, against: Path | None) -> None:
    """Write the architecture report as one HTML file."""
    try:
        click.echo(f"Written: {tools[0].report(output, against)}")
    except ValueError as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def _report_unknown_names() -> Iterator[None]:
    try:
        yield
    except UnknownName as unknown:
        raise click.UsageError(str(unknown)) from None


def _import_results() -> ModuleType:
    try:
        from shop.architecture.audit import command_results as results  # noqa: PLC0415 - the service runs without what this imports
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in {"grimp", "importlinter"}:
            raise
        raise click.ClickException("import-linter is not installed here: pip install 'shop[test]'.") from missing
    return results
