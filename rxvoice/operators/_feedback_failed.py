"""What to do when what comes back from a pipe has failed."""


def feedback_failed(_: Exception) -> None:
    """Do nothing: the pipe whose output was fed back fails by itself."""
