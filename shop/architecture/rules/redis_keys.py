"""Rule that each Redis key belongs to one CacheManager."""

import ast
import re
from collections.abc import Iterator
from string import Formatter

from shop.architecture.finding import Finding
from shop.architecture.source.banned_names import BannedName, find_banned_names
from shop.architecture.source.names import dotted, find_string_literals
from shop.architecture.source.source import Source, Sources

RULE = "redis_keys"
OWNER = "Declare the key in a CacheManager and use its methods."
# Method names that only Redis clients have; get and set are ambiguous, but no client leaves the CacheManagers.
COMMANDS = (
    ".bitcount", ".blpop", ".brpop", ".decrby", ".evalsha", ".execute_command", ".expire", ".expireat", ".fcall",
    ".getdel", ".getex", ".hdel", ".hexists", ".hget", ".hgetall", ".hincrby", ".hkeys", ".hmget", ".hmset", ".hscan",
    ".hset", ".hsetnx", ".hvals", ".incrby", ".lindex", ".llen", ".lpop", ".lpush", ".lrange", ".lrem", ".ltrim",
    ".mget", ".mset", ".msetnx", ".pexpire", ".pipeline", ".psetex", ".pttl", ".publish", ".pubsub", ".renamenx",
    ".rpop", ".rpush", ".sadd", ".scan_iter", ".scard", ".setex", ".setnx", ".sismember", ".smembers", ".srem",
    ".xack", ".xadd", ".xautoclaim", ".xdel", ".xgroup_create", ".xlen", ".xpending", ".xrange", ".xread",
    ".xreadgroup", ".xrevrange", ".xtrim", ".zadd", ".zcard", ".zincrby", ".zrange", ".zrangebyscore", ".zrem",
    ".zscore",
)  # fmt: skip
BANS = (
    BannedName(
        COMMANDS,
        "`{word}` is a Redis command.",
        OWNER,
        ("shop.cache_managers",),
    ),
    BannedName(
        (".stores", ".stock_servers", "shop.core.redis.stores.RedisStores"),
        "`{word}` holds the Redis clients.",
        OWNER,
        ("shop.cache_managers",),
    ),
)
PLACEHOLDER = "\0"


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for Redis commands and keys outside of CacheManagers."""
    yield from find_banned_names(sources, BANS, RULE)
    templates = {
        _template(text): text for source in sources.in_folder("cache_managers") for text in _declared_templates(source)
    }
    for source in sources.layers:
        if source.structure and source.structure.folder == "cache_managers":
            continue
        for node, text in _texts(source):
            if declared := next(
                (whole for parts, whole in templates.items() if _matches(text.split(":"), parts)), None
            ):
                yield source.finding(node, RULE, f"This text matches the key {declared!r}.", OWNER)


def _declared_templates(source: Source) -> Iterator[str]:
    for call in source.nodes(ast.Call):
        if dotted(source, call.func) == "shop.core.cache.key.Key" and call.args:
            template = call.args[0]
            if isinstance(template, ast.Constant):
                yield str(template.value)


def _template(text: str) -> tuple[str, ...]:
    parts = (literal + (PLACEHOLDER if name is not None else "") for literal, name, _, _ in Formatter().parse(text))
    return tuple("".join(parts).split(":"))


def _texts(source: Source) -> Iterator[tuple[ast.AST, str]]:
    inside = {id(part) for node in source.nodes(ast.JoinedStr) for part in node.values}
    yield from ((node, str(node.value)) for node in find_string_literals(source) if id(node) not in inside)
    for node in source.nodes(ast.JoinedStr):
        yield node, "".join(str(part.value) if isinstance(part, ast.Constant) else PLACEHOLDER for part in node.values)


def _matches(literal: list[str], template: tuple[str, ...]) -> bool:
    """Return True when a text could be a key of the template.

    `literal` is the text, cut at its colons. At least one part must be equal.
    """
    if len(literal) != len(template) or any(re.search(r"\s", part) for part in literal):
        return False
    pairs = list(zip(literal, template, strict=True))
    has_equal_part = any(part == other and part.strip(PLACEHOLDER).isalpha() for part, other in pairs)
    return has_equal_part and all(part == PLACEHOLDER or _fills_placeholder(part, other) for part, other in pairs)


def _fills_placeholder(literal: str, part: str) -> bool:
    return re.fullmatch(re.escape(part).replace(re.escape(PLACEHOLDER), ".+"), literal) is not None
