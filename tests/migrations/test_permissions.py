"""Who was what before roles became flags is that afterwards, and again when one goes back."""

from sqlalchemy import Engine, text

from shop.migrations.runner import downgrade, upgrade

INSERT = """
    INSERT INTO users (tenant_id, name, email, password_hash, role, created_at, updated_at)
    VALUES (1, :name, :name, 'x', :role, '2026-01-01 00:00:00', '2026-01-01 00:00:00')
"""


def query_rows(engine: Engine, sql: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def sign_up(engine: Engine) -> None:
    with engine.begin() as connection:
        for name, role in (("ann", "general"), ("bob", "admin")):
            connection.execute(text(INSERT), {"name": name, "role": role})


def test_rows_keep_their_roles_up_and_down_and_up(engine: Engine) -> None:
    upgrade(engine, "0003")
    sign_up(engine)

    upgrade(engine)
    rights = "SELECT name, roles, permissions, disabled_at FROM users ORDER BY id"
    after = [("ann", 1, "", None), ("bob", 2, "", None)]
    assert query_rows(engine, rights) == after

    with engine.begin() as connection:
        connection.execute(text("UPDATE users SET roles = 3 WHERE name = 'bob'"))
    downgrade(engine, "0003")
    assert query_rows(engine, "SELECT name, role FROM users ORDER BY id") == [("ann", "general"), ("bob", "admin")]

    upgrade(engine)
    assert query_rows(engine, rights) == after
