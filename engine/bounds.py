"""Proved bounds of pi(x), and smooth approximations to pi(x) and to the n-th prime."""

import math

_EULER_GAMMA = 0.57721566490153286061


def prime_count_upper(x: int) -> int:
    """Return an upper bound for pi(x), for any x.

    With L = ln x: pi(x) <= x / L * (1 + 1.2762 / L) for x > 1, and
    pi(x) <= x / L * (1 + 1 / L + 2.334 / L**2) for x >= 2,953,652,287.

    Source: Dusart, "Estimates of some functions over primes without R.H.", arXiv:1002.0442 (2010),
    Theorem 6.9.

    >>> prime_count_upper(100) >= 25
    True
    """
    if x < 2:
        return 0
    log = math.log(x)
    excess = 1.2762 / log if x < 2_953_652_287 else 1 / log + 2.334 / log**2
    # The factor 1 + 1e-12 covers the rounding errors of floats.
    return _product_above(x, (1 + excess) * (1 + 1e-12) / log)


def prime_count_between_upper(low: int, high: int) -> int:
    """Return an upper bound for the number of primes in [low, high].

    It is the least of two proved bounds and the number of odd integers. The bounds are that of
    ``prime_count_upper``, and 2 * y / ln y for y = high - low + 1 > 1.

    Source: Montgomery and Vaughan, "The large sieve", Mathematika 20 (1973), Theorem 2:
    pi(x + y) - pi(x) <= 2 * y / ln y for x > 0, y > 1.

    >>> prime_count_between_upper(90, 100) >= 1
    True
    """
    low = max(low, 2)
    width = high - low + 1
    if width <= 0:
        return 0
    if width < 12:
        return width // 2 + 1
    brun_titchmarsh = _product_above(width, 2 / math.log(width)) + 1
    return min(prime_count_upper(high), brun_titchmarsh, width // 2 + 2)


def _product_above(n: int, factor: float) -> int:
    """Return the least integer >= n * factor; n may be too large for a float."""
    numerator, denominator = factor.as_integer_ratio()
    return -(-n * numerator // denominator)


def log_integral(x: float) -> float:
    """Return li(x), the integral of 1 / ln t from 0 to x, for x > 1.

    With L = ln x: li(x) = gamma + ln L + sum over k >= 1 of L**k / (k * k!).

    Source: Riesel, *Prime Numbers and Computer Methods for Factorization*, 2nd ed. (1994), 2.15.
    Cost: about 15 us. The relative error of the arithmetic is about 1e-15 * ln x.

    >>> round(log_integral(100), 4)
    30.1261
    """
    log = math.log(x)
    total, term, k = _EULER_GAMMA + math.log(log), 1.0, 0
    while term > 1e-17 * abs(total) or k <= log:
        k += 1
        term *= log / k
        total += term / k
    return total


def riemann_r(x: float) -> float:
    """Return Riemann's R(x), an approximation to pi(x), for x >= 1.

    Gram's series: R(x) = 1 + sum over k >= 1 of ln(x)**k / (k * k! * zeta(k + 1)).

    Source: Riesel, *Prime Numbers and Computer Methods for Factorization*, 2nd ed. (1994), (2.27).
    Cost: about 30 us. The relative error of the arithmetic is about 1e-15 * ln x.

    >>> round(riemann_r(100), 4)
    25.6616
    """
    log = math.log(x)
    total, term, k = 1.0, 1.0, 0
    while True:
        k += 1
        term *= log / k
        added = term / (k * _zeta(k + 1))
        total += added
        if added < 1e-17 * total:
            return total


def riemann_r_inverse(n: int) -> float:
    """Return x with R(x) close to n, for n >= 1: an approximation to the n-th prime.

    Newton's method with R'(x) about 1 / ln x, from n * (ln n + ln ln n - 1).

    Cost: about 200 us.

    >>> abs(riemann_r_inverse(10_000) - 104_729) < 100
    True
    """
    if n < 6:
        return float((2, 3, 5, 7, 11)[n - 1])
    log = math.log(n)
    x = n * (log + math.log(log) - 1) + 2
    for _ in range(40):
        step = (riemann_r(x) - n) * math.log(x)
        x -= step
        if abs(step) < 1e-13 * x + 0.1:
            break
    return x


def _zeta(s: int) -> float:
    """Return zeta(s) for integer s >= 2: a sum of 19 terms, and Euler-Maclaurin for the rest."""
    n = 20
    head = math.fsum(k**-s for k in range(1, n))
    tail = n ** (1 - s) / (s - 1) + 0.5 * n**-s + s * n ** (-s - 1) / 12
    return float(head + tail - s * (s + 1) * (s + 2) * n ** (-s - 3) / 720)
