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
        "column_is_too_short",
        "A column of the migrations is as long as that of the models.",
        "migrations/versions/0002_credits.py",
        replace('sa.Column("note", sa.String(200))', 'sa.Column("note", sa.String(20))'),
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
        f"{SCHEMA}::test_a_downgrade_and_an_upgrade_restore_the_schema",
    ),
    defect(
        "stock_without_constraint",
        "The database refuses a stock below zero.",
        "migrations/versions/0001_foundation.py",
        replace('"stock >= 0"', '"stock >= -1"'),
        f"{SCHEMA}::test_the_check_constraint_refuses_a_negative_stock",
    ),
    defect(
        "demo_accounts_in_production",
        "Production gets no demo account.",
        "jobs/seed.py",
        replace("[] if self.settings.production else", "[] if self.settings.debug else"),
        f"{SEED}::test_production_without_a_configured_admin_gets_no_user",
    ),
    defect(
        "second_seed_doubles_the_items",
        "A second seed changes nothing.",
        "jobs/seed.py",
        replace("if items and self.items.is_empty():", "if items:"),
        f"{SEED}::test_a_second_seed_changes_nothing",
    ),
    defect(
        "deleted_demo_items_return",
        "Deleted demo items stay deleted.",
        "repositories/item.py",
        replace("select(Item.id).limit(1)", "select(Item.id).where(*_ON_SALE_CONDITIONS).limit(1)"),
        f"{SEED}::test_deleted_demo_items_stay_deleted",
    ),
)
