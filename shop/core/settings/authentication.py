"""Settings of tokens, passwords and the first administrator."""

from dataclasses import dataclass

from shop.core.settings.loader import at_least, setting

# The values of shop.constants.user.PasswordPolicy, which the core may not import; a unit test compares them.
_PASSWORD_POLICIES = ("composition", "length")


@dataclass(frozen=True, kw_only=True)
class AuthenticationSettings:
    """Signing keys and lifetimes of tokens, and the cost of password hashes."""

    jwt_keys_file: str = setting("", 'JSON {"active": kid, "keys": {kid: secret or JWK}}; empty: made in var')
    jwt_issuer: str = setting("shop", "the `iss` of tokens")
    jwt_audience: str = setting("shop-api", "the `aud` of tokens")
    access_lifetime: int = setting(3600, "seconds an access token lives", check=at_least(1))
    refresh_lifetime: int = setting(1_209_600, "seconds a refresh token lives", check=at_least(1))
    refresh_retry_seconds: int = setting(
        10, "seconds a used refresh token still returns its successor, whose response was lost", check=at_least(0)
    )
    token_leeway: int = setting(0, "seconds clocks may differ", check=lambda value: 0 <= value <= 60)
    argon2_time: int = setting(3, "passes over the memory for each password", check=at_least(1))
    argon2_memory_kib: int = setting(65_536, "KiB of memory for each password", check=at_least(8))
    argon2_lanes: int = setting(4, "threads for each password", check=at_least(1))
    password_policy: str = setting(
        "composition", "rules for new passwords: composition or length", check=_PASSWORD_POLICIES.__contains__
    )
    admin_email: str = setting("", "first administrator; empty: a demo account outside production")
    admin_password: str = setting("", "password of the first administrator", secret=True)
