"""Functions that read receipts and notes, which two Lua files have."""

from pathlib import Path

import shop.cache_managers

LUA = Path(shop.cache_managers.__file__).parent


def test_the_script_of_a_purchase_has_the_functions_of_the_other_scripts() -> None:
    shared = (LUA / "lua" / "read.lua").read_text()
    functions = shared[shared.index("local digits") :].strip()
    assert functions in (LUA / "stock" / "lua" / "reserve.lua").read_text()
