"""Defects of migrations and the first data."""

from tests.teeth.defect import defect, replace

SCHEMA = "migrations/test_schema.py"
SEED = "migrations/test_seed.py"
ROLES = "migrations/test_permissions.py::test_users_keep_their_roles_in_both_directions"

DEFECTS = (
    defect(
        "index_is_forgotten",
        "The migrations create the indexes of the models.",
        "migrations/versions/0005_sessions.py",
        replace('op.create_index("ix_sessions_changed_at", "sessions", ["changed_at"])', ""),
        f"{SCHEMA}::test_the_migrations_agree_with_the_models",
    ),
    defect(
        "administrators_become_buyers",
        "An upgrade keeps the roles of users.",
        "migrations/versions/0006_permissions.py",
        replace("values(roles=ADMIN)", "values(roles=GENERAL)"),
        ROLES,
    ),
    defect(
        "downgrade_makes_administrators",
        "A downgrade keeps the roles of users.",
        "migrations/versions/0006_permissions.py",
        replace('USERS.c.roles.op("&")(ADMIN) != 0', 'USERS.c.roles.op("&")(GENERAL) != 0'),
        ROLES,
    ),
    defect(
        "downgrade_leaves_a_column",
        "A downgrade and an upgrade restore the schema.",
        "migrations/versions/0007_translations.py",
        replace("for name in COLUMNS:", "for name in COLUMNS[:1]:", within="downgrade"),
        "migrations/test_translations.py::test_plain_texts_survive_both_directions",
    ),
    defect(
        "second_seed_doubles_the_items",
        "A second seed changes nothing.",
        "jobs/seed.py",
        replace("if items and self.items.is_empty():", "if items:"),
        f"{SEED}::test_a_second_seed_changes_nothing",
    ),
)
