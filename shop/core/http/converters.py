"""URL converters for ids, choices and codes in paths."""

from werkzeug.routing import BaseConverter, IntegerConverter

from shop.core.validation.choices import NAME_MAX


class ChoiceConverter(BaseConverter):
    """Name of a list of choices in a path: `/constants/<choice:constant>`."""

    regex = rf"[a-z_]{{1,{NAME_MAX}}}"


class IdConverter(IntegerConverter):
    """Positive id that fits a BIGINT: `/items/<id:item_id>`."""

    regex = r"[0-9]{1,18}"


class CodeConverter(IdConverter):
    """Error code in a path."""
