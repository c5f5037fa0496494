"""Where the polynomial coefficients in csrc/core/math come from.

    python tools/minimax.py            # every table
    python tools/minimax.py exp sin    # some

Each table is the polynomial whose largest weighted error over an interval is smallest (a minimax polynomial,
found by the exchange algorithm of Remez, 1934). The leading terms of every series (1, x, -x^2 / 2 ...) are
kept out of the fit and stay exact in the kernels. The other coefficients are rounded to float or double one
after the other, and those that remain are fitted anew to what the rounding left. The error that is printed is
the one after rounding.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

import mpmath as mp
import numpy as np

mp.mp.dps = 60

Function = Callable[[mp.mpf], mp.mpf]


@dataclass
class Table:
    """The polynomial `target(x) ~ c[0] + c[1] x + ...` on [low, high], best under `weight`."""

    target: Function
    low: float
    high: float
    weight: Function
    float_terms: int  # 0: this type has no such table
    double_terms: int


def chebyshev_points(low: float, high: float, count: int) -> list[mp.mpf]:
    middle, radius = (mp.mpf(low) + high) / 2, (mp.mpf(high) - low) / 2
    return [middle - radius * mp.cos(mp.pi * (k + mp.mpf(1) / 2) / count) for k in range(count)]


def remez(
    points: list[mp.mpf], values: list[mp.mpf], weights: list[mp.mpf], terms: int, lowest_power: int
) -> list[mp.mpf]:
    """The coefficients of x**lowest_power and the next powers, of the smallest largest weighted error."""
    chosen = [round(k * (len(points) - 1) / terms) for k in range(terms + 1)]
    for _ in range(40):
        system = mp.matrix(terms + 1, terms + 1)
        right = mp.matrix(terms + 1, 1)
        for row, index in enumerate(chosen):
            for column in range(terms):
                system[row, column] = points[index] ** (lowest_power + column)
            system[row, terms] = (-1) ** row / weights[index]
            right[row] = values[index]
        coefficients = [mp.mpf(0)] * lowest_power + list(mp.lu_solve(system, right))[:terms]
        peaks = alternating_peaks(weighted_errors(coefficients, points, values, weights))
        while len(peaks) > terms + 1:  # drop the end that errs less
            errors = weighted_errors(coefficients, points, values, weights)
            peaks.pop(0 if abs(errors[peaks[0]]) < abs(errors[peaks[-1]]) else -1)
        if peaks == chosen or len(peaks) <= terms:
            break
        chosen = peaks
    return coefficients[lowest_power:]


def weighted_errors(
    coefficients: list[mp.mpf], points: list[mp.mpf], values: list[mp.mpf], weights: list[mp.mpf]
) -> list[mp.mpf]:
    return [
        (value - mp.polyval(coefficients[::-1], x)) * weight
        for x, value, weight in zip(points, values, weights, strict=True)
    ]


def alternating_peaks(errors: list[mp.mpf]) -> list[int]:
    """The largest |error| of every run of one sign."""
    peaks: list[int] = []
    for index, error in enumerate(errors):
        if peaks and (errors[peaks[-1]] > 0) == (error > 0):
            if abs(error) > abs(errors[peaks[-1]]):
                peaks[-1] = index
        else:
            peaks.append(index)
    return peaks


def fit(table: Table, terms: int, rounded: Callable[[mp.mpf], float]) -> tuple[list[float], float]:
    """The coefficients rounded to working precision, and the largest weighted error that they leave."""
    points = chebyshev_points(table.low, table.high, 40 * (terms + 1))
    values = [table.target(x) for x in points]
    weights = [table.weight(x) for x in points]
    if table.low < 0:  # the powers from x on are all 0 at 0, and Remez cannot fit them alone
        coefficients = [rounded(c) for c in remez(points, values, weights, terms, 0)]
    else:
        coefficients = []
        for power in range(terms):
            rest = [v - mp.polyval(coefficients[::-1], x) for x, v in zip(points, values, strict=True)]
            coefficients.append(rounded(remez(points, rest, weights, terms - power, power)[0]))
    return coefficients, float(max(map(abs, weighted_errors(coefficients, points, values, weights))))


def to_float(x: mp.mpf) -> float:
    return float(np.float32(float(x)))


def without_series(f: Function, series: Function, power: int) -> Function:
    """(f(x) - series(x)) / x**power, safe near 0 because the working precision is 60 digits."""
    return lambda x: (f(x) - series(x)) / x**power


def in_square(f: Function) -> Function:
    """F as a function of z = x * x."""
    return lambda z: f(mp.sqrt(z))


HALF_LN2 = float(mp.log(2) / 2) * 1.0001
QUARTER_PI = 0.7905  # a little over pi / 4: the quadrant is rounded in working precision
TAN_22_5 = float(mp.sqrt(2) - 1) * 1.0001


def slope(f: Function, at_zero: mp.mpf) -> Function:
    """(f(x) - f(0)) / x for a function that is given without its f(0)."""
    return lambda x: f(x) / x if x else at_zero


TABLES = {
    # e^r = 1 + r + r^2 P(r)
    "exp": Table(
        without_series(mp.exp, lambda r: 1 + r, 2),
        -HALF_LN2,
        HALF_LN2,
        lambda r: r * r / abs(mp.expm1(r)),
        6,
        11,
    ),
    # log(1 + f) = f - f^2 / 2 + f^3 P(f)
    "log": Table(
        without_series(mp.log1p, lambda f: f - f * f / 2, 3),
        -0.25,
        0.5,
        lambda f: abs(f**3 / mp.log1p(f)),
        9,
        0,
    ),
    # 2 atanh(s) = 2 s + s z P(z), z = s^2
    "log_quotient": Table(
        in_square(lambda s: (2 * mp.atanh(s) - 2 * s) / s**3), 1e-12, 0.04, lambda z: z, 0, 8
    ),
    # sin r = r + r z P(z), z = r^2
    "sin": Table(
        in_square(without_series(mp.sin, lambda r: r, 3)),
        1e-12,
        QUARTER_PI**2,
        lambda z: z / mp.sinc(mp.sqrt(z)),
        4,
        6,
    ),
    # cos r = 1 - z / 2 + z^2 P(z)
    "cos": Table(
        in_square(without_series(mp.cos, lambda r: 1 - r * r / 2, 4)),
        1e-12,
        QUARTER_PI**2,
        lambda z: z * z / mp.cos(mp.sqrt(z)),
        3,
        6,
    ),
    # tanh x = x + x z P(z), z = x^2
    "tanh": Table(in_square(without_series(mp.tanh, lambda x: x, 3)), 1e-12, 1.0, lambda z: z, 8, 0),
    # sinh x = x + x z P(z), z = x^2
    "sinh": Table(in_square(without_series(mp.sinh, lambda x: x, 3)), 1e-12, 1.0, lambda z: z, 4, 8),
    # atan t = t + t z P(z)
    "atan": Table(in_square(without_series(mp.atan, lambda t: t, 3)), 1e-12, TAN_22_5**2, lambda z: z, 5, 11),
    # asin x = x + x z P(z)
    "asin": Table(in_square(without_series(mp.asin, lambda x: x, 3)), 1e-12, 0.2501, lambda z: z, 5, 12),
    # erf x = x + x P(z)
    "erf": Table(in_square(lambda x: mp.erf(x) / x - 1), 1e-12, 1.0, lambda z: 1 / 1.0, 7, 12),
    # log erfc x = P(x), so erf x = 1 - e^P(x)
    "log_erfc": Table(lambda x: mp.log(mp.erfc(x)), 0.9, 4.1, lambda x: mp.erfc(x), 8, 0),
    # log(1 + t) = t + t^2 P(t); the low end is below 0 so that Remez runs once
    "log1p_fraction": Table(
        without_series(mp.log1p, lambda t: t, 2), 1e-12, 1.0, lambda t: t * t / mp.log1p(t), 9, 0
    ),
    "log1p_fraction_double": Table(
        without_series(mp.log1p, lambda t: t, 2), -1e-9, 1.0, lambda t: t * t / abs(mp.log1p(t)), 0, 20
    ),
    # log2(1 + f) = f P(f), for pow of floats in double
    "log2": Table(
        slope(lambda f: mp.log1p(f) / mp.log(2), 1 / mp.log(2)),
        -0.25,
        0.5,
        lambda f: abs(f * mp.log(2) / mp.log1p(f)),
        0,
        12,
    ),
    # 2^r = 1 + r P(r), the same
    "exp2": Table(slope(lambda r: mp.mpf(2) ** r - 1, mp.log(2)), -0.5001, 0.5001, abs, 0, 6),
}


# ---- quotients of polynomials ----------------------------------------------------------------------


def fit_quotient(
    target: Function, weight: Function, end: float, above: int, below: int
) -> tuple[list[mp.mpf], list[mp.mpf]]:
    """N and M of these degrees, M(0) = 1, N(0) = target(0), with N / M close to the target on [0, end].

    Lawson's iteration (1961): least squares again and again, each time with more weight on the points where
    the error was large. The problem is made linear by the M of the last round.
    """
    t = chebyshev_points(0, end / (end + 2), 12 * (above + below + 2))
    points = [2 * u / (1 - u) for u in t]
    values, weights = [target(x) for x in points], [weight(x) for x in points]
    attention = last = [mp.mpf(1)] * len(points)
    best = mp.inf
    result: tuple[list[mp.mpf], list[mp.mpf]] = ([], [])
    for _ in range(60):
        system = mp.matrix(len(points), above + below)
        right = mp.matrix(len(points), 1)
        for row, (x, value) in enumerate(zip(points, values, strict=True)):
            factor = mp.sqrt(attention[row]) * weights[row] / last[row]
            for k in range(above):
                system[row, k] = factor * x ** (k + 1)
            for k in range(below):
                system[row, above + k] = -factor * value * x ** (k + 1)
            right[row] = factor * (value - target(mp.mpf(0)))
        solution = list(mp.lu_solve(system.T * system, system.T * right))
        n, m = [target(mp.mpf(0)), *solution[:above]], [mp.mpf(1), *solution[above:]]
        last = [mp.polyval(m[::-1], x) for x in points]
        errors = [
            abs(mp.polyval(n[::-1], x) / d - v) * w
            for x, d, v, w in zip(points, last, values, weights, strict=True)
        ]
        if max(errors) < best:
            best, result = max(errors), (n, m)
        attention = [a * e for a, e in zip(attention, errors, strict=True)]
        mean = sum(attention) / len(attention)
        attention = [max(a / mean, mp.mpf(10) ** -12) for a in attention]
    return result


def tail_ratio(a: mp.mpf) -> mp.mpf:
    """h(a) = e^(a^2 / 2) normal_cdf(-a)."""
    return mp.exp(a * a / 2) * mp.erfc(a / mp.sqrt(2)) / 2


def fit_tail(end: float, degree: int, rounded: Callable[[mp.mpf], float]) -> None:
    """1 / h(a) = k a + S(a) / P(a): k from a first fit of h, then S and P.

    S and P may both be multiplied by any number. Of a thousand, the one after which rounding hurts least;
    others are as good, and the kernel has one of them.
    """
    p, q = fit_quotient(tail_ratio, lambda a: 1 / tail_ratio(a), end, degree, degree + 1)
    k = rounded(q[-1] / p[-1])
    s, p = fit_quotient(lambda a: 1 / tail_ratio(a) - k * a, tail_ratio, end, degree, degree)
    points = [2 * u / (1 - u) for u in chebyshev_points(0, end / (end + 2), 300)]
    truth = [1 / tail_ratio(a) for a in points]

    def error(above: list[float], below: list[float]) -> float:
        quotients = [mp.polyval(above[::-1], a) / mp.polyval(below[::-1], a) for a in points]
        return float(max(abs((k * a + q) / t - 1) for a, q, t in zip(points, quotients, truth, strict=True)))

    random = np.random.default_rng(0)
    factors = [rounded(mp.mpf(f)) for f in random.uniform(1, 2, 1000 if rounded is to_float else 0)]
    tries = [([rounded(c * f) for c in s], [rounded(c * f) for c in p]) for f in [1.0, *factors]]
    above, below = min(tries, key=lambda pair: error(*pair))
    print(f"tail ({rounded.__name__}), largest error 2^{np.log2(error(above, below)):.1f}:")
    print(f"    k = {k!r}\n    S = {above}\n    P = {below}")


def main(names: list[str]) -> None:
    for name in names or (*TABLES, "tail"):
        if name == "tail":
            fit_tail(14.6, 4, to_float)
            fit_tail(39.0, 10, float)
            continue
        table = TABLES[name]
        kinds: list[tuple[str, int, Callable[[mp.mpf], float]]] = [
            ("float", table.float_terms, to_float),
            ("double", table.double_terms, float),
        ]
        for kind, terms, rounded in kinds:
            if not terms:
                continue
            coefficients, error = fit(table, terms, rounded)
            print(f"{name} ({kind}), largest error 2^{float(mp.log(error, 2)):.1f}:")
            print(f"    {', '.join(f'{c:.9g}' if kind == 'float' else repr(c) for c in coefficients)}")


if __name__ == "__main__":
    main(sys.argv[1:])
