"""Cache with a time to live."""

from concurrent.futures import ThreadPoolExecutor

from shop.core.resilience.ttl_cache import TTLCache


class FakeTime:
    """A clock that a test sets."""

    moment = 50.0

    def now(self) -> float:
        return self.moment


def test_a_value_is_returned_until_it_expires() -> None:
    time = FakeTime()
    cache: TTLCache[str, int] = TTLCache(2.0, 10, time.now)
    cache.set("a", 0)
    time.moment += 1.9
    assert cache.get("a") == 0
    time.moment += 0.1
    assert cache.get("a") is None


def test_reading_a_value_does_not_extend_its_life() -> None:
    time = FakeTime()
    cache: TTLCache[str, int] = TTLCache(2.0, 10, time.now)
    cache.set("a", 1)
    for _ in range(4):
        time.moment += 0.5
        cache.get("a")
    assert cache.get("a") is None


def test_setting_a_value_again_restarts_its_life() -> None:
    time = FakeTime()
    cache: TTLCache[str, int] = TTLCache(2.0, 10, time.now)
    cache.set("a", 1)
    time.moment += 1.5
    cache.set("a", 2)
    time.moment += 1.5
    assert cache.get("a") == 2


def test_the_oldest_entry_is_removed_from_a_full_cache() -> None:
    cache: TTLCache[str, int] = TTLCache(60, 2)
    for number, name in enumerate("abac"):
        cache.set(name, number)
    assert [cache.get(name) for name in "abc"] == [2, None, 3]


def test_concurrent_writes_do_not_exceed_the_size() -> None:
    cache: TTLCache[int, int] = TTLCache(60, 5)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: cache.set(number, number), range(4000)))
    assert sum(cache.get(number) is not None for number in range(4000)) == 5
