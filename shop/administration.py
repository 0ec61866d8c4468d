"""Administration commands: tenants, signing keys, translations."""

import sys
from collections.abc import Callable
from typing import Any

import click

from shop.constants.job import JobName
from shop.constants.tenant import DEFAULT_SLUG, NAME_MAX
from shop.constants.user import EMAIL_MAX
from shop.container import find_modules
from shop.core.crypto import signing_keys as key_ring
from shop.core.i18n.languages import LANGUAGES, load_catalogue
from shop.core.operations.terminal import FieldParam, confirm, print_status, yes_option
from shop.core.operations.translation_check import collect_expected_messages
from shop.core.settings.settings import Settings
from shop.core.validation.fields import Email, Text

FindJob = Callable[[JobName], Any]
NAME, EMAIL = FieldParam(Text(NAME_MAX, min_length=1)), FieldParam(Email(EMAIL_MAX))


def admin_commands(find_job: FindJob) -> list[click.Command]:
    """Return the commands; `find_job` returns the job of a name."""
    commands: list[click.Command] = [tenants, keys, translations]
    for command in commands:
        command.context_settings = {"obj": find_job}
    return commands


@click.group(invoke_without_command=True)
@click.pass_context
def tenants(context: click.Context) -> None:
    """List the tenants, or change them."""
    if context.invoked_subcommand:
        return
    entries = context.obj(JobName.TENANTS).run()
    if not entries:
        print_status("There are no tenants.")
    for entry in entries:
        host, state = f"  {entry.host}" if entry.host else "", "" if entry.enabled else "  disabled"
        click.echo(f"{entry.tenant_id:>6}  {entry.slug:<32}  {entry.name}{host}{state}")


@tenants.command()
@click.argument("slug")
@click.option("--name", type=NAME, help="Display name; default: SLUG.")
@click.option("--host", help="Host name that selects the tenant.")
@click.option(
    "--admin-email",
    type=EMAIL,
    help="E-mail of the first administrator; password from SHOP_ADMIN_PASSWORD or a prompt.",
)
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
    """Add a tenant; requests select it with `X-Tenant: SLUG`."""
    job, password = find_job(JobName.TENANTS), _prompt_password(admin_password) if admin_email else None
    tenant_id = job.add(slug, name or slug, host, admin_email)
    if admin_email:
        job.add_administrator(tenant_id, admin_email, password)
    click.echo(f"{slug} is tenant {tenant_id}.")


@tenants.command()
@click.argument("slug")
@click.argument("email", type=EMAIL)
@click.option("--admin-password", envvar="SHOP_ADMIN_PASSWORD", hidden=True)
@click.pass_obj
def add_admin(find_job: FindJob, slug: str, email: str, admin_password: str | None) -> None:
    """Add an administrator to a tenant; password from SHOP_ADMIN_PASSWORD or a prompt."""
    job = find_job(JobName.TENANTS)
    tenant_ids = {entry.slug: entry.tenant_id for entry in job.run()}
    if slug not in tenant_ids:
        raise click.ClickException(f"There is no tenant {slug}.")
    if not job.add_administrator(tenant_ids[slug], email, _prompt_password(admin_password)):
        raise click.ClickException(f"{email} has an account there already; an administrator gives it rights.")
    click.echo(f"{email} is an administrator of {slug}.")


# The former name of `add-admin`, for scripts of older releases.
tenants.add_command(click.Command("employ", callback=add_admin.callback, params=add_admin.params, hidden=True))


def _prompt_password(password: str | None) -> str:
    return password or str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


@tenants.command()
@click.argument("slug")
@yes_option
@click.pass_obj
def disable(find_job: FindJob, slug: str, *, yes: bool) -> None:
    """Disable a tenant: sign-in and tokens are refused, its rows stay."""
    confirm(_describe_disabling(slug), skip=yes)
    find_job(JobName.TENANTS).disable(slug)
    click.echo(f"{slug} is disabled.")


def _describe_disabling(slug: str) -> str:
    default = (
        " All requests without X-Tenant select it, those of administrators as well." if slug == DEFAULT_SLUG else ""
    )
    return f"Users of tenant {slug} cannot sign in or use their tokens while it is disabled.{default} Disable it?"


@tenants.command()
@click.argument("slug")
@click.pass_obj
def enable(find_job: FindJob, slug: str) -> None:
    """Enable a disabled tenant again."""
    find_job(JobName.TENANTS).enable(slug)
    click.echo(f"{slug} is enabled.")


@click.group(invoke_without_command=True)
@click.pass_context
def keys(context: click.Context) -> None:
    """List or change the signing keys of tokens.

    Running processes read changes within a second.
    """
    if context.invoked_subcommand:
        return
    ring = key_ring.read_keys(key_ring.keys_file(Settings.load()))
    for kid, key in ring.keys.items():
        click.echo(f"{kid:<32}  {key.algorithm:<8}{'signs' if kid == ring.active else 'verifies'}")


@keys.command("add")
@click.argument("kid")
@click.option("--algorithm", type=click.Choice(key_ring.ALGORITHMS), default="EdDSA", show_default=True)
def add_key(kid: str, algorithm: str) -> None:
    """Add a key that verifies tokens but does not sign yet."""
    key_ring.add_key(key_ring.keys_file(Settings.load()), kid, algorithm)
    click.echo(f"{kid} verifies.")


@keys.command("activate")
@click.argument("kid")
def activate_key(kid: str) -> None:
    """Sign with KID from now on; the other keys still verify."""
    key_ring.activate_key(key_ring.keys_file(Settings.load()), kid)
    click.echo(f"{kid} signs.")


@keys.command("remove")
@click.argument("kid")
@yes_option
def remove_key(kid: str, *, yes: bool) -> None:
    """Remove a key; tokens signed with it are refused from now on."""
    confirm(f"Users with a token signed by {kid} are signed out, and the key cannot be restored. Remove it?", skip=yes)
    key_ring.remove_key(key_ring.keys_file(Settings.load()), kid)
    click.echo(f"{kid} is gone.")


@click.command()
def translations() -> None:
    """List missing and unused catalogue messages; exit code 1 if any."""
    find_modules("exception_codes")
    expected = collect_expected_messages(*(find_modules(folder) for folder in ("constants", "validators", "checkers")))
    gaps = [(name, *gap) for name in LANGUAGES for gap in expected.problems(name, load_catalogue(name))]
    click.echo(
        "\n".join(f"{name:<8} {problem:<14} {key}" for name, problem, key in gaps) or "The catalogues are complete."
    )
    sys.exit(bool(gaps))
