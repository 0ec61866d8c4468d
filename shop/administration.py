"""`flask shop tenants ...` and the like: what an operator decides and looks up."""

from collections.abc import Callable
from typing import Any

import click

from shop.constants.job import JobName
from shop.core.log_entry import as_json, as_text

FindJob = Callable[[JobName], Any]


def administration(find_job: FindJob) -> list[click.Command]:
    """The commands; `find_job` makes a job of that name."""
    commands: list[click.Command] = [tenants, dead_letters, logs]
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
    if admin_email and not admin_password:
        admin_password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    job = find_job(JobName.TENANTS)
    tenant_id = job.add(slug, name or slug, host)
    if admin_email:
        job.employ(tenant_id, admin_email, admin_password)
    click.echo(f"{slug} is tenant {tenant_id}.")


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
