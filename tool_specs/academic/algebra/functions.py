"""Exact number theory and linear algebra."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from builder.errors import ToolError


def prime_factorization(number: int) -> dict[str, Any]:
    """Trial division; at most a million steps for numbers up to 10**12."""
    rest, divisor = number, 2
    factors: list[int] = []
    while divisor * divisor <= rest:
        while rest % divisor == 0:
            factors.append(divisor)
            rest //= divisor
        divisor += 1 if divisor == 2 else 2
    if rest > 1:
        factors.append(rest)
    primes = sorted(set(factors))
    totient, divisors = number, 1
    for prime in primes:
        totient = totient // prime * (prime - 1)
        divisors *= factors.count(prime) + 1
    return {
        "factors": factors,
        "distinct_primes": primes,
        "is_prime": len(factors) == 1,
        "divisor_count": divisors,
        "totient": totient,
    }


def modular_power(base: int, exponent: int, modulus: int) -> dict[str, Any]:
    return {"remainder": pow(base, exponent, modulus)}


def modular_inverse(number: int, modulus: int) -> dict[str, Any]:
    common = math.gcd(number, modulus)
    return {"inverse": pow(number, -1, modulus) if common == 1 else None, "common_divisor": common}


def solve_linear_system(coefficients: list[float], constants: list[float]) -> dict[str, Any]:
    """Gaussian elimination in exact fractions; coefficients row by row."""
    size = len(constants)
    if len(coefficients) != size * size:
        raise ToolError("invalid_value", f"{size} unknowns need {size * size} coefficients", given=len(coefficients))
    rows = [
        [Fraction(repr(value)) for value in [*coefficients[i * size : (i + 1) * size], constants[i]]]
        for i in range(size)
    ]
    determinant = Fraction(1)
    for column in range(size):
        pivot = next((i for i in range(column, size) if rows[i][column] != 0), None)
        if pivot is None:
            raise ToolError("invalid_value", "the equations are dependent: there is no unique solution")
        if pivot != column:
            rows[column], rows[pivot] = rows[pivot], rows[column]
            determinant = -determinant
        lead = rows[column][column]
        determinant *= lead
        rows[column] = [value / lead for value in rows[column]]
        for i in range(size):
            if i != column and rows[i][column] != 0:
                factor = rows[i][column]
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[column], strict=True)]
    return {"solution": [float(row[-1]) for row in rows], "determinant": float(determinant)}
