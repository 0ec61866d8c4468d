"""Lines of the log that say whose they are."""

import logging
from typing import Any

from flask import g, has_request_context

from shop.core.tenant import known_scope


class TenantRecord(logging.LogRecord):
    """`tenant`: of the request or job that is running, the one that has just failed included."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        of_request = g.get("tenant") if has_request_context() else None
        self.tenant = str(known_scope() or of_request or "-")


def name_tenants() -> None:
    """From now on every record of this process has its `tenant`."""
    logging.setLogRecordFactory(TenantRecord)
