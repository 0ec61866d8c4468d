"""Heap of a process that is ready."""

import gc


def freeze_heap() -> None:
    """Exclude the objects that exist now from garbage collection.

    They live as long as the process, so each visit of the collector would be in vain. They are not collected before,
    which would delay the start by a twentieth.
    """
    gc.freeze()
