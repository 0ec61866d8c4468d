"""Error codes of tenants; block 6."""

from shop.core.errors import ExceptionCode


class TenantExceptionCode(ExceptionCode):
    """Error codes and messages of tenants."""

    NOT_FOUND = 404_601, "There is no tenant {slug}."
    TAKEN = 409_601, "There is a tenant of this name or host already."
    SLUG_FORMAT = (
        422_601,
        "The name of a tenant is 1 to 32 lower-case letters, digits and hyphens, no hyphen at its ends.",
    )
    NAME_FORMAT = 422_603, "The display name of a tenant is one line of 1 to 100 visible characters."
    HOST_FORMAT = 422_602, "The host of a tenant is a name in lower case, without a port."
