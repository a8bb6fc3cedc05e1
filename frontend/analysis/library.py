"""What the known functions of the C and C++ libraries do to memory and to the world.

A table, no analysis.  Errno and the floating-point environment are left out: nothing in the supported subset reads
them.  A function that is not listed is unknown, and unknown means dependent.
"""

from __future__ import annotations

from unseq.frontend.slotted import dataclass


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_MATH = _words("""
sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh exp exp2 expm1 log log2 log10 log1p pow sqrt cbrt
hypot fabs floor ceil round trunc rint nearbyint fmod remainder fmin fmax fdim fma copysign erf erfc tgamma
ldexp scalbn scalbln logb ilogb nextafter lround llround lrint llrint isnan isinf isfinite signbit isnormal
""")
_SUFFIXED = [name + suffix for name in _MATH for suffix in ("f", "l")]
_VALUES = _words("""
abs labs llabs div min max clamp isalpha isdigit isalnum isspace isupper islower ispunct isxdigit isprint
toupper tolower make_pair make_tuple complex real imag norm arg conj polar move forward popcount countl_zero
countr_zero countl_one countr_one bit_width has_single_bit rotl rotr midpoint lerp gcd lcm as_const cmp_less
numeric_limits distance size ssize empty to_underlying bit_cast move_if_noexcept
__builtin_popcount __builtin_popcountl __builtin_popcountll __builtin_clz __builtin_clzl __builtin_clzll
__builtin_ctz __builtin_ctzl __builtin_ctzll __builtin_expect __builtin_fabs __builtin_sqrt __builtin_abs
begin end cbegin cend data get next prev sizeof to_string
""")
PURE = frozenset(_MATH) | frozenset(_SUFFIXED) | frozenset(_VALUES)

OUTPUT = frozenset(
    _words(
        "printf fprintf puts fputs putchar putc fputc fwrite vprintf vfprintf perror fflush print println "
        "scanf fscanf sscanf getchar getc fgetc fgets fread gets getline fopen fclose fseek ftell rewind ungetc "
        "operator<< operator>> write read open close system remove rename"
    )
)
HIDDEN_STATE = frozenset(
    _words(
        "rand srand random srandom rand_r drand48 erand48 lrand48 mrand48 nrand48 srand48 "
        "strtok time clock getenv setenv localtime "
        "gmtime asctime ctime gettimeofday clock_gettime setlocale signal raise tmpnam mblen"
    )
)
LEAVES = frozenset(_words("exit abort _Exit quick_exit terminate longjmp throw assert __assert_fail"))
ALLOCATE = frozenset(_words("malloc calloc aligned_alloc new new[] operator_new"))
RELEASE = frozenset(_words("free delete delete[] operator_delete"))


@dataclass(frozen=True, slots=True)
class Touch:
    """Which arguments lead to memory that a call reads or writes: pointers, iterators, references.

    ``ranges``: pairs of arguments ``[first, last)``; ``returns``: argument that the result points into."""

    reads: tuple[int, ...] = ()
    writes: tuple[int, ...] = ()
    ranges: tuple[tuple[int, int], ...] = ()


MEMORY: dict[str, Touch] = {
    "memcpy": Touch((1,), (0,)),
    "memmove": Touch((1,), (0,)),
    "memset": Touch((), (0,)),
    "memcmp": Touch((0, 1)),
    "strlen": Touch((0,)),
    "strcmp": Touch((0, 1)),
    "strncmp": Touch((0, 1)),
    "strchr": Touch((0,)),
    "strcpy": Touch((1,), (0,)),
    "strncpy": Touch((1,), (0,)),
    "atoi": Touch((0,)),
    "atof": Touch((0,)),
    "atol": Touch((0,)),
    "stoi": Touch((0,)),
    "stod": Touch((0,)),
    "swap": Touch((0, 1), (0, 1)),
    "iter_swap": Touch((0, 1), (0, 1)),
    "exchange": Touch((0,), (0,)),
    "modf": Touch((), (1,)),
    "frexp": Touch((), (1,)),
    "sincos": Touch((), (1, 2)),
}

_READ_ONE = _words(
    "accumulate reduce find find_if find_if_not count count_if all_of any_of none_of min_element max_element "
    "minmax_element adjacent_find is_sorted is_sorted_until lower_bound upper_bound binary_search equal_range "
    "transform_reduce inner_product equal mismatch search lexicographical_compare includes is_permutation "
    "is_partitioned partition_point"
)
_CHANGE_ONE = _words(
    "sort stable_sort partial_sort nth_element fill fill_n iota generate generate_n for_each for_each_n reverse rotate "
    "unique remove remove_if partition stable_partition replace replace_if shuffle push_heap pop_heap make_heap "
    "sort_heap inplace_merge next_permutation prev_permutation"
)
_TO_OUTPUT = _words(
    "copy copy_n copy_if copy_backward move_backward transform partial_sum inclusive_scan exclusive_scan "
    "adjacent_difference merge unique_copy reverse_copy remove_copy remove_copy_if replace_copy rotate_copy "
    "set_union set_intersection set_difference partition_copy transform_inclusive_scan transform_exclusive_scan"
)
READ_ALGORITHMS = frozenset(_READ_ONE)
CHANGE_ALGORITHMS_OUT = frozenset(_TO_OUTPUT)
CHANGE_ALGORITHMS = frozenset(_CHANGE_ONE) | CHANGE_ALGORITHMS_OUT


def bare(name: str) -> str:
    """``sqrt`` of ``std::sqrt``, ``::sqrt`` and ``std::ranges::sqrt``; template arguments left out."""
    name = name.split("<", 1)[0] if not name.startswith("operator") else name
    for prefix in ("::", "std::ranges::", "std::chrono::", "std::"):
        if name.startswith(prefix):
            name = name[len(prefix) :]
    return name


# Methods of standard-library objects that leave the object as it is.
SIZE_METHODS = frozenset({"size", "empty", "length", "max_size", "capacity"})
PLACE_METHODS = frozenset({"front", "back", "at", "top", "value"})
CURSOR_METHODS = frozenset({"begin", "end", "cbegin", "cend", "rbegin", "rend", "data", "c_str"})
CONST_METHODS = (
    SIZE_METHODS
    | PLACE_METHODS
    | CURSOR_METHODS
    | frozenset(
        _words("real imag first last subspan has_value find count contains substr compare starts_with ends_with")
    )
)
GROWING_METHODS = frozenset(
    _words(
        "push_back emplace_back push emplace push_front emplace_front insert append resize reserve pop_back "
        "pop pop_front clear erase assign swap shrink_to_fit"
    )
)
