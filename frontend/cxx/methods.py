"""The member functions of library types: what they take and return.

Knows signatures only.  Letters: T element, K and M key and mapped type, Z size, N ptrdiff, v void, b bool, c char,
i int, S string, I iterator, R reverse iterator, p T*, P const T*, = the object's own type, * anything, ? optional from
here on; a result ``@n`` is a place: ``@f`` the first element, ``@b`` the last, ``@a`` the one at the checked index.
"""

from __future__ import annotations

from unseq.frontend.ir.types import BOOL, CHAR, INT, PTRDIFF, SIZE, VOID, Library, Pointer, Type

_SEQUENCE = """size()Z empty()b begin()I end()I cbegin()I cend()I rbegin()R rend()R crbegin()R crend()R max_size()Z
front()@f back()@b swap(=)v"""
_GROWING = """clear()v push_back(T)v emplace_back(?****)v pop_back()v resize(Z?T)v insert(I*?**)I erase(I?I)I
assign(**)v emplace(I*?***)I"""
_STRING = """length()Z c_str()P substr(?ZZ)S find(*?Z)Z rfind(*?Z)Z find_first_of(*?Z)Z find_last_of(*?Z)Z
find_first_not_of(*?Z)Z compare(*?**)i starts_with(*)b ends_with(*)b data()P at(Z)@a"""

_TABLE: dict[str, str] = {
    "vector": f"{_SEQUENCE} {_GROWING} at(Z)@a data()p reserve(Z)v capacity()Z shrink_to_fit()v",
    "array": f"{_SEQUENCE} at(Z)@a data()p fill(T)v",
    "deque": f"{_SEQUENCE} {_GROWING} at(Z)@a push_front(T)v pop_front()v emplace_front(*)v",
    "list": f"{_SEQUENCE} {_GROWING} push_front(T)v pop_front()v sort(?*)v reverse()v",
    "string": f"{_SEQUENCE} {_STRING} clear()v push_back(c)v pop_back()v resize(Z?c)v reserve(Z)v capacity()Z "
              "append(*?**)= erase(?**)= insert(**?*)= replace(***?*)=",
    "string_view": f"{_SEQUENCE} {_STRING} remove_prefix(Z)v remove_suffix(Z)v",
    "span": "size()Z empty()b begin()I end()I rbegin()R rend()R data()p front()@f back()@b subspan(Z?Z)= first(Z)= "
            "last(Z)= size_bytes()Z",
    "initializer_list": "size()Z begin()I end()I",
    "complex": "real()T imag()T",
    "optional": "has_value()b value()T value_or(T)T reset()v",
    "queue": "size()Z empty()b push(T)v emplace(*?**)v pop()v front()T back()T",
    "stack": "size()Z empty()b push(T)v emplace(*?**)v pop()v top()T",
    "priority_queue": "size()Z empty()b push(T)v emplace(*?**)v pop()v top()T",
    "set": "size()Z empty()b begin()I end()I insert(T)* count(T)Z contains(T)b erase(T)Z clear()v find(T)I",
    "map": "size()Z empty()b begin()I end()I count(K)Z contains(K)b erase(K)Z clear()v find(K)I at(K)M",
    "pair": "swap(=)v",
    "tuple": "swap(=)v",
}  # fmt: skip
_TABLE["unordered_set"] = _TABLE["multiset"] = _TABLE["set"]
_TABLE["unordered_map"] = _TABLE["map"]


def _read(text: str) -> dict[str, tuple[str, str, str]]:
    """Name to required arguments, optional arguments, result."""
    found: dict[str, tuple[str, str, str]] = {}
    for entry in text.split():
        name, rest = entry.split("(", 1)
        arguments, result = rest.split(")", 1)
        required, _, optional = arguments.partition("?")
        found[name] = (required, optional, result)
    return found


METHODS = {name: _read(text) for name, text in _TABLE.items()}


def letter_type(letter: str, owner: Library) -> Type | None:
    """What a letter of the table stands for; None for what is not converted or not known."""
    fixed: dict[str, Type] = {"Z": SIZE, "N": PTRDIFF, "v": VOID, "b": BOOL, "c": CHAR, "i": INT,
                              "S": Library("string"), "=": owner}  # fmt: skip
    if letter in fixed:
        return fixed[letter]
    first = owner.args[0] if owner.args and not isinstance(owner.args[0], int) else None
    if owner.name in ("string", "string_view"):
        first = CHAR
    if owner.name in ("map", "unordered_map"):
        second = owner.args[1] if len(owner.args) > 1 and not isinstance(owner.args[1], int) else None
        if letter == "M":
            return second
        if first is not None and second is not None and letter in "IT":
            pair = Library("pair", (first, second))
            return Library("iterator", (pair,)) if letter == "I" else pair
    if first is None:
        return None
    letters: dict[str, Type] = {
        "T": first, "K": first, "I": Library("iterator", (first,)), "R": Library("reverse_iterator", (first,)),
        "p": Pointer(first), "P": Pointer(first, const=True),
    }  # fmt: skip
    return letters.get(letter)
