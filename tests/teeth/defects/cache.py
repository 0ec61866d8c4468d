"""Defects of caches and entity tags."""

from tests.teeth.defect import defect, replace

CHANGES = "catalogue/test_changes.py"
INVALIDATION = "core/cache/test_invalidation.py"

DEFECTS = (
    defect(
        "restored_item_stays_hidden",
        "A restored item is seen by the next read.",
        "services/item.py",
        replace("self._publish(item)", "pass", within="restore"),
        "catalogue/test_changes.py::test_a_restored_item_is_seen_by_the_next_read",
    ),
    defect(
        "pages_with_the_item_of_before",
        "A change of an item is seen in lists, too.",
        "cache_managers/item.py",
        replace("self.invalidate_on_commit(self.pages)", "pass"),
        f"{CHANGES}::test_each_of_two_hundred_changes_is_seen_by_the_next_read",
    ),
    defect(
        "load_leaves_cached_values",
        "A load after a change of strategy invalidates the cache.",
        "services/sale_gate.py",
        replace("after_commit(self.cache.delete_item, item_id)", "pass"),
        "catalogue/test_without_redis.py::test_a_load_after_a_change_of_strategy_invalidates_the_cache",
    ),
    defect(
        "value_is_stored_during_a_commit",
        "A value is neither returned nor stored while its change is committed.",
        "core/cache/cache_manager.py",
        replace("before_commit(self._block, name, mark)", "pass"),
        f"{INVALIDATION}::test_a_value_is_neither_returned_nor_stored_during_a_commit",
    ),
    defect(
        "lost_lease_stores_its_value",
        "A value that was read before a change is not stored after it.",
        "core/cache/lua/keep.lua",
        replace("if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end", ""),
        f"{INVALIDATION}::test_a_value_read_before_its_deletion_is_not_stored",
    ),
    defect(
        "mark_of_another_change_is_deleted",
        "A deletion keeps the mark of another change.",
        "core/cache/lua/forget.lua",
        replace("and held ~= ARGV[1] then", "and held == '' then"),
        f"{INVALIDATION}::test_a_deletion_keeps_the_mark_of_another_change",
    ),
    defect(
        "life_in_seconds_taken_as_milliseconds",
        "A cached value lives for the life of its key.",
        "core/cache/cache_manager.py",
        replace("max(1, int(seconds * 1000))", "max(1, int(seconds))"),
        "core/cache/test_cache_manager.py::test_a_value_expires_after_the_ttl_of_its_key",
        "core/cache/test_cache_manager.py::test_a_cached_value_is_built_once",
    ),
    defect(
        "lives_of_value_and_of_none_exchanged",
        "A missing row is cached for the shorter life.",
        "core/cache/cache_manager.py",
        replace(
            "Lifetimes(_jittered_ttl(key.ttl), _jittered_ttl(key.negative_ttl))",
            "Lifetimes(_jittered_ttl(key.negative_ttl), _jittered_ttl(key.ttl))",
        ),
        "core/cache/test_single_flight.py::test_none_is_cached_for_the_negative_ttl",
    ),
    defect(
        "page_sizes_share_a_key",
        "Pages of different sizes have different cache keys.",
        "core/query/page_cache.py",
        replace('f"{query.mode}-{request.per_page}-{request.page}"', 'f"{query.mode}-{request.page}"'),
        "catalogue/test_warm_cache.py::test_pages_of_two_sizes_are_cached_separately",
    ),
    defect(
        "page_with_drafts_is_shared",
        "A page with drafts is never shared with other callers.",
        "services/item.py",
        replace(
            "build() if include_hidden or self.strategy.database_sells else",
            "build() if self.strategy.database_sells else",
        ),
        "catalogue/test_draft_visibility.py::test_a_draft_read_by_an_administrator_stays_hidden_from_others",
    ),
    defect(
        "draft_for_every_signed_in_user",
        "Only callers with the permission see drafts.",
        "controllers/item.py",
        replace("include_hidden=ItemPolicy.view_any.has_permission(caller)", "include_hidden=caller is not None"),
        "catalogue/test_draft_visibility.py",
    ),
    defect(
        "languages_share_a_tag",
        "Each language of a response has its own entity tag.",
        "core/api/conditional.py",
        replace('response.headers.get("Content-Language", ""),', ""),
        "catalogue/test_entity_tags.py::test_each_language_has_another_tag",
    ),
    defect(
        "response_in_shared_caches",
        "A response with an entity tag is for one client only.",
        "core/api/conditional.py",
        replace(
            'response.headers["Cache-Control"] = "private, no-cache"',
            'response.headers["Cache-Control"] = "public, no-cache"',
        ),
        "catalogue/test_entity_tags.py::test_a_read_with_the_current_tag_has_no_body",
    ),
)
