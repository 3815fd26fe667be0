"""Parts of the tests that run only when asked for by their mark."""
import os
import re

import pytest


def asked(config, mark):
    "Tell whether -m names the mark"
    expression = config.getoption('markexpr', '') or ''
    return bool(re.search(rf'(?<!not )\b{mark}\b', expression))


def leave_out(item, mark, reason):
    "Skip a marked test, or fail it where nothing may be left out"
    if not item.get_closest_marker(mark):
        return
    if asked(item.config, mark) and os.environ.get('CI') == 'true':
        pytest.fail(reason)
    pytest.skip(reason)
