"""How elements that point to each other are linked: lists in shuffled memory, there and back, and trees.

The first element is the one that a pointer to the whole leads to; every chain of links ends.
"""

from __future__ import annotations

import numpy as np

from unseq.agents.tester.constraints import Integers

NONE = -1


def linked(rng: np.random.Generator, n: int, count: int) -> tuple[Integers, ...]:
    """The links of ``n`` elements with ``count`` each, as numbers of elements; -1 where there is none."""
    order = np.arange(n, dtype=np.int64)
    if rng.random() < 0.8:
        rng.shuffle(order[1:])
    if count == 2 and rng.random() < 0.5:
        return listed(order, 1), listed(order, -1)
    if count == 1:
        return (listed(order, 1),)
    return tuple(children(order, count, k) for k in range(count))


def listed(order: Integers, step: int) -> Integers:
    """Each element leads to the next one in the order (or, with a step of -1, to the one before)."""
    out = np.full(len(order), NONE, dtype=np.int64)
    if step > 0:
        out[order[:-1]] = order[1:]
    else:
        out[order[1:]] = order[:-1]
    return out


def children(order: Integers, count: int, k: int) -> Integers:
    """Link ``k`` of a tree in which every element but the last ones has ``count`` children."""
    n = len(order)
    out = np.full(n, NONE, dtype=np.int64)
    child = count * np.arange(n, dtype=np.int64) + 1 + k
    inside = child < n
    out[order[inside]] = order[child[inside]]
    return out
