"""What is called instead of somebody who is not to be held any more."""


def unheard(*_: object) -> None:
    """Do nothing.

    What is over puts this in the place of those who wanted to be called. They hold it themselves,
    mostly, so that only a garbage collection would find both, and such a collection makes all
    calls of a process wait.
    """


__all__ = ["unheard"]
