"""Migration of roles from a text to flags, in both directions."""

from sqlalchemy import Engine, text

from shop.migrations.runner import downgrade, upgrade

INSERT = """
    INSERT INTO users (tenant_id, name, email, password_hash, role, created_at, updated_at)
    VALUES (1, :name, :name, 'x', :role, '2026-01-01 00:00:00', '2026-01-01 00:00:00')
"""


def query_rows(engine: Engine, sql: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def insert_users(engine: Engine) -> None:
    with engine.begin() as connection:
        for name, role in (("ann", "general"), ("bob", "admin")):
            connection.execute(text(INSERT), {"name": name, "role": role})


def test_users_keep_their_roles_in_both_directions(engine: Engine) -> None:
    upgrade(engine, "0003")
    insert_users(engine)

    upgrade(engine)
    query = "SELECT name, roles, permissions, disabled_at FROM users ORDER BY id"
    migrated = [("ann", 1, "", None), ("bob", 2, "", None)]
    assert query_rows(engine, query) == migrated

    with engine.begin() as connection:
        connection.execute(text("UPDATE users SET roles = 3 WHERE name = 'bob'"))
    downgrade(engine, "0003")
    assert query_rows(engine, "SELECT name, role FROM users ORDER BY id") == [("ann", "general"), ("bob", "admin")]

    upgrade(engine)
    assert query_rows(engine, query) == migrated
