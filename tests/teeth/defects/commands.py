"""Defects of commands, processes and settings."""

from tests.teeth.defect import defect, replace

SUPERVISOR = "core/operations/test_supervisor.py"

DEFECTS = (
    defect(
        "audit_is_green_with_one_problem",
        "`verify` exits with 1 when one invariant is violated.",
        "maintenance.py",
        replace(
            "sys.exit(any(verdict.problems for verdict in verdicts))",
            "sys.exit(all(verdict.problems for verdict in verdicts))",
        ),
        "purchase/test_verify.py",
    ),
    defect(
        "repair_of_another_item",
        "`sync` reloads the named item of the named tenant.",
        "maintenance.py",
        replace("job.run(tenant, item, Cause.REQUESTED)", "job.run(item, tenant, Cause.REQUESTED)"),
        "purchase/test_reconcile_stability.py::test_the_sync_command_reloads_one_item",
    ),
    defect(
        "enabled_tenant_is_listed_as_disabled",
        "The list of tenants marks disabled ones.",
        "administration.py",
        replace('"" if entry.enabled else "  disabled"', '"  disabled" if entry.enabled else ""'),
        "http/test_tenant_names.py::test_the_tenants_command_lists_tenants",
    ),
    defect(
        "ready_with_an_older_schema",
        "A process is not ready on an older schema than its own.",
        "core/operations/schema_version.py",
        replace("int(version) > int(required)", "int(version) < int(required)"),
        "core/operations/test_schema_version.py::test_the_required_schema_and_a_newer_one_are_usable",
    ),
    defect(
        "password_of_the_administrator_is_printed",
        "The settings are printed with secrets masked.",
        "core/settings/authentication.py",
        replace('"password of the first administrator", secret=True)', '"password of the first administrator")'),
        "core/settings/test_settings.py",
        "core/operations/test_command_line.py::test_settings_are_printed_with_secrets_masked",
    ),
    defect(
        "lease_shorter_than_a_stop",
        "A lease must outlive the stop of a process.",
        "core/settings/settings.py",
        replace(
            "if self.idempotency_lease_seconds <= self.web_stop_seconds:",
            "if self.idempotency_lease_seconds < self.web_stop_seconds:",
        ),
        "core/settings/test_settings.py::test_a_lease_must_be_longer_than_the_stop_time_of_a_process",
    ),
    defect(
        "refresh_shorter_than_access",
        "A refresh token lives at least as long as an access token.",
        "core/settings/settings.py",
        replace("if self.refresh_lifetime < self.access_lifetime:", "if self.refresh_lifetime < 0:"),
        "core/settings/test_settings.py::test_a_refresh_token_must_live_as_long_as_an_access_token",
    ),
    defect(
        "healthy_process_is_restarted",
        "Only a process that has ended is restarted, after a pause.",
        "core/operations/supervisor.py",
        replace("time.monotonic() + RESTART_PAUSE_SECONDS", "time.monotonic()"),
        f"{SUPERVISOR}::test_a_dead_child_is_started_again_when_its_pause_is_over",
    ),
    defect(
        "configuration_without_quotes",
        "The embedded Valkey starts in a folder with blanks and quotes.",
        "core/operations/embedded_redis.py",
        replace("""f'{name} "{value.translate(str.maketrans(escapes))}"\\n'""", """f"{name} {value}\\n\""""),
        "core/operations/test_embedded_redis.py::test_the_folder_may_have_blanks_quotes_and_other_letters",
    ),
    defect(
        "child_outlives_its_parent",
        "A child ends after its parent was killed.",
        "core/operations/parent_watch.py",
        replace("while os.getppid() == parent:", "while os.getppid():"),
        "core/operations/test_parent_watch.py::test_a_child_ends_after_its_killed_parent",
    ),
    defect(
        "script_is_asked",
        "A question is asked on a terminal only, and not with --yes.",
        "core/operations/terminal.py",
        replace("if not skip and sys.stdin.isatty():", "if not skip:"),
        "core/operations/test_terminal.py::test_a_script_is_not_asked",
    ),
    defect(
        "refused_password_is_waited_for",
        "A command waits for a store that is down, not for one that refuses it.",
        "core/redis/stores.py",
        replace(" and not isinstance(error, AuthenticationError)", ""),
        "core/operations/test_waiting_commands.py::test_an_answer_is_not_waited_for",
    ),
)
