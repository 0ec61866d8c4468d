"""Who asks something that failed a moment ago."""

from shop.core.breaker import REST_SECONDS, Breaker


class FakeTime:
    """A clock that stands until it is turned."""

    moment = 50.0

    def now(self) -> float:
        return self.moment


def test_what_never_failed_is_asked() -> None:
    assert [Breaker().lets_through() for _ in range(3)] == [True] * 3


def test_after_a_failure_nobody_asks_for_a_while_and_then_one_does() -> None:
    time = FakeTime()
    breaker = Breaker(time.now)
    assert breaker.failed()

    asked = []
    for _ in range(4):
        asked += [breaker.lets_through(), breaker.lets_through()]
        time.moment += REST_SECONDS / 2

    assert asked == [False, False, False, False, True, False, False, False]


def test_the_first_failure_of_several_is_remembered_until_it_is_well_again() -> None:
    time = FakeTime()
    breaker = Breaker(time.now)
    breaker.failed()
    time.moment += 5
    assert not breaker.failed()
    assert breaker.since == 50.0

    breaker.worked()

    assert (breaker.since, breaker.lets_through()) == (None, True)
