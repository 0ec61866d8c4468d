"""Key templates: their parts and collisions."""

from datetime import timedelta
from itertools import product

import pytest

from shop.container import find_modules
from shop.core.cache.cache_manager import JITTER, CacheManager, _jittered_ttl
from shop.core.cache.key import Key, _key_templates

KEY = Key("{tenant}:test-card:{item}")
PARTS = ["7", "a.b", "a_b-c+d", "you@example.com", 7]
UNSAFE = ["", "a:b", "a b", "*", "{x}", "a\n", "é", b"x", "x\0"]
COLLIDING = [
    ("{a}:fix", "{b}:fix"),
    ("{a}", "fixed"),
    ("user-{a}", "user-{b}"),
    ("user-{a}", "user-7"),
    ("{{p{a}}}:fix", "{{p{b}}}:fix"),
    ("{a}:{b}", "{c}:list"),
    ("{a}-old", "new-{b}"),
]
DISTINCT = [
    ("{a}:fix", "{a}:fix:{b}"),
    ("one", "only"),
    ("user-{a}", "item-{a}"),
    ("{a}-user", "{a}-item"),
    ("{{p{a}}}:list:x", "{{p{a}}}:list:y"),
    ("user-{a}", "user"),
]


def declare(name: str, template: str) -> type:
    return type(name, (CacheManager,), {"key": Key(template)})


@pytest.fixture
def nothing_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.core.cache.key._key_templates", {})


def error_text(failure: BaseException) -> str:
    # Before Python 3.12 an error of a descriptor is wrapped in another one.
    return str(failure.__cause__ or failure)


def test_a_key_is_its_template_with_values() -> None:
    assert KEY(tenant=1, item=7) == "1:test-card:7"


@pytest.mark.parametrize("parts", [{}, {"tenant": 1}, {"tenant": 1, "item": 2, "user": 3}, {"tenant": 1, "Item": 2}])
def test_a_missing_or_an_extra_part_is_refused(parts: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"takes \['item', 'tenant'\]"):
        KEY(**parts)


@pytest.mark.parametrize("part", UNSAFE)
def test_an_unsafe_part_is_refused(part: object) -> None:
    with pytest.raises(ValueError, match="cannot be part of a key"):
        KEY(tenant=1, item=part)


def test_different_parts_never_give_one_key() -> None:
    keys = {KEY(tenant=tenant, item=item) for tenant, item in product(PARTS[:4], repeat=2)}
    assert len(keys) == 16


@pytest.mark.usefixtures("nothing_declared")
@pytest.mark.parametrize(("one", "other"), COLLIDING)
def test_two_templates_that_can_collide_are_refused(one: str, other: str) -> None:
    declare(f"First{one}", one)
    with pytest.raises((ValueError, RuntimeError)) as refused:
        declare(f"Second{other}", other)
    assert error_text(refused.value) == f"Second{other}.key and First{one}.key can produce the same key."


@pytest.mark.usefixtures("nothing_declared")
@pytest.mark.parametrize(("one", "other"), DISTINCT)
def test_templates_that_cannot_collide_are_accepted(one: str, other: str) -> None:
    declare(f"First{one}", one)
    declare(f"Second{other}", other)


def test_the_keys_of_the_project_do_not_collide() -> None:
    files = [vars(module).values() for module in find_modules("cache_managers")]
    managers = [kind for kinds in files for kind in kinds if isinstance(kind, type) and issubclass(kind, CacheManager)]
    owners = {base.__name__ for kind in managers for base in kind.__mro__}
    templates = [template for template, owner in _key_templates.items() if owner.partition(".")[0] in owners]
    assert len(templates) >= 16
    assert any("{tenant}" in template for template in templates)


def test_a_ttl_varies_by_a_tenth() -> None:
    lives = [_jittered_ttl(timedelta(seconds=100)) or 0 for _ in range(2000)]
    assert min(lives) >= 100_000 * (1 - JITTER)
    assert max(lives) <= 100_000 * (1 + JITTER)
    assert max(lives) - min(lives) > 15_000


def test_a_key_without_a_ttl_gets_none() -> None:
    assert _jittered_ttl(None) is None
