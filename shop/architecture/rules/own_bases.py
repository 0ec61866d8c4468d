"""Rule that each base class of the core serves one structure."""

from collections.abc import Iterator

from shop.architecture.finding import Finding
from shop.architecture.source.banned_names import BannedName, find_banned_names
from shop.architecture.source.source import Sources

RULE = "own_bases"
HOMES = {
    "shop.core.database.repository": "repositories",
    "shop.core.database.model.Model": "models",
    "shop.core.cache.cache_manager": "cache_managers",
    "shop.core.jobs.job.Job": "jobs",
    "shop.core.api.controller": "controllers",
    "shop.core.api.blueprint": "controllers",
    "shop.core.errors.ExceptionCode": "exception_codes",
}
BANS = tuple(
    BannedName(
        (base,),
        f"`{{word}}` is the base of the files in {folder}.",
        "Use a class of that structure, where the access table permits it.",
        (f"shop.{folder}",),
    )
    for base, folder in HOMES.items()
)


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for base classes outside of their layer."""
    return find_banned_names(sources, BANS, RULE)
