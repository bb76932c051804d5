"""Predicts a cost from a size, by interpolation in a short table of measurements."""

import math
from collections.abc import Sequence


def cost_at(curve: Sequence[tuple[float, float]], size: float) -> float:
    """Return the points that a curve predicts for a size, interpolated on logarithmic axes.

    Args:
        curve: At least two measured pairs (size, points), all positive, sizes strictly ascending.
        size: Positive. Below the first pair, the points of the first pair are returned. Above the
            last pair, the slope of the last two pairs continues.

    Returns:
        Predicted CPU in points; 1 point = 100 microseconds on the reference machine.

    Cost: under 1 us, O(len(curve)).

    >>> round(cost_at(((10, 1.0), (1000, 100.0)), 100), 6)
    10.0
    """
    if size <= curve[0][0]:
        return curve[0][1]
    above = next((i for i, pair in enumerate(curve) if pair[0] >= size), len(curve) - 1)
    (size_0, points_0), (size_1, points_1) = curve[above - 1], curve[above]
    slope = math.log(points_1 / points_0) / math.log(size_1 / size_0)
    return points_0 * math.pow(size / size_0, slope)
