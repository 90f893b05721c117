"""From sums back to samples."""

import numpy as np
from numpy.typing import NDArray


def saturated(sums: NDArray[np.float64]) -> NDArray[np.int16]:
    """Round to whole samples; what is too loud stays at the limit."""
    return np.clip(np.rint(sums), -32_768, 32_767).astype(np.int16)


__all__ = ["saturated"]
