"""Defects of transactions and the database."""

from tests.teeth.defect import combine, defect, replace

TRANSACTION = "core/database/test_transaction.py"
HOOKS = "core/database/test_transaction_hooks.py"
REPLAY = "core/database/test_transaction_replay.py"
TYPES = "core/database/test_types.py"

DEFECTS = (
    defect(
        "hooks_run_before_the_commit",
        "Calls after the commit run only when it has succeeded.",
        "core/database/transaction.py",
        combine(
            replace("for hook in transaction.after_commit_hooks: _run_hook(hook)", "pass"),
            replace(
                "for hook in transaction.before_commit_hooks: hook()",
                "for hook in (*transaction.before_commit_hooks, *transaction.after_commit_hooks):\n            hook()",
            ),
        ),
        f"{HOOKS}::test_hooks_run_in_order_after_the_commit",
    ),
    defect(
        "unknown_commit_is_replayed",
        "A commit whose outcome is unknown is not replayed.",
        "core/database/transaction.py",
        replace(
            'return _AT_COMMIT not in getattr(error, "__notes__", ()) and bool(remaining(1))',
            "return bool(remaining(1))",
        ),
        f"{REPLAY}::test_a_commit_that_lost_its_connection_is_not_replayed",
    ),
    defect(
        "one_replay_too_many",
        "A transaction is replayed at most three times.",
        "core/database/transaction.py",
        replace("Backoff(tries=REPLAYS + 1,", "Backoff(tries=REPLAYS,"),
        f"{REPLAY}::test_a_deadlock_is_raised_after_three_replays",
    ),
    defect(
        "part_of_a_transaction_is_committed",
        "A transaction with calls after its commit is not committed in parts.",
        "core/database/transaction.py",
        replace("or session.deleted or transaction.after_commit_hooks:", "or session.deleted:"),
        f"{TRANSACTION}::test_a_transaction_with_hooks_cannot_release_its_connection",
    ),
    defect(
        "microseconds_are_cut",
        "A time is stored with its microseconds.",
        "core/database/types.py",
        replace(
            "value.astimezone(UTC).replace(tzinfo=None)", "value.astimezone(UTC).replace(tzinfo=None, microsecond=0)"
        ),
        f"{TYPES}::test_microseconds_are_stored",
    ),
    defect(
        "slow_statements_in_seconds",
        "A statement above the threshold in milliseconds is logged.",
        "core/database/statement_log.py",
        replace(
            "(perf_counter() - connection.info[_STARTED_AT]) * 1000", "(perf_counter() - connection.info[_STARTED_AT])"
        ),
        "core/database/test_statement_log.py::test_only_statements_above_the_threshold_are_logged",
    ),
    defect(
        "locked_row_of_before",
        "A locked row has its current values.",
        "core/database/repository.py",
        replace("with_for_update=True, populate_existing=True", "with_for_update=True"),
        "purchase/test_cancellation.py::test_concurrent_cancellations_return_the_pieces_once",
    ),
    defect(
        "duplicate_row_is_an_impossible_one",
        "A duplicate row is told apart from a row that can never be written.",
        "core/database/repository.py",
        replace("(DuplicateRow if duplicate else ImpossibleRow)", "(ImpossibleRow if duplicate else DuplicateRow)"),
        "http/test_accounts.py::test_twenty_concurrent_registrations_create_one_account",
    ),
)
