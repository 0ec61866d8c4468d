"""Migration of translated texts of items."""

from sqlalchemy import Engine, insert, select

from shop.migrations.runner import downgrade, upgrade
from shop.models.item import Item
from tests.lists.support.list_rows import item_row

TEXTS = {"zh-Hant": "茶", "zh-Hans": "茶 🍵"}


def read_texts(engine: Engine) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(Item.name, Item.introduction, Item.name_translations))]


def test_plain_texts_survive_both_directions(engine: Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(insert(Item), {**item_row("Tea", 1, None), "name_translations": TEXTS})
    assert read_texts(engine) == [("Tea", "All about tea.", TEXTS)]

    downgrade(engine, "0006")
    upgrade(engine)

    assert read_texts(engine) == [("Tea", "All about tea.", None)]
