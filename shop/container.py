"""Dependency injection container, wired by the types of dataclass fields.

Nothing is registered by hand. A class may only be given instances of lower layers that the access table grants.
"""

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
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
from shop.supports.sale_strategy import DatabaseSale, RedisSale, SaleStrategy

# Collaborators of the core; each may depend on the ones before it.
CORE_CLASSES: tuple[type, ...] = (
    Clock, Database, RedisStores, JobQueue, Passwords, Tokens, SessionWatch, CursorSigner, BoundedWait, Metrics,
    RateLimiter, IdempotencyGuard, TenantResolver, Health, StoreCheck, LogSearch, Choices,
)  # fmt: skip

T = TypeVar("T")


class WiringError(Exception):
    """Error for a collaborator that the access table forbids or nothing offers."""


class Container:
    """Collaborators of one app: thread-safe singletons, built before the first request."""

    def __init__(self, settings: Settings) -> None:
        self.providers = containers.DynamicContainer()
        self._classes: dict[type, str] = {}
        # Interfaces with several implementations, of which a setting chooses one.
        self._chosen: dict[type, Any] = {
            SaleStrategy: providers.Object(DatabaseSale() if settings.sells_from_database else RedisSale())
        }
        register_success_codes(find_modules("constants"))
        self._register(Settings, providers.Object(settings))
        for class_ in CORE_CLASSES:
            self.add(class_)
        for structure in STRUCTURES:
            for class_ in find_classes(structure):
                self.add(class_)

    def add(self, class_: type) -> None:
        """Wire one class; raises WiringError for a forbidden field."""
        collaborators = {name: self._provider(class_, name, required) for name, required in fields_of(class_).items()}
        self._register(class_, providers.ThreadSafeSingleton(class_, **collaborators))

    def get(self, class_: type[T]) -> T:
        """Return the one instance of a class in this app."""
        instance: T = self._provider_of(class_)()
        return instance

    @contextmanager
    def override(self, class_: type, stand_in: object) -> Iterator["Container"]:
        """Replace an instance everywhere while the context lasts, for tests."""
        self.build()
        replaced = [(holder, name, getattr(holder, name)) for holder, name in self.find_holders(class_)]
        for holder, name, _ in replaced:
            object.__setattr__(holder, name, stand_in)  # also for frozen dataclasses
        self._provider_of(class_).override(providers.Object(stand_in))
        try:
            yield self
        finally:
            self._provider_of(class_).reset_last_overriding()
            for holder, name, instance in reversed(replaced):
                object.__setattr__(holder, name, instance)

    def build(self) -> None:
        """Build every instance, so that wiring errors appear at start-up."""
        for class_ in self._classes:
            self._provider_of(class_)()

    def find(self, structure: str) -> list[type]:
        """Return the classes of one row of the access table."""
        return [class_ for class_ in self._classes if getattr(of_module(class_.__module__), "name", None) == structure]

    def find_one(self, interface: type) -> Any:
        """Return the instance of the class that implements an interface."""
        return next(self.get(class_) for class_ in self._classes if interface in class_.__mro__)

    def describe(self) -> Iterator[tuple[str, list[str]]]:
        """Yield each class name with the names of its collaborators."""
        for class_ in self._classes:
            yield class_.__name__, [required.__name__ for required in fields_of(class_).values()]

    def find_holders(self, required: type) -> Iterator[tuple[object, str]]:
        """Yield each instance that holds a class, with the field name."""
        for class_ in self._classes:
            instance: object = self._provider_of(class_)()
            if type(instance) is class_:
                yield from (
                    (instance, name) for name, field_type in fields_of(class_).items() if field_type is required
                )

    def _register(self, class_: type, provider: Any) -> None:
        self._classes[class_] = f"{class_.__module__}.{class_.__qualname__}".replace(".", "_")
        self.providers.set_provider(self._classes[class_], provider)

    def _provider_of(self, class_: type) -> Any:
        return self._chosen[class_] if class_ in self._chosen else self.providers.providers[self._classes[class_]]

    def _provider(self, class_: type, name: str, required: Any) -> Any:
        _check_access(class_, name, required)
        if required not in self._classes and required not in self._chosen:
            raise WiringError(
                f"{class_.__name__}.{name} asks for {_type_name(required)}, which nothing below it offers:"
                " a collaborator is a class of core or of a structure that the access table allows."
            )
        return self._provider_of(required)


def find_modules(folder: str) -> list[ModuleType]:
    """Import every unit of a folder and return its modules, or faces."""
    package = importlib.import_module(f"shop.{folder}")
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return [importlib.import_module(f"shop.{folder}.{name}") for name in names]


def find_resolver(settings: Settings) -> Any:
    """Return the configured function for scopes of idempotency keys, or None.

    Raises SettingsError when the setting names no function.
    """
    try:
        # partial() refuses an object that cannot be called.
        return partial(pkgutil.resolve_name(name)) if (name := settings.idempotency_scope_resolver) else None
    except (ImportError, AttributeError, ValueError, TypeError) as error:
        raise SettingsError(f"SHOP_IDEMPOTENCY_SCOPE_RESOLVER names no function: {error}.") from error


def find_classes(structure: Structure) -> list[type]:
    """Return the dataclasses of a structure that the container wires."""
    return [
        class_
        for module in (find_modules(structure.folder) if structure.suffix else ())
        for name, class_ in vars(module).items()
        if dataclasses.is_dataclass(class_)
        and isinstance(class_, type)
        and class_.__module__ == module.__name__
        and name.endswith(structure.suffix)
    ]


def fields_of(class_: type) -> dict[str, Any]:
    """Return the collaborator types of a class by field name.

    Fields with a default are not wired.
    """
    hints, missing = get_type_hints(class_), dataclasses.MISSING
    return {
        field.name: hints[field.name]
        for field in dataclasses.fields(class_)
        if field.init and field.default is missing and field.default_factory is missing
    }


def _check_access(class_: type, name: str, required: Any) -> None:
    importer, imported = of_module(class_.__module__), of_module(getattr(required, "__module__", ""))
    if importer and imported and not may_use(importer.name, imported.name):
        rule = "no sibling access" if importer == imported else "no skipping, no upward access"
        raise WiringError(
            f"{class_.__name__}.{name} asks for {_type_name(required)}, but a {importer.name} may not use"
            f" a {imported.name} ({rule}); it may use: {', '.join(importer.may_use)}."
        )


def _type_name(required: Any) -> str:
    return getattr(required, "__name__", str(required))
