"""Comparison of schema versions."""


def is_usable(current: object, required: str) -> bool:
    """Return True for the required schema version and for a later one.

    Migrations run before the processes of their release, so the release before it also serves on the newer schema.
    """
    version = str(current)
    are_numbers = version.isdecimal() and required.isdecimal()
    return version == required or (are_numbers and int(version) > int(required))
