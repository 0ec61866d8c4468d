"""One forked process for each mutant: it inherits the imported program, the collected tests and the stores."""

import contextlib
import json
import os
import resource
import select
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

_WALL_FACTOR = 30
_READ_BYTES = 65536


@dataclass(frozen=True)
class Outcome:
    """Outcome of a forked process: its answer, or None when it ended without one; and its processor seconds."""

    answer: str | None
    seconds: float
    timed_out: bool = False


def run_forked(work: Callable[[], str], cpu_seconds: int) -> Outcome:
    """Run the work in a forked process without output, with a limit of its processor time."""
    reader, writer = os.pipe()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _work_and_exit(work, writer, cpu_seconds)
    os.close(writer)
    with os.fdopen(reader, "rb") as answers:
        expired = not select.select([answers], [], [], cpu_seconds * _WALL_FACTOR)[0]
        if expired:
            os.kill(pid, signal.SIGKILL)
        text = answers.read(_READ_BYTES).decode()
    _, status = os.waitpid(pid, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    out_of_time = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU
    return Outcome(json.loads(text) if text else None, round(seconds, 3), expired or out_of_time)


def _work_and_exit(work: Callable[[], str], writer: int, cpu_seconds: int) -> None:
    """Work, write the answer and end without the clean-up of the parent's things."""
    with contextlib.suppress(BaseException):
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        sys.settrace(None)
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
        os.write(writer, json.dumps(work()).encode())
    os._exit(0)
