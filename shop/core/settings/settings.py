"""Settings: one typed class, read from the environment, a `.env` file, or `NAME_FILE` (Docker secrets)."""

import hashlib
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from shop.core.settings.addresses import is_bind, is_database_url, is_network, is_origin, is_redis_url
from shop.core.settings.envelope import EnvelopeSettings
from shop.core.settings.loader import (
    SettingsError,
    is_set,
    mask_value,
    read_environment,
    read_setting,
    variable_name,
    warn_about_unknown,
)
from shop.core.settings.loader import at_least as _at_least
from shop.core.settings.loader import empty_or as _empty_or
from shop.core.settings.loader import setting as _setting
from shop.core.settings.logging import LogSettings
from shop.core.settings.parameter_names import are_parameter_names
from shop.core.settings.rate import Rate

_SOCKET_PATH_MAX = 100
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
# As shop.constants.order.Strategy names them; the core knows no constants.
_STRATEGIES = ("script", "lock", "watch", "db")


def _is_token(text: str) -> bool:
    return bool(_TOKEN.fullmatch(text))


def _are_writes(verbs: tuple[str, ...]) -> bool:
    return bool(verbs) and {verb.upper() for verb in verbs} <= {"POST", "PUT", "PATCH", "DELETE"}


@dataclass(frozen=True, kw_only=True)
class Settings(LogSettings, EnvelopeSettings):
    """Everything an operator can turn; a field `web_workers` is the variable `SHOP_WEB_WORKERS`."""

    env: str = _setting("development", "development or production", check=("development", "production").__contains__)
    debug: bool = _setting(
        default=False, description="show exception, file, line and trace in a 500; never in production"
    )
    var: str = _setting("var", "folder of the embedded defaults: SQLite file, Valkey data, signing keys")
    database_url: str = _setting(
        "", "SQLAlchemy URL of MySQL or MariaDB; empty: SQLite in var", check=_empty_or(is_database_url), secret=True
    )
    database_pool: int = _setting(10, "connections each process keeps", check=_at_least(1))
    redis_url: str = _setting(
        "",
        "URL of the Redis of cache and queue; empty: embedded Valkey in var",
        check=_empty_or(is_redis_url),
        secret=True,
    )
    stock_redis_urls: tuple[str, ...] = _setting(
        (),
        "URLs of the Redis servers of the stock partitions; empty: redis_url",
        check=lambda addresses: all(map(is_redis_url, addresses)),
        secret=True,
    )
    redis_timeout: float = _setting(0.4, "seconds a Redis call may take", check=_at_least(0.01))
    backlog_max: int = _setting(50_000, "orders a partition may hold unwritten", check=_at_least(1))
    purchase_strategy: str = _setting("script", "script, lock, watch or db", check=_STRATEGIES.__contains__)
    idempotency_header: str = _setting("Idempotency-Key", "header that carries the key", check=_is_token)
    idempotency_required: bool = _setting(default=True, description="refuse a protected write without a key")
    idempotency_verbs: tuple[str, ...] = _setting(
        ("POST", "PUT", "PATCH", "DELETE"), "verbs that are protected, in upper or lower case", check=_are_writes
    )
    idempotency_enforce: str = _setting(
        "all",
        "all: every write; declared: those whose route or blueprint says so",
        check=("all", "declared").__contains__,
    )
    idempotency_ttl: int = _setting(86_400, "seconds an answer is kept", check=_at_least(1))
    idempotency_on_duplicate: str = _setting(
        "replay", "replay the kept answer, or answer with an error", check=("replay", "error").__contains__
    )
    idempotency_wait_seconds: float = _setting(
        2.0, "0 to 10 seconds a second request waits for the first", check=lambda value: 0 <= value <= 10
    )
    idempotency_lease_seconds: float = _setting(
        15.0,
        "seconds until somebody else may take a dead request over; longer than web_stop_seconds",
        check=_at_least(1),
    )
    idempotency_scope_resolver: str = _setting(
        "", "module:function(request, who) that says whose a key is; empty, or where it answers None: the user's"
    )
    lock_tries: int = _setting(20, "tries of one purchase under lock or watch", check=_at_least(1))
    lock_budget: float = _setting(1.0, "seconds all tries of a purchase may take", check=_at_least(0.01))
    lock_base: float = _setting(0.002, "seconds the first pause between tries may take", check=_at_least(0.0001))
    lock_cap: float = _setting(0.05, "seconds any pause between tries may take", check=_at_least(0.0001))
    lock_life: float = _setting(1.0, "seconds a lock lives whose owner died", check=_at_least(0.01))
    limit_default: Rate = _setting(Rate(1000, 60), "requests of a user, else of an address, of all other routes")
    limit_login: Rate = _setting(Rate(20, 60), "sign-ins to an account from an address; x5 from it, x10 to it")
    limit_register: Rate = _setting(Rate(20, 60), "registrations from one address")
    limit_refresh: Rate = _setting(Rate(60, 60), "refreshed tokens from one address")
    limit_purchase: Rate = _setting(Rate(60, 60), "purchases of one user")
    trusted_proxies: tuple[str, ...] = _setting(
        (),
        "addresses or networks of proxies whose X-Forwarded-For is believed; empty: none",
        check=lambda networks: all(map(is_network, networks)),
    )
    jwt_keys_file: str = _setting("", 'JSON {"active": kid, "keys": {kid: secret or JWK}}; empty: made in var')
    jwt_issuer: str = _setting("shop", "the `iss` of tokens")
    jwt_audience: str = _setting("shop-api", "the `aud` of tokens")
    access_lifetime: int = _setting(3600, "seconds an access token lives", check=_at_least(1))
    refresh_lifetime: int = _setting(1_209_600, "seconds a refresh token lives", check=_at_least(1))
    refresh_retry_seconds: int = _setting(
        10, "seconds a spent refresh token still gets its successor, whose answer was lost", check=_at_least(0)
    )
    token_leeway: int = _setting(0, "seconds clocks may differ", check=lambda value: 0 <= value <= 60)
    argon2_time: int = _setting(3, "passes over the memory for each password", check=_at_least(1))
    argon2_memory_kib: int = _setting(65_536, "KiB of memory for each password", check=_at_least(8))
    argon2_lanes: int = _setting(4, "threads for each password", check=_at_least(1))
    list_words: tuple[str, ...] = _setting(
        (), "other names for parameters of lists, as search=q,per_page=limit", check=are_parameter_names
    )
    bind: str = _setting("127.0.0.1:8000", "address and port of the web server", check=is_bind)
    metrics_bind: str = _setting(
        "",
        "address and port of /metrics; empty: on the main port, in production nowhere",
        check=_empty_or(is_bind),
    )
    worker_metrics_bind: str = _setting(
        "",
        "address and port of a worker's own /metrics, where it has another SHOP_VAR than the web server; empty: none",
        check=_empty_or(is_bind),
    )
    cors_origins: tuple[str, ...] = _setting(
        (),
        "origins whose pages may call, as https://shop.example, or *; empty: none",
        check=lambda origins: all(map(is_origin, origins)),
    )
    security_headers: bool = _setting(
        default=True, description="tell browsers not to guess types, frame or leak; false where a proxy does"
    )
    hsts_seconds: int = _setting(
        0, "seconds for which browsers shall come by HTTPS only; 0: not said", check=_at_least(0)
    )
    web_workers: int = _setting(2, "web processes", check=_at_least(1))
    drain_seconds: float = _setting(
        1.0, "seconds a web server goes on after SIGTERM while /readyz says 503", check=_at_least(0)
    )
    web_stop_seconds: int = _setting(10, "seconds a request may go on when its process ends", check=_at_least(1))
    web_threads: int = _setting(4, "threads of each web process", check=_at_least(1))
    admin_email: str = _setting("", "first administrator; empty: a demo account outside production")
    admin_password: str = _setting("", "password of the first administrator", secret=True)

    @property
    def production(self) -> bool:
        """Whether the demo conveniences are off."""
        return self.env == "production"

    @property
    def sells_from_database(self) -> bool:
        """True when the purchase strategy sells without reservations in Redis."""
        return self.purchase_strategy == "db"

    @property
    def folder(self) -> Path:
        """The folder of the embedded defaults, absolute."""
        return Path(self.var).resolve()

    @property
    def database_address(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{self.folder / 'shop.sqlite3'}"

    @property
    def redis_address(self) -> str:
        """The Redis URL in force."""
        return self.redis_url or f"unix://{self.socket}"

    @property
    def socket(self) -> Path:
        """Where the embedded Valkey listens; a socket's path must be short, so a deep folder gets a stand-in."""
        path = self.folder / "valkey.sock"
        if len(str(path)) <= _SOCKET_PATH_MAX:
            return path
        digest = hashlib.sha256(str(path).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"shop-{digest}.sock"

    @classmethod
    def load(cls, source: Mapping[str, str] | None = None) -> "Settings":
        """Read all settings; raises SettingsError with one sentence for the first bad value."""
        given = read_environment() if source is None else source
        warn_about_unknown(given, (f.name for f in fields(cls)))
        values = {f.name: read_setting(f.name, f.type, f.metadata, given) for f in fields(cls) if is_set(f.name, given)}
        settings = cls(**values)
        if settings.idempotency_lease_seconds <= settings.web_stop_seconds:
            raise SettingsError("SHOP_IDEMPOTENCY_LEASE_SECONDS must be more than SHOP_WEB_STOP_SECONDS.")
        if settings.refresh_lifetime < settings.access_lifetime:
            raise SettingsError("SHOP_REFRESH_LIFETIME must not be less than SHOP_ACCESS_LIFETIME.")
        if settings.argon2_memory_kib < 8 * settings.argon2_lanes:
            raise SettingsError("SHOP_ARGON2_MEMORY_KIB must be at least eight times SHOP_ARGON2_LANES.")
        return settings

    def masked_values(self) -> dict[str, str]:
        """Name -> value for people: secrets hidden, passwords in addresses starred."""
        return {
            variable_name(f.name): mask_value(getattr(self, f.name), secret=f.metadata["secret"]) for f in fields(self)
        }
