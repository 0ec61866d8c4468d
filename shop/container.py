"""Dependency injection container, wired by the types of dataclass fields.

Nothing is registered by hand. A class may only be given instances of lower layers that the access table grants.
"""

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator
from functools import partial
from types import ModuleType
from typing import Any, TypeVar, get_type_hints

from dependency_injector import containers, providers

from shop.architecture.table import STRUCTURES, Structure, may_use, of_module
from shop.core.auth.session_watch import SessionWatch
from shop.core.auth.tenant_resolver import TenantResolver
from shop.core.clock import Clock
from shop.core.crypto.passwords import Passwords
from shop.core.crypto.tokens import Tokens
from shop.core.database.engine import Database
from shop.core.i18n.messages import register_success_codes
from shop.core.idempotency.guard import IdempotencyGuard
from shop.core.jobs.queue import JobQueue
from shop.core.logging.search import LogSearch
from shop.core.metrics.metrics import Metrics
from shop.core.operations.health import Health
from shop.core.operations.store_check import StoreCheck
from shop.core.pagination.cursor import CursorSigner
from shop.core.rate_limiting.limiter import RateLimiter
from shop.core.redis.stores import RedisStores
from shop.core.resilience.bounded_wait import BoundedWait
from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings
from shop.core.validation.choices import Choices

# What core offers as a collaborator; each is built from the ones before it.
CORE_CLASSES: tuple[type, ...] = (
    Clock, Database, RedisStores, JobQueue, Passwords, Tokens, SessionWatch, CursorSigner, BoundedWait, Metrics,
    RateLimiter,    IdempotencyGuard, TenantResolver, Health, StoreCheck, LogSearch, Choices,
)  # fmt: skip

T = TypeVar("T")


class WiringError(Exception):
    """Error for a collaborator that the access table forbids or nothing offers."""


class Container:
    """Collaborators of one app: thread-safe singletons, built before the first request."""

    def __init__(self, settings: Settings) -> None:
        self.providers = containers.DynamicContainer()
        self._classes: dict[type, str] = {}
        register_success_codes(find_modules("constants"))
        self._register(Settings, providers.Object(settings))
        for kind in CORE_CLASSES:
            self.add(kind)
        for structure in STRUCTURES:
            for kind in find_classes(structure):
                self.add(kind)

    def add(self, kind: type) -> None:
        """Wire one class.

        Raises WiringError when a field names a forbidden or unknown class.
        """
        collaborators = {name: self._provider(kind, name, wanted) for name, wanted in fields_of(kind).items()}
        self._register(kind, providers.ThreadSafeSingleton(kind, **collaborators))

    def get(self, kind: type[T]) -> T:
        """Return the one instance of a class in this app."""
        instance: T = self._provider_of(kind)()
        return instance

    def override(self, kind: type, stand_in: object) -> Any:
        """Replace the instance of a class for all its holders, in tests.

        Returns a context manager.
        """
        return _Override(self, kind, stand_in)

    def build(self) -> None:
        """Build every instance, so that wiring errors appear at start-up."""
        for kind in self._classes:
            self._provider_of(kind)()

    def find(self, structure: str) -> list[type]:
        """Return the classes of one row of the access table."""
        return [kind for kind in self._classes if getattr(of_module(kind.__module__), "name", None) == structure]

    def find_one(self, interface: type) -> Any:
        """Return the instance of the class that implements an interface."""
        return next(self.get(kind) for kind in self._classes if interface in kind.__mro__)

    def describe(self) -> Iterator[tuple[str, list[str]]]:
        """Yield each class name with the names of its collaborators."""
        for kind in self._classes:
            yield kind.__name__, [wanted.__name__ for wanted in fields_of(kind).values()]

    def find_holders(self, wanted: type) -> Iterator[tuple[object, str]]:
        """Yield each instance that holds a class, with the field name.

        Stand-ins are left out.
        """
        for kind in self._classes:
            instance: object = self._provider_of(kind)()
            if type(instance) is kind:
                yield from ((instance, name) for name, asked in fields_of(kind).items() if asked is wanted)

    def _register(self, kind: type, provider: Any) -> None:
        self._classes[kind] = f"{kind.__module__}.{kind.__qualname__}".replace(".", "_")
        self.providers.set_provider(self._classes[kind], provider)

    def _provider_of(self, kind: type) -> Any:
        return self.providers.providers[self._classes[kind]]

    def _provider(self, kind: type, name: str, wanted: Any) -> Any:
        _check_access(kind, name, wanted)
        if wanted not in self._classes:
            raise WiringError(
                f"{kind.__name__}.{name} asks for {_type_name(wanted)}, which nothing below it offers: a collaborator"
                " is a class of core or of a structure that the access table allows."
            )
        return self._provider_of(wanted)


class _Override:
    """Context manager that replaces an instance everywhere and restores it."""

    def __init__(self, container: Container, kind: type, stand_in: object) -> None:
        self._container, self._kind, self._stand_in = container, kind, stand_in
        self._replaced: list[tuple[object, str, object]] = []

    def __enter__(self) -> Container:
        self._container.build()
        for holder, name in self._container.find_holders(self._kind):
            self._replaced.append((holder, name, getattr(holder, name)))
            object.__setattr__(holder, name, self._stand_in)  # the collaborators of a frozen class, too
        self._container._provider_of(self._kind).override(providers.Object(self._stand_in))
        return self._container

    def __exit__(self, *_: object) -> None:
        self._container._provider_of(self._kind).reset_last_overriding()
        for holder, name, instance in reversed(self._replaced):
            object.__setattr__(holder, name, instance)


def find_modules(folder: str) -> list[ModuleType]:
    """Import every unit of a folder and return its modules.

    A unit that is a folder is represented by its face.
    """
    package = importlib.import_module(f"shop.{folder}")
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return [importlib.import_module(f"shop.{folder}.{name}") for name in names]


def find_resolver(settings: Settings) -> Any:
    """Return the configured function for scopes of idempotency keys, or None.

    Raises SettingsError when the setting names no function.
    """
    try:
        # A partial, since it refuses what cannot be called.
        return partial(pkgutil.resolve_name(name)) if (name := settings.idempotency_scope_resolver) else None
    except (ImportError, AttributeError, ValueError, TypeError) as error:
        raise SettingsError(f"SHOP_IDEMPOTENCY_SCOPE_RESOLVER names no function: {error}.") from error


def find_classes(structure: Structure) -> list[type]:
    """Return the dataclasses of a structure that the container wires."""
    return [
        kind
        for module in (find_modules(structure.folder) if structure.suffix else ())
        for name, kind in vars(module).items()
        if dataclasses.is_dataclass(kind)
        and isinstance(kind, type)
        and kind.__module__ == module.__name__
        and name.endswith(structure.suffix)
    ]


def fields_of(kind: type) -> dict[str, Any]:
    """Return the collaborator types of a class by field name.

    Fields with a default are not wired.
    """
    hints, missing = get_type_hints(kind), dataclasses.MISSING
    return {
        field.name: hints[field.name]
        for field in dataclasses.fields(kind)
        if field.init and field.default is missing and field.default_factory is missing
    }


def _check_access(kind: type, name: str, wanted: Any) -> None:
    importer, imported = of_module(kind.__module__), of_module(getattr(wanted, "__module__", ""))
    if importer and imported and not may_use(importer.name, imported.name):
        rule = "no sibling access" if importer == imported else "no skipping, no upward access"
        raise WiringError(
            f"{kind.__name__}.{name} asks for {_type_name(wanted)}, but a {importer.name} may not use a {imported.name}"
            f" ({rule}); it may use: {', '.join(importer.may_use)}."
        )


def _type_name(wanted: Any) -> str:
    return getattr(wanted, "__name__", str(wanted))
