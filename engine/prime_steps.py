"""Predicts the cost of stepping from an integer to the next prime."""

import math

from engine.cost_curve import cost_at

# The spread of the cost of a step, relative to its mean: more than for most gaps, less than for the
# longest.
_SPREAD = 0.7
# (bits, points) of one step to the next prime, the mean over random integers; GMP 6.3,
# benchmarks/bench_integers.py.
_STEP_CURVE = (
    (16, 0.01),
    (32, 0.03),
    (64, 0.072),
    (65, 0.15),
    (96, 0.25),
    (128, 0.44),
    (192, 1.1),
    (256, 2.1),
    (384, 5.9),
    (512, 14.0),
    (768, 52.0),
    (1024, 125.0),
    (1500, 550.0),
    (2048, 1550.0),
)


def step_cost(bits: int) -> float:
    """Return the mean points of one step from an integer of this many bits to the next prime."""
    return cost_at(_STEP_CURVE, max(bits, 1))


def steps_cost(n: int, steps: float, walks: int = 1) -> float:
    """Return the points predicted for ``steps`` steps from prime to prime near n.

    The cost of a step varies as the gaps do, with a geometric distribution. So a few steps are
    priced above their mean: one step at 1.7 times the mean. Over many ``walks`` the variation
    averages out, and each is priced closer to the mean.
    """
    return step_cost(n.bit_length()) * (steps + _SPREAD * math.sqrt(steps / walks))
