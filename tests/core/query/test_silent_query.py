"""The query without parameters is parsed once, for each set of fields that callers may query."""

from typing import Any

import pytest
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import MultiDict

from shop.checkers.item import PageItemChecker
from shop.checkers.order import PageOrderChecker
from shop.core.query.checker import ListChecker


@pytest.mark.parametrize("kind", [PageItemChecker, PageOrderChecker])
@pytest.mark.parametrize("unknown", [None, RAISE, EXCLUDE])
def test_a_silent_query_is_that_of_marshmallow(kind: type[ListChecker], unknown: Any) -> None:
    checker = kind()
    sent: Any = MultiDictProxy(MultiDict(), checker)

    first, again = checker.load(sent, unknown=unknown), checker.load(sent, unknown=unknown)

    assert first is again
    assert first == Schema.load(kind(), {}, unknown=unknown)


def test_a_query_after_a_silent_one_is_read() -> None:
    checker = PageItemChecker()
    checker.load({})

    assert checker.load({"page": "2"}).request.page == 2
    assert checker.load({}).request.page == 1


@pytest.mark.parametrize("data", [None, [], ""])
def test_a_query_of_another_form_is_refused_after_a_silent_one(data: Any) -> None:
    checker = PageItemChecker()
    checker.load({})

    with pytest.raises((ValidationError, AttributeError)):
        checker.load(data)
