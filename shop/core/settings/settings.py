"""Typed settings of the service."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from shop.core.settings.authentication import AuthenticationSettings
from shop.core.settings.envelope import EnvelopeSettings
from shop.core.settings.idempotency import IdempotencySettings
from shop.core.settings.loader import (
    SettingsError,
    at_least,
    is_set,
    mask_value,
    read_environment,
    read_setting,
    setting,
    variable_name,
    warn_about_unknown,
)
from shop.core.settings.logging import LogSettings
from shop.core.settings.parameter_names import are_parameter_names
from shop.core.settings.rate import Rate
from shop.core.settings.stores import StoreSettings
from shop.core.settings.web import WebSettings

# The values of shop.constants.order.Strategy, which the core may not import; a unit test compares them.
_STRATEGIES = ("script", "lock", "watch", "db")


@dataclass(frozen=True, kw_only=True)
class Settings(LogSettings, EnvelopeSettings, WebSettings, AuthenticationSettings, IdempotencySettings, StoreSettings):
    """All settings of the service; the field `web_workers` is the variable `SHOP_WEB_WORKERS`."""

    env: str = setting("development", "development or production", check=("development", "production").__contains__)
    debug: bool = setting(
        default=False, description="show exception, file, line and trace in a 500; never in production"
    )
    purchase_strategy: str = setting("script", "script, lock, watch or db", check=_STRATEGIES.__contains__)
    lock_tries: int = setting(20, "tries of one purchase under lock or watch", check=at_least(1))
    lock_budget: float = setting(1.0, "seconds all tries of a purchase may take", check=at_least(0.01))
    lock_base: float = setting(0.002, "seconds the first pause between tries may take", check=at_least(0.0001))
    lock_cap: float = setting(0.05, "seconds any pause between tries may take", check=at_least(0.0001))
    lock_life: float = setting(1.0, "seconds a lock lives whose owner died", check=at_least(0.01))
    limit_default: Rate = setting(Rate(1000, 60), "requests of a user, else of an address, of all other routes")
    limit_default_guest: Rate | None = setting(
        None, "the same of an address that is not signed in; empty: as SHOP_LIMIT_DEFAULT"
    )
    limit_login: Rate = setting(Rate(20, 60), "sign-ins to an account from an address; x5 from it, x10 to it")
    limit_register: Rate = setting(Rate(20, 60), "registrations from one address")
    limit_refresh: Rate = setting(Rate(60, 60), "refreshed tokens from one address")
    limit_purchase: Rate = setting(Rate(60, 60), "purchases of one user")
    limit_replay: Rate = setting(
        Rate(600, 60), "purchases of one user repeated with their key; without limit_purchase not limited either"
    )
    list_words: tuple[str, ...] = setting(
        (), "other names for parameters of lists, as search=q,per_page=limit", check=are_parameter_names
    )

    @property
    def production(self) -> bool:
        """True when the demo conveniences are off."""
        return self.env == "production"

    @property
    def sells_from_database(self) -> bool:
        """True when the purchase strategy sells without reservations in Redis."""
        return self.purchase_strategy == "db"

    @classmethod
    def load(cls, source: Mapping[str, str] | None = None) -> "Settings":
        """Read all settings, by default from the environment.

        Raises SettingsError for the first bad value.
        """
        variables = read_environment() if source is None else source
        warn_about_unknown(variables, (f.name for f in fields(cls)))
        settings = cls(
            **{
                f.name: read_setting(f.name, f.type, f.metadata, variables)
                for f in fields(cls)
                if is_set(f.name, variables)
            }
        )
        settings._check_combinations()
        return settings

    def masked_values(self) -> dict[str, str]:
        """Return all values by variable name, with secrets and passwords masked."""
        return {
            variable_name(f.name): mask_value(getattr(self, f.name), secret=f.metadata["secret"]) for f in fields(self)
        }

    def _check_combinations(self) -> None:
        if self.idempotency_lease_seconds <= self.web_stop_seconds:
            raise SettingsError("SHOP_IDEMPOTENCY_LEASE_SECONDS must be more than SHOP_WEB_STOP_SECONDS.")
        if self.refresh_lifetime < self.access_lifetime:
            raise SettingsError("SHOP_REFRESH_LIFETIME must not be less than SHOP_ACCESS_LIFETIME.")
        if self.argon2_memory_kib < 8 * self.argon2_lanes:
            raise SettingsError("SHOP_ARGON2_MEMORY_KIB must be at least eight times SHOP_ARGON2_LANES.")
