"""A collection of loops that carry a value from iteration to iteration, our own, after the themes of published tasks.

Most look sequential and compose all the same; each of those states the family of its steps. The rest must be refused.
Themes: the divide-and-conquer tasks of ParSynt (Farzan and Nicolet, PLDI 2021) and AutoLifter (Ji et al., TOPLAS 2024),
filters, generators, checksums, tokenizers, queues and small dynamic programs.
Knows what is expected of each function; judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent

# File, then its functions in order with the families of their carried variables ("+": several variables in stages).
_TRANSLATED: dict[str, dict[str, str]] = {
    "sums.c": {
        "parse_decimal": "affine",
        "parse_hex": "affine",
        "horner_descending": "affine",
        "polynomial_mod_word": "product + sum",
        "smooth_exponentially": "affine",
        "balance_after": "affine",
        "biquad": "last write + affine",
        "fibonacci": "affine",
        "tribonacci_driven": "affine",
        "two_tanks": "affine + affine",
        "fill_random": "affine",
        "variance": "sum",
        "alternating_sum": "affine + sum",
        "double_integral": "affine + affine",
        "sum_of_prefixes": "sum + sum",
        "string_hash": "affine",
        "linear_recurrence": "affine",
        "segmented_sum": "affine",
        "replay": "affine",
        "checksum_positions": "sum",
    },
    "extrema.c": {
        "max_segment_sum": "max-plus + max",
        "min_segment_sum": "min-plus + min",
        "max_prefix_sum": "sum + max",
        "max_tail_sum": "max-plus",
        "max_prefix_position": "sum + max",
        "best_trade": "min + max",
        "max_drawdown": "max + max",
        "underwater": "max",
        "peak_meter": "max-plus",
        "waiting_times": "max-plus",
        "last_finish": "max-plus",
        "max_depth": "affine + max",
        "is_balanced": "affine + min",
        "unmatched_open": "max-plus",
        "turn_knob": "clamp",
        "bucket_levels": "clamp",
        "edit_row": "min-plus",
        "lcs_row": "max-plus",
        "viterbi_two": "max-plus",
        "trade_with_fee": "max-plus",
        "house_robber": "max-plus",
        "second_smallest": "min + min-plus",
        "spread": "min-plus + max",
        "visible_from_left": "max-plus + sum",
    },
    "runs.c": {
        "longest_ones": "affine + max",
        "longest_plateau": "affine + max",
        "longest_ascent": "affine + max",
        "fill_forward": "last write",
        "fill_in_place": "last write + sum",
        "distance_left": "affine",
        "last_nonzero": "last write",
        "argmax": "max",
        "segment_numbers": "sum",
        "hysteresis": "last write",
        "newest_event": "last write",
        "sign_changes": "last write + sum",
        "widest_gap": "last write + max-plus",
        "longest_line": "affine + max",
        "columns": "affine",
        "best_positive_run": "affine + max",
        "max_before_last_one": "max + last write",
    },
    "text.c": {
        "count_words": "last write + sum",
        "count_words_switch": "finite state + affine",
        "is_sorted": "finite state",
        "is_sorted_carried": "last write + last write",
        "parity": "finite state",
        "binary_mod_three": "finite state",
        "decimal_mod_seven": "affine modulo",
        "mark_quoted": "affine",
        "count_quoted_with_escapes": "finite state + sum",
        "strip_comments": "finite state",
        "csv_fields": "finite state + sum",
        "zeros_then_ones": "or + and",
        "add_limbs": "finite state",
        "subtract_limbs": "finite state",
        "count_one_zero": "last write + sum",
        "count_one_zeros_two": "last write + sum",
        "alternates": "last write + last write",
        "traffic_light": "finite state",
        "mispredictions": "finite state + sum",
        "count_lines": "last write + sum",
    },
    "modular.c": {
        "adler32": "affine modulo + affine modulo",
        "fletcher16": "affine modulo + affine modulo",
        "park_miller": "affine modulo",
        "rabin_hash": "affine modulo",
        "product_mod": "affine modulo",
        "gray_to_binary": "xor",
        "chain_xor": "xor",
        "apply_masks": "bitwise",
    },
    "containers.cpp": {
        "best_subarray": "max-plus + max",
        "battery": "clamp",
        "two_lanes": "min-plus",
        "level_from_left": "max",
        "checksum97": "affine modulo",
        "vowels_after_consonants": "last write + sum",
        "odometer": "affine",
        "leaky": "affine",
        "returns": "affine",
        "right_minima": "min + sum",
        "furthest": "max",
        "sum_of_prefix_minima": "min + sum",
    },
}

# Why each of these must stay as it is.
_REFUSED: dict[str, dict[str, str]] = {
    "refused.c": {
        "majority": "candidate and count decide about each other by equality with the data",
        "fnv1a": "xor and multiplication do not distribute over each other",
        "collatz": "the branch depends on the value",
        "logistic": "quadratic in the carried value",
        "spikes": "reset at a threshold: not monotone, no closed form",
        "bins": "reset at a threshold that depends on the data",
        "chase": "each address depends on the value before",
        "middle_square": "quadratic in the carried value",
        "newton": "divides by the carried value",
        "blum": "quadratic in the carried value",
        "subtractive_gcd": "which variable shrinks depends on both",
        "table_walk": "a table is indexed by the carried value",
        "rounded_interest": "rounds at every step",
        "disjoint_intervals": "the comparison selects a value that it does not compare",
    },
    "modular.c": {
        "crc32_bitwise": "linear over bits, but an inner loop hides the step (not supported yet)",
    },
}


@dataclass(frozen=True, slots=True)
class Recurrence:
    """One function of the collection: ``expected`` is translate or refuse, ``note`` the family or the reason."""

    name: str
    path: Path
    expected: str
    note: str


def recurrences() -> Iterator[Recurrence]:
    """The whole collection, file by file."""
    for expected, table in (("translate", _TRANSLATED), ("refuse", _REFUSED)):
        for file, functions in table.items():
            for name, note in functions.items():
                yield Recurrence(name, FOLDER / file, expected, note)
