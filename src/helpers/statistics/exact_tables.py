"""The exact P value of an r × c table with fixed margins, by the network algorithm."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.special import gammaln

# Tables whose probability is that of the observed one up to rounding count as equally extreme;
# R's fisher.test allows the same.
TOLERANCE = 1e-7
# Arcs held (up to 1 GB), and continuations of paths followed per arc that may be held (about
# twenty seconds).
LARGEST_NETWORK = 20_000_000
WORK_PER_ARC = 10
PORTION = 1_000_000


class TooLargeError(ValueError):
    """A table with too many partial tables to be enumerated."""


def exact_p_value(table: np.ndarray, largest: int = LARGEST_NETWORK) -> float:
    """Probability, given the margins, of all tables that are no more probable than the observed.

    Parameters
    ----------
    table : counts, shape = (n_rows, n_columns), no empty row or column
    largest : arcs of the network that may be held

    Returns
    -------
    float, exact up to rounding

    Raises
    ------
    TooLargeError
        a ValueError, when the network is larger than `largest`, or ten times as many paths must be
        followed.

    Notes
    -----
    The table is filled one line at a time along its longer side. A node is what is left of the
    other margin (sorted: its order does not change a probability). A path into a node is kept
    with its log probability, equal ones together. The largest and smallest probability with which
    a node can still be completed decide most paths early: either every completion counts, or none.

    References
    ----------
    Mehta CR, Patel NR. A network algorithm for performing Fisher's exact test in r × c contingency
    tables. J Am Stat Assoc 1983;78:427-434.

    Examples
    --------
    >>> round(exact_p_value(np.array([[150, 35], [13, 9], [15, 5], [6, 2]])), 4)
    0.1063
    """
    table = np.asarray(table, dtype=int)
    if table.shape[0] < table.shape[1]:
        table = table.T
    lines = np.sort(table.sum(axis=1))
    start = np.sort(table.sum(axis=0))
    stages = _network(lines, start, largest)
    bounds = _completion_bounds(stages)
    limit = _log_probability(table) + np.log1p(TOLERANCE)

    extreme, work = 0.0, 0
    paths = (np.zeros(1, int), np.zeros(1), np.ones(1))
    for stage, (least, most) in zip(stages, bounds, strict=True):
        kept = []
        for part in _portions(stage, paths):
            node, log_path, weight = _extended(stage, *part)
            work += len(node)
            _refuse_large(work / WORK_PER_ARC, largest)
            all_count = log_path + most[node] <= limit
            extreme += weight[all_count].sum()
            undecided = ~all_count & (log_path + least[node] <= limit)
            kept.append(_merged(node[undecided], log_path[undecided], weight[undecided]))
        paths = _merged(*(np.concatenate(column) for column in zip(*kept, strict=True)))
    return float(min(extreme, 1.0))


def _log_probability(table: np.ndarray) -> float:
    margins = gammaln(table.sum(axis=0) + 1).sum() + gammaln(table.sum(axis=1) + 1).sum()
    return float(margins - gammaln(table.sum() + 1) - gammaln(table + 1).sum())


class _Stage:
    """Arcs from the nodes before a line to those after it.

    first : where the arcs of each node begin, and their number at the end
    target : node each arc leads to
    log_probability : of the line, given the node it starts from
    n_targets : number of nodes after the line
    """

    def __init__(self, first, target, log_probability, n_targets):
        self.first, self.target = first, target
        self.log_probability, self.n_targets = log_probability, n_targets


def _network(lines: np.ndarray, start: np.ndarray, largest: int) -> list[_Stage]:
    """All nodes and arcs, a stage per line; the last line is what is left and needs none."""
    log_factorial = gammaln(np.arange(start.sum() + 1) + 1)
    nodes, left_over, stages = start[None, :], int(start.sum()), []
    # One number per node: its last cell is what the others leave of a fixed sum.
    base = left_over + 1
    digits = float(base) ** np.arange(len(start) - 1)
    if digits[-1] * base > 2**53:
        _refuse_large(np.inf, largest)
    for total in lines[:-1]:
        codes, log_ways, sizes = [], [], []
        for left in nodes:
            found = _fillings(total, left, largest)
            after = left - found
            log_ways.append(
                (log_factorial[left] - log_factorial[found] - log_factorial[after]).sum(axis=1)
            )
            codes.append(np.sort(after, axis=1)[:, :-1] @ digits)
            sizes.append(len(found))
            _refuse_large(sum(sizes), largest)
        log_all = log_factorial[left_over] - log_factorial[total] - log_factorial[left_over - total]
        different, target = np.unique(np.concatenate(codes), return_inverse=True)
        first = np.concatenate([[0], np.cumsum(sizes)])
        stages.append(_Stage(first, target, np.concatenate(log_ways) - log_all, len(different)))
        left_over -= total
        cells = (different[:, None] // digits % base).astype(int)
        nodes = np.column_stack([cells, left_over - cells.sum(axis=1)])
    return stages


def _fillings(total: int, left: np.ndarray, largest: int) -> np.ndarray:
    """Every way to spread `total` over cells that hold at most `left`, one a row."""
    partial = np.zeros((1, 0), int)
    used = np.zeros(1, int)
    room = np.cumsum(left[::-1])[::-1]
    for cell, most in enumerate(left[:-1]):
        _refuse_large(len(used) * float(most + 1), largest)
        sums = used[:, None] + np.arange(most + 1)
        row, value = np.nonzero((sums <= total) & (total - sums <= room[cell + 1]))
        partial = np.column_stack([partial[row], value])
        used = sums[row, value]
    return np.column_stack([partial, total - used])


def _completion_bounds(stages: list[_Stage]) -> list[tuple[np.ndarray, np.ndarray]]:
    """For the nodes after each stage, the least and the largest log probability of the rest."""
    least = most = np.zeros(stages[-1].n_targets)
    bounds = [(least, most)]
    for stage in reversed(stages[1:]):
        starts = stage.first[:-1]
        least = np.minimum.reduceat(stage.log_probability + least[stage.target], starts)
        most = np.maximum.reduceat(stage.log_probability + most[stage.target], starts)
        bounds.insert(0, (least, most))
    return bounds


def _portions(stage: _Stage, paths: tuple[np.ndarray, ...]) -> Iterator[tuple[np.ndarray, ...]]:
    """The paths in portions of about a million continuations."""
    node = paths[0]
    continuations = np.cumsum(stage.first[node + 1] - stage.first[node])
    total = continuations[-1] if len(node) else 0
    cuts = np.searchsorted(continuations, np.arange(PORTION, total, PORTION))
    yield from zip(*(np.split(column, np.unique(cuts)) for column in paths), strict=True)


def _extended(stage: _Stage, node, log_path, weight):
    """Every path followed along every arc of its node."""
    sizes = stage.first[node + 1] - stage.first[node]
    path = np.repeat(np.arange(len(node)), sizes)
    offset = np.arange(len(path)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    arc = stage.first[node][path] + offset
    log_arc = stage.log_probability[arc]
    return stage.target[arc], log_path[path] + log_arc, weight[path] * np.exp(log_arc)


def _merged(node, log_path, weight):
    """Paths into the same node with the same probability, up to rounding, as one."""
    if not len(node):
        return node, log_path, weight
    rounded = np.round(log_path, 9)
    order = np.lexsort((rounded, node))
    node, rounded = node[order], rounded[order]
    new = np.r_[True, (np.diff(node) != 0) | (np.diff(rounded) != 0)]
    starts = np.flatnonzero(new)
    return node[starts], log_path[order][starts], np.add.reduceat(weight[order], starts)


def _refuse_large(size: float, largest: int) -> None:
    if size > largest:
        raise TooLargeError(
            "the table is too large for the exact test: its network of partial tables is too wide. "
            "Join levels, or take fisher_monte_carlo, which states its standard error"
        )
