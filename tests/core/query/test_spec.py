"""The words of a list: how far names lead, what is told and not asked, and who may ask."""

from uuid import uuid4

from shop.core.caller import Caller
from shop.core.query.spec import FieldSpec, Relation, ResourceSpec

ITEM = ResourceSpec({"id": FieldSpec.integer(), "name": FieldSpec.searchable_text(), "stock": FieldSpec.read_only()})
ORDER = ResourceSpec({"id": FieldSpec.uuid(), "at": FieldSpec.datetime()}).with_relation("item", Relation(ITEM))
USER = ResourceSpec(
    {"id": FieldSpec.integer(), "name": FieldSpec.searchable_text(), "mail": FieldSpec.searchable_text()}
).with_relation("orders", Relation(ORDER, many=True, counted=True))
GROUP = ResourceSpec({"id": FieldSpec.integer()}).with_relation("users", Relation(USER, many=True, included=False))
BOSS = Caller(1, 1, uuid4(), frozenset({"boss"}))
ANYBODY = Caller(2, 1, uuid4(), frozenset({"anybody"}))


def test_names_lead_over_two_relations_and_no_further() -> None:
    assert "orders.item.name" in USER.searchable
    assert "users.orders.id" in GROUP.searchable
    assert not [name for name in GROUP.searchable if name.count(".") > 2]


def test_what_is_only_told_can_be_shown_and_nothing_else() -> None:
    assert "stock" in ITEM.fields
    assert "stock" not in {*ITEM.searchable, *ITEM.sortable}


def test_one_sorts_over_relations_to_one_only() -> None:
    assert "item.name" in ORDER.sortable
    assert list(USER.sortable) == ["id", "name", "mail"]


def test_includes_lead_as_far_as_names_do() -> None:
    assert USER.included == ("orders", "orders.item")
    assert GROUP.included == ()


def test_counts_are_declared() -> None:
    assert (USER.counted, ORDER.counted) == (("orders",), ())


def test_a_guard_lets_some_search_and_sort_and_shows_the_word_to_all() -> None:
    guarded = USER.restrict(lambda caller: caller is not None and caller.has_permission("boss"), "mail", "orders")
    for caller in (None, ANYBODY):
        heard = guarded.visible_to(caller)
        assert list(heard.searchable) == list(heard.sortable) == ["id", "name"]
        assert (heard.included, heard.counted, list(heard.fields)) == ((), (), ["id", "name", "mail"])
    assert guarded.visible_to(BOSS).searchable == USER.searchable


def test_what_is_picked_leads_nowhere() -> None:
    assert list(ORDER.pick("id").searchable) == ["id"]
