"""`flask shop tenants ...` and the like: what an operator decides and looks up."""

import sys
from collections.abc import Callable
from typing import Any

import click

from shop.constants.job import JobName
from shop.container import find_modules
from shop.core.crypto import signing_keys as key_ring
from shop.core.i18n.languages import LANGUAGES, load_catalogue
from shop.core.logging.entry import as_json, as_text
from shop.core.operations.translation_check import collect_expected_messages
from shop.core.settings.settings import Settings

FindJob = Callable[[JobName], Any]


def admin_commands(find_job: FindJob) -> list[click.Command]:
    """The commands; `find_job` makes a job of that name."""
    commands: list[click.Command] = [tenants, keys, dead_letters, logs, translations]
    for command in commands:
        command.context_settings = {"obj": find_job}
    return commands


@click.group(invoke_without_command=True)
@click.pass_context
def tenants(context: click.Context) -> None:
    """List the tenants, or change them."""
    if context.invoked_subcommand:
        return
    for one in context.obj(JobName.TENANTS).run():
        state = "" if one.enabled else "  disabled"
        click.echo(f"{one.tenant_id:>6}  {one.slug:<32}  {one.name}{f'  {one.host}' if one.host else ''}{state}")


@tenants.command()
@click.argument("slug")
@click.option("--name", help="How people call it; by default SLUG.")
@click.option("--host", help="The host of the addresses that lead to it.")
@click.option("--admin-email", help="Its first administrator; the password is SHOP_ADMIN_PASSWORD, or is asked for.")
@click.option("--admin-password", envvar="SHOP_ADMIN_PASSWORD", hidden=True)
@click.pass_obj
def add(
    find_job: FindJob,
    slug: str,
    name: str | None,
    host: str | None,
    admin_email: str | None,
    admin_password: str | None,
) -> None:
    """Add a tenant, which requests call SLUG in `X-Tenant`."""
    job, password = find_job(JobName.TENANTS), _prompt_password(admin_password) if admin_email else None
    tenant_id = job.add(slug, name or slug, host)
    if admin_email:
        job.add_administrator(tenant_id, admin_email, password)
    click.echo(f"{slug} is tenant {tenant_id}.")


@tenants.command()
@click.argument("slug")
@click.argument("email")
@click.option("--admin-password", envvar="SHOP_ADMIN_PASSWORD", hidden=True)
@click.pass_obj
def employ(find_job: FindJob, slug: str, email: str, admin_password: str | None) -> None:
    """Give a tenant an administrator; the password is SHOP_ADMIN_PASSWORD, or is asked for."""
    job = find_job(JobName.TENANTS)
    known = {one.slug: one.tenant_id for one in job.run()}
    if slug not in known:
        raise click.ClickException(f"There is no tenant {slug}.")
    if not job.add_administrator(known[slug], email, _prompt_password(admin_password)):
        raise click.ClickException(f"{email} has an account there already; an administrator gives it rights.")
    click.echo(f"{email} is an administrator of {slug}.")


def _prompt_password(password: str | None) -> str:
    return password or str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


@tenants.command()
@click.argument("slug")
@click.pass_obj
def disable(find_job: FindJob, slug: str) -> None:
    """Let nobody of a tenant in, and refuse its tokens; its rows stay."""
    find_job(JobName.TENANTS).disable(slug)
    click.echo(f"{slug} is disabled.")


@tenants.command()
@click.argument("slug")
@click.pass_obj
def enable(find_job: FindJob, slug: str) -> None:
    """Let them in again."""
    find_job(JobName.TENANTS).enable(slug)
    click.echo(f"{slug} is enabled.")


@click.group(invoke_without_command=True)
@click.pass_context
def keys(context: click.Context) -> None:
    """List the keys that sign tokens, or change them; running processes see it within a second."""
    if context.invoked_subcommand:
        return
    ring = key_ring.read_keys(key_ring.keys_file(Settings.load()))
    for kid, key in ring.keys.items():
        click.echo(f"{kid:<32}  {key.algorithm:<8}{'signs' if kid == ring.active else 'verifies'}")


@keys.command("add")
@click.argument("kid")
@click.option("--algorithm", type=click.Choice(key_ring.ALGORITHMS), default="EdDSA", show_default=True)
def add_key(kid: str, algorithm: str) -> None:
    """Add a new key, which verifies and does not sign yet."""
    key_ring.add_key(key_ring.keys_file(Settings.load()), kid, algorithm)
    click.echo(f"{kid} verifies.")


@keys.command("activate")
@click.argument("kid")
def activate_key(kid: str) -> None:
    """Let KID sign from now on; the others go on verifying."""
    key_ring.activate_key(key_ring.keys_file(Settings.load()), kid)
    click.echo(f"{kid} signs.")


@keys.command("remove")
@click.argument("kid")
def remove_key(kid: str) -> None:
    """Take a key out: whatever it signed is refused from now on."""
    key_ring.remove_key(key_ring.keys_file(Settings.load()), kid)
    click.echo(f"{kid} is gone.")


@click.command("dead-letters")
@click.option("--replay", metavar="NAME", help="Try one again.")
@click.option("--discard", metavar="NAME", help="Give one up; an order is rejected, its pieces go back.")
@click.pass_obj
def dead_letters(find_job: FindJob, replay: str | None, discard: str | None) -> None:
    """Show what failed for good: orders that cannot be written, and jobs."""
    job = find_job(JobName.DEAD_LETTERS)
    for name, act in ((replay, job.replay), (discard, job.discard)):
        if name and not act(name):
            raise click.ClickException(f"There is no dead letter called {name} with which that can be done.")
    for line in job.run():
        click.echo(f"{line.name}  {line.what}\n    {line.why}")


@click.command()
@click.option("--request", "request_id", required=True, metavar="ID", help="What `X-Request-ID` said.")
@click.option("--json", "whole", is_flag=True, help="An object a line, with everything it knows.")
@click.pass_obj
def logs(find_job: FindJob, request_id: str, whole: bool) -> None:  # noqa: FBT001 - click's way
    """Show every record of a request, and of what came of it."""
    for entry in find_job(JobName.LOGS).run(request_id):
        click.echo(as_json(entry).decode() if whole else as_text(entry))


@click.command()
def translations() -> None:
    """Say what the catalogues lack, and what nobody says any more; exit code 1 when there is anything."""
    find_modules("exception_codes")
    asked = collect_expected_messages(*(find_modules(folder) for folder in ("constants", "validators", "checkers")))
    gaps = [(name, *gap) for name in LANGUAGES for gap in asked.problems(name, load_catalogue(name))]
    click.echo("\n".join(f"{name:<8} {what:<14} {key}" for name, what, key in gaps) or "The catalogues are complete.")
    sys.exit(bool(gaps))
