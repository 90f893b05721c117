"""The strategies that turns start and stop with when nothing else is said.

Each call makes a new list, to be extended::

    from rxvoice.operators import aggregate_turn, start_on_dtmf
    from rxvoice.turns import default_start

    aggregate_turn(start=[*default_start(), start_on_dtmf()])
"""

from rxvoice.operators._defaults import default_start, default_stop

__all__ = ["default_start", "default_stop"]
