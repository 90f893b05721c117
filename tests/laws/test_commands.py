"""What ends replies from without keeps the laws, too."""

import pytest

from rxvoice.items import EndCall, Interrupt
from rxvoice.operators import interruptible
from rxvoice.testing.laws import check_operator
from tests.laws.table import turns_and


@pytest.mark.parametrize("command", [Interrupt(), EndCall(at_once=True)], ids=repr)
def test_nothing_of_a_reply_comes_behind_a_command_that_ends_it(command: object) -> None:
    check_operator(interruptible, source=turns_and(command))
