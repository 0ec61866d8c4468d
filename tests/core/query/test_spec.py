"""Specification of a list: reachable names, read-only fields and guards."""

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
GUEST = Caller(2, 1, uuid4(), frozenset({"guest"}))


def test_names_pass_at_most_two_relations() -> None:
    assert "orders.item.name" in USER.searchable
    assert "users.orders.id" in GROUP.searchable
    assert not [name for name in GROUP.searchable if name.count(".") > 2]


def test_a_read_only_field_cannot_be_searched_or_sorted() -> None:
    assert "stock" in ITEM.fields
    assert "stock" not in {*ITEM.searchable, *ITEM.sortable}


def test_only_to_one_relations_can_be_sorted_by() -> None:
    assert "item.name" in ORDER.sortable
    assert list(USER.sortable) == ["id", "name", "mail"]


def test_includes_pass_as_many_relations_as_names() -> None:
    assert USER.included == ("orders", "orders.item")
    assert GROUP.included == ()


def test_counts_are_declared() -> None:
    assert (USER.counted, ORDER.counted) == (("orders",), ())


def test_a_guarded_field_is_returned_but_not_searchable_without_permission() -> None:
    guarded = USER.restrict(lambda caller: caller is not None and caller.has_permission("boss"), "mail", "orders")
    for caller in (None, GUEST):
        visible = guarded.visible_to(caller)
        assert list(visible.searchable) == list(visible.sortable) == ["id", "name"]
        assert (visible.included, visible.counted, list(visible.fields)) == ((), (), ["id", "name", "mail"])
    assert guarded.visible_to(BOSS).searchable == USER.searchable


def test_a_picked_specification_has_no_relations() -> None:
    assert list(ORDER.pick("id").searchable) == ["id"]
