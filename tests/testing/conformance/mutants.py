"""What a check says of a provider that does not keep its contract."""

from collections.abc import Callable

import pytest

from rxvoice.testing.conformance import ConformanceError, Report


def failed(check: Callable[[], Report]) -> ConformanceError:
    """Run a check that has to fail."""
    with pytest.raises(ConformanceError) as raised:
        check()
    return raised.value
