"""The functions, constants and streams of C's library: their types.

Knows signatures only; what a function does to memory is for the analyses.
"""

from __future__ import annotations

import math

from unseq.frontend.ir.types import (
    BOOL,
    CHAR,
    DOUBLE,
    FLOAT,
    INT,
    LONG,
    SIZE,
    UNSIGNED,
    VOID,
    Int,
    Opaque,
    Pointer,
    Type,
)
from unseq.frontend.syntax.builtin_types import LONG_DOUBLE

_LONG_LONG = Int(64, True, "long long")
_ULONG_LONG = Int(64, False, "unsigned long long")
_ULONG = Int(64, False, "unsigned long")
FILE = Pointer(Opaque("FILE"))

_LETTERS: dict[str, Type] = {
    "v": VOID, "b": BOOL, "c": CHAR, "i": INT, "u": UNSIGNED, "l": LONG, "q": _LONG_LONG, "w": _ULONG,
    "Q": _ULONG_LONG, "z": SIZE, "d": DOUBLE, "f": FLOAT, "D": LONG_DOUBLE, "p": Pointer(VOID),
    "P": Pointer(VOID, const=True), "s": Pointer(CHAR), "S": Pointer(CHAR, const=True), "F": FILE,
    "I": Pointer(INT), "E": Pointer(DOUBLE), "t": Pointer(Pointer(CHAR)), "e": Int(32, True, "int32_t"),
    "m": Int(64, True, "time_t"), "M": Pointer(Int(64, True, "time_t")),
}  # fmt: skip
ANY = Opaque("any")

# result(arguments) names; "x" takes anything, "." ends a list that goes on.
_FUNCTIONS = """
i(i) abs isalnum isalpha isblank iscntrl isdigit isgraph islower isprint ispunct isspace isupper isxdigit
i(i) tolower toupper putchar
l(l) labs
q(q) llabs
i() rand getchar
v(u) srand
v(i) exit _Exit quick_exit
v() abort
p(z) malloc
p(zz) calloc aligned_alloc
p(pz) realloc
v(p) free
p(pPz) memcpy memmove
p(piz) memset
i(PPz) memcmp
p(Piz) memchr
z(S) strlen
i(SS) strcmp strcoll
i(SSz) strncmp
i(S) atoi puts remove system
l(S) atol
q(S) atoll
d(S) atof
d(St) strtod
f(St) strtof
l(Sti) strtol
w(Sti) strtoul
q(Sti) strtoll
Q(Sti) strtoull
s(sS) strcpy strcat
s(sSz) strncpy strncat
s(Si) strchr strrchr
s(SS) strstr strpbrk
z(SS) strspn strcspn
s(sS) strtok
s(S) strdup getenv
s(i) strerror
i(S.) printf scanf
i(FS.) fprintf fscanf
i(sS.) sprintf
i(szS.) snprintf
i(SS.) sscanf
i(SF) fputs
i(iF) fputc putc
i(F) fgetc getc fclose fflush feof ferror
s(siF) fgets
F(SS) fopen
z(pzzF) fread
z(PzzF) fwrite
i(Fli) fseek
l(F) ftell
v(S) perror
v(pzzx) qsort
p(PPzzx) bsearch
m(M) time
l() clock
d(mm) difftime
d(dI) frexp
d(di) ldexp scalbn
d(dE) modf
l(d) lround lrint
q(d) llround llrint
i(d) ilogb
d(ddI) remquo
i(x) isnan isinf isfinite isnormal signbit fpclassify
v(x) assert
l(ll) __builtin_expect
i(u) __builtin_popcount __builtin_clz __builtin_ctz __builtin_parity
i(w) __builtin_popcountl __builtin_clzl __builtin_ctzl
i(Q) __builtin_popcountll __builtin_clzll __builtin_ctzll
i(i) __builtin_ffs ffs
v() __builtin_unreachable __builtin_trap
d() drand48
l() random lrand48
v(l) srand48
"""
_REAL = {
    1: """acos asin atan cos sin tan acosh asinh atanh cosh sinh tanh exp exp2 expm1 log log10 log1p log2 logb sqrt cbrt
          fabs ceil floor trunc round rint nearbyint erf erfc tgamma lgamma""",
    2: "atan2 pow fmod fmax fmin fdim hypot copysign nextafter remainder",
    3: "fma",
}

REAL_FUNCTIONS: dict[str, int] = {name: count for count, names in _REAL.items() for name in names.split()}


def _functions() -> dict[str, tuple[tuple[Type, ...], bool, Type]]:
    """Name to parameter types, whether more may follow, and result."""
    found: dict[str, tuple[tuple[Type, ...], bool, Type]] = {}
    for line in _FUNCTIONS.strip().splitlines():
        kind, *names = line.split()
        letters = kind[2:-1]
        types = tuple(ANY if letter == "x" else _LETTERS[letter] for letter in letters.rstrip("."))
        for name in names:
            found[name] = (types, letters.endswith("."), _LETTERS[kind[0]])
    for name, count in REAL_FUNCTIONS.items():
        for suffix, real in (("", DOUBLE), ("f", FLOAT), ("l", LONG_DOUBLE)):
            found[name + suffix] = ((real,) * count, False, real)
    for suffix, real in (("f", FLOAT), ("l", LONG_DOUBLE)):
        found["ldexp" + suffix] = ((real, INT), False, real)
        found["lround" + suffix] = found["lrint" + suffix] = ((real,), False, LONG)
    return found


FUNCTIONS = _functions()


def _limits() -> dict[str, tuple[int | float, Type]]:
    found: dict[str, tuple[int | float, Type]] = {
        "CHAR_BIT": (8, INT), "EOF": (-1, INT), "RAND_MAX": (2**31 - 1, INT), "EXIT_SUCCESS": (0, INT),
        "EXIT_FAILURE": (1, INT), "BUFSIZ": (8192, INT), "SEEK_SET": (0, INT), "SEEK_CUR": (1, INT),
        "SEEK_END": (2, INT), "CLOCKS_PER_SEC": (1000000, LONG),
        "CHAR_MIN": (-128, INT), "CHAR_MAX": (127, INT), "UCHAR_MAX": (255, INT), "SCHAR_MIN": (-128, INT),
        "SCHAR_MAX": (127, INT), "SHRT_MIN": (-(2**15), INT), "SHRT_MAX": (2**15 - 1, INT), "USHRT_MAX": (65535, INT),
        "INT_MIN": (-(2**31), INT), "INT_MAX": (2**31 - 1, INT), "UINT_MAX": (2**32 - 1, UNSIGNED),
        "LONG_MIN": (-(2**63), LONG), "LONG_MAX": (2**63 - 1, LONG), "ULONG_MAX": (2**64 - 1, _ULONG),
        "LLONG_MIN": (-(2**63), _LONG_LONG), "LLONG_MAX": (2**63 - 1, _LONG_LONG),
        "ULLONG_MAX": (2**64 - 1, _ULONG_LONG), "SIZE_MAX": (2**64 - 1, SIZE),
        "PTRDIFF_MAX": (2**63 - 1, LONG), "PTRDIFF_MIN": (-(2**63), LONG),
        "HUGE_VAL": (math.inf, DOUBLE), "INFINITY": (math.inf, FLOAT), "NAN": (math.nan, FLOAT),
        "DBL_MAX": (1.7976931348623157e308, DOUBLE), "DBL_MIN": (2.2250738585072014e-308, DOUBLE),
        "DBL_EPSILON": (2.0**-52, DOUBLE), "FLT_MAX": (3.4028234663852886e38, FLOAT), "FLT_MIN": (2.0**-126, FLOAT),
        "FLT_EPSILON": (2.0**-23, FLOAT), "DBL_DIG": (15, INT), "FLT_DIG": (6, INT),
        "M_PI": (math.pi, DOUBLE), "M_PI_2": (math.pi / 2, DOUBLE), "M_PI_4": (math.pi / 4, DOUBLE),
        "M_1_PI": (1 / math.pi, DOUBLE), "M_2_PI": (2 / math.pi, DOUBLE), "M_E": (math.e, DOUBLE),
        "M_LN2": (0.693147180559945309417, DOUBLE), "M_LN10": (2.302585092994045684, DOUBLE),
        "M_LOG2E": (1.4426950408889634074, DOUBLE), "M_LOG10E": (0.43429448190325182765, DOUBLE),
        "M_SQRT2": (1.41421356237309504880, DOUBLE), "M_SQRT1_2": (0.70710678118654752440, DOUBLE),
        "M_2_SQRTPI": (1.12837916709551257390, DOUBLE),
    }  # fmt: skip
    for bits in (8, 16, 32, 64):
        signed = Int(64, True, "int64_t") if bits == 64 else INT
        unsigned = Int(64, False, "uint64_t") if bits == 64 else UNSIGNED if bits == 32 else INT
        found[f"INT{bits}_MIN"] = (-(2 ** (bits - 1)), signed)
        found[f"INT{bits}_MAX"] = (2 ** (bits - 1) - 1, signed)
        found[f"UINT{bits}_MAX"] = (2**bits - 1, unsigned)
    return found


CONSTANTS = _limits()
STREAMS: dict[str, Type] = {"stdout": FILE, "stderr": FILE, "stdin": FILE}
