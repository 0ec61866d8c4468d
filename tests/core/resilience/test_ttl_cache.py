"""What a process knows for a moment."""

from concurrent.futures import ThreadPoolExecutor

from shop.core.resilience.ttl_cache import TTLCache


class FakeTime:
    """A clock that stands until it is turned."""

    moment = 50.0

    def now(self) -> float:
        return self.moment


def test_what_was_kept_is_recalled_until_its_time_is_over() -> None:
    time = FakeTime()
    memory: TTLCache[str, int] = TTLCache(2.0, 10, time.now)
    memory.set("a", 0)
    time.moment += 1.9
    assert memory.get("a") == 0
    time.moment += 0.1
    assert memory.get("a") is None


def test_to_recall_a_thing_does_not_lengthen_its_time() -> None:
    time = FakeTime()
    memory: TTLCache[str, int] = TTLCache(2.0, 10, time.now)
    memory.set("a", 1)
    for _ in range(4):
        time.moment += 0.5
        memory.get("a")
    assert memory.get("a") is None


def test_what_is_kept_again_counts_from_then() -> None:
    time = FakeTime()
    memory: TTLCache[str, int] = TTLCache(2.0, 10, time.now)
    memory.set("a", 1)
    time.moment += 1.5
    memory.set("a", 2)
    time.moment += 1.5
    assert memory.get("a") == 2


def test_the_oldest_makes_room() -> None:
    memory: TTLCache[str, int] = TTLCache(60, 2)
    for number, name in enumerate("abac"):
        memory.set(name, number)
    assert [memory.get(name) for name in "abc"] == [2, None, 3]


def test_threads_leave_no_more_than_the_size() -> None:
    memory: TTLCache[int, int] = TTLCache(60, 5)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: memory.set(number, number), range(4000)))
    assert sum(memory.get(number) is not None for number in range(4000)) == 5
