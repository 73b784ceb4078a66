"""Products of rows of numbers, a few rows at a time, so that each is loaded less often.

Rows stand one behind the other in a flat array.
"""

from typing import Any

from app.core.compiled.jit import any_order, inlined, joined


@joined
def combine(total: Any, factors: Any, at: int, step: int, rows: Any, count: int) -> None:
    """total = the sum of factors times rows, ``total.size`` numbers each.

    The factors stand at ``at``, ``at + step`` and so on, ``count`` of them, at least one. The first
    one to four rows begin the sum, then four at a time are added.
    """
    width = total.size
    begun = (count - 1) % 4 + 1
    f0, v0 = factors[at], rows[:width]
    if begun == 1:
        for b in range(width):
            total[b] = f0 * v0[b]
    else:
        f1, v1 = factors[at + step], rows[width : 2 * width]
        if begun == 2:
            for b in range(width):
                total[b] = f0 * v0[b] + f1 * v1[b]
        else:
            f2, v2 = factors[at + 2 * step], rows[2 * width : 3 * width]
            if begun == 3:
                for b in range(width):
                    total[b] = f0 * v0[b] + f1 * v1[b] + f2 * v2[b]
            else:
                f3, v3 = factors[at + 3 * step], rows[3 * width : 4 * width]
                for b in range(width):
                    total[b] = f0 * v0[b] + f1 * v1[b] + (f2 * v2[b] + f3 * v3[b])
    for k in range(begun, count, 4):
        f0, f1 = factors[at + k * step], factors[at + (k + 1) * step]
        f2, f3 = factors[at + (k + 2) * step], factors[at + (k + 3) * step]
        v0, v1 = rows[k * width : (k + 1) * width], rows[(k + 1) * width : (k + 2) * width]
        v2, v3 = rows[(k + 2) * width : (k + 3) * width], rows[(k + 3) * width : (k + 4) * width]
        for b in range(width):
            total[b] += f0 * v0[b] + f1 * v1[b] + (f2 * v2[b] + f3 * v3[b])


@joined
def add_multiple(total: Any, row: Any, factor: float, more: Any) -> None:
    """total = row + factor times ``more``."""
    for b in range(total.size):
        total[b] = row[b] + factor * more[b]


@any_order
def product(first: Any, second: Any) -> float:
    """Of two rows."""
    total = 0.0
    for b in range(first.size):
        total += first[b] * second[b]
    return total


@any_order
def _four_products(
    row: Any, first: Any, second: Any, third: Any, fourth: Any
) -> tuple[float, float, float, float]:
    p0, p1, p2, p3 = 0.0, 0.0, 0.0, 0.0
    for b in range(row.size):
        p0 += row[b] * first[b]
        p1 += row[b] * second[b]
        p2 += row[b] * third[b]
        p3 += row[b] * fourth[b]
    return p0, p1, p2, p3


@inlined
def all_products(first: Any, second: Any, width: int, factor: float, into: Any) -> None:
    """``factor`` times the product of each row of ``first`` with each row of ``second``.

    Rows of ``width`` numbers; into: flat, (rows of first, rows of second). It goes through the
    side with more rows four at a time; where there are less than four left, the last stands in for
    those that lack, which costs less than products one by one.
    """
    few, many = first, second
    step_of_few, step_of_many = second.size // width, 1
    if first.size > second.size:
        few, many = second, first
        step_of_few, step_of_many = step_of_many, step_of_few
    last = many.size // width - 1
    for i in range(few.size // width):
        row = few[i * width : (i + 1) * width]
        at = i * step_of_few
        for j0 in range(0, last + 1, 4):
            j1, j2, j3 = min(j0 + 1, last), min(j0 + 2, last), min(j0 + 3, last)
            p0, p1, p2, p3 = _four_products(
                row,
                many[j0 * width : (j0 + 1) * width],
                many[j1 * width : (j1 + 1) * width],
                many[j2 * width : (j2 + 1) * width],
                many[j3 * width : (j3 + 1) * width],
            )
            into[at + j0 * step_of_many] = factor * p0
            into[at + j1 * step_of_many] = factor * p1
            into[at + j2 * step_of_many] = factor * p2
            into[at + j3 * step_of_many] = factor * p3
