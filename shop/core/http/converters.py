"""URL converters for ids, choices and codes in paths.

Each value has one spelling: keys, logs and caches would otherwise know one resource by several paths.
"""

from werkzeug.routing import BaseConverter, IntegerConverter, UUIDConverter

from shop.core.validation.choices import NAME_MAX


class ChoiceConverter(BaseConverter):
    """Name of a list of choices in a path: `/constants/<choice:constant>`."""

    regex = rf"[a-z_]{{1,{NAME_MAX}}}"


class IdConverter(IntegerConverter):
    """Positive id that fits a BIGINT: `/items/<id:item_id>`."""

    regex = r"0|[1-9][0-9]{0,17}"


class LowerUuidConverter(UUIDConverter):
    """UUID in lower case, as responses contain it: `/orders/<uuid:order_id>`."""

    regex = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class CodeConverter(IdConverter):
    """Error code in a path."""
