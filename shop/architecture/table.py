"""Access table: the structures, their duties and their permitted imports.

The table is written once, here. The contracts in `importlinter.ini`, the wiring and the tests are compared with it. An
import that a row does not list is forbidden, also between two units of the same kind.
"""

from dataclasses import dataclass
from functools import cache

INDEPENDENTS = ("Constant", "Support", "ExceptionCode", "CacheManager")

# The modules that compose the application. They may use the independents and no other structure.
ASSEMBLY = ("administration", "app", "cli", "container", "maintenance", "worker")


@dataclass(frozen=True)
class Structure:
    """Row of the table; `suffix` ends its class names, empty for Models.

    Constants and Supports have no suffix either.
    """

    name: str
    folder: str
    suffix: str
    may_use: tuple[str, ...]
    duty: str
    entrance: bool = False
    uses_core: bool = True


# From bottom to top: a structure follows all that it may use, so this is also the order of building.
STRUCTURES = (
    Structure("Constant", "constants", "", (), "names of states, limits and jobs", uses_core=False),
    Structure("Support", "supports", "", ("Constant",), "stand-alone pure functions"),
    Structure(
        "ExceptionCode",
        "exception_codes",
        "ExceptionCode",
        (),
        "error codes with status and message",
    ),
    Structure("CacheManager", "cache_managers", "CacheManager", ("Constant", "Support"), "owns every Redis key"),
    Structure(
        "Presenter", "presenters", "Presenter", INDEPENDENTS, "display forms of a row: labels and readable times"
    ),
    Structure("Model", "models", "", ("Presenter", *INDEPENDENTS), "one table: its columns, types and constraints"),
    Structure("Repository", "repositories", "Repository", ("Model", *INDEPENDENTS), "queries on exactly one Model"),
    Structure(
        "Combination",
        "combinations",
        "Combination",
        ("Presenter", *INDEPENDENTS),
        "turns rows into JSON-safe, cacheable information",
    ),
    Structure(
        "Service",
        "services",
        "Service",
        ("Repository", "Combination", *INDEPENDENTS),
        "business rules over one or several Repositories",
    ),
    Structure(
        "CombinationManager",
        "combination_managers",
        "CombinationManager",
        ("Combination", "Presenter", "Service", *INDEPENDENTS),
        "information that needs several sources",
    ),
    Structure(
        "ServiceManager",
        "service_managers",
        "ServiceManager",
        ("Service", "CombinationManager", *INDEPENDENTS),
        "coordinates several Services in one business operation",
    ),
    Structure("Validator", "validators", "Validator", INDEPENDENTS, "the field rules of exactly one Model"),
    Structure("Checker", "checkers", "Checker", ("Validator", *INDEPENDENTS), "the fields of one request"),
    Structure("Schema", "schemas", "Schema", INDEPENDENTS, "the fields of one response"),
    Structure(
        "Job",
        "jobs",
        "Job",
        ("ServiceManager", "Service", "CombinationManager", *INDEPENDENTS),
        "entry point for queue and schedule; owns the transaction",
        entrance=True,
    ),
    Structure(
        "Controller",
        "controllers",
        "Controller",
        ("Checker", "ServiceManager", "Service", "CombinationManager", "Schema", *INDEPENDENTS),
        "entry point for HTTP; owns the transaction",
        entrance=True,
    ),
)

_BY_NAME = {structure.name: structure for structure in STRUCTURES}
_BY_FOLDER = {structure.folder: structure for structure in STRUCTURES}


def structure(name: str) -> Structure:
    """Return the row called `name`; raises KeyError for an unknown name."""
    return _BY_NAME[name]


def may_use(importer: str, imported: str) -> bool:
    """Return True when the table grants `importer` the use of `imported`."""
    return structure(imported).name in structure(importer).may_use


def used_by(name: str) -> tuple[str, ...]:
    """Return the structures that may use `name`, from bottom to top."""
    return tuple(importer.name for importer in STRUCTURES if may_use(importer.name, name))


@cache
def of_module(module: str) -> Structure | None:
    """Return the structure of a module such as `shop.services.item`, or None.

    A file inside of a unit, such as `shop.services.stock.writing`, belongs to the structure of its unit.
    """
    root, _, path = module.partition(".")
    folder, _, file = path.partition(".")
    return _BY_FOLDER.get(folder) if root == "shop" and file else None
