"""The library's function templates: result types and what function objects are called with.

Knows signatures only.  Each entry: ``name(arguments)result``.  Letters: I iterator (or pointer), T a value, F a
function object, Z a size, V a place, C a container, ? optional from here on.  Results: v void, b bool, N ptrdiff,
``0`` .. ``9`` the type of that argument, e the element type of argument 0, p a pair of argument 0's type twice.
Function objects take elements: the letters after ``:`` say of which arguments (``A`` the accumulator, argument 2).
"""

from __future__ import annotations

from unseq.frontend.slotted import dataclass

_TABLE = """
sort(II?F)v:00 stable_sort(II?F)v:00 partial_sort(III?F)v:00 nth_element(III?F)v:00 is_sorted(II?F)b:00
is_sorted_until(II?F)0:00 make_heap(II?F)v:00 push_heap(II?F)v:00 pop_heap(II?F)v:00 sort_heap(II?F)v:00
reverse(II)v rotate(III)0 unique(II?F)0:00 next_permutation(II?F)b:00 prev_permutation(II?F)b:00
fill(IIT)v fill_n(IZT)0 iota(IIT)v generate(IIF)v: generate_n(IZF)0:
copy(III)2 copy_n(IZI)2 copy_if(IIIF)2:0 copy_backward(III)2 move_backward(III)2 reverse_copy(III)2 swap_ranges(III)2
for_each(IIF)v:0 for_each_n(IZF)0:0
find(IIT)0 find_if(IIF)0:0 find_if_not(IIF)0:0 adjacent_find(II?F)0:00 count(IIT)N count_if(IIF)N:0
all_of(IIF)b:0 any_of(IIF)b:0 none_of(IIF)b:0
min_element(II?F)0:00 max_element(II?F)0:00 minmax_element(II?F)p:00
lower_bound(IIT?F)0:02 upper_bound(IIT?F)0:20 binary_search(IIT?F)b:00 equal_range(IIT?F)p:00
remove(IIT)0 remove_if(IIF)0:0 replace(IITT)v replace_if(IIFT)v:0 partition(IIF)0:0 stable_partition(IIF)0:0
is_partitioned(IIF)b:0 partition_point(IIF)0:0 remove_copy(IIIT)2 remove_copy_if(IIIF)2:0 unique_copy(III?F)2:00
partial_sum(III?F)2:00 inclusive_scan(III?FT)2:00 exclusive_scan(IIIT?F)2:33 adjacent_difference(III?F)2:00
merge(IIIII?F)4:00 set_union(IIIII?F)4:00 set_intersection(IIIII?F)4:00 set_difference(IIIII?F)4:00
inplace_merge(III?F)v:00 includes(IIII?F)b:00 equal(III?F)b:02 lexicographical_compare(IIII?F)b:00
transform_inclusive_scan(IIIFF?T)2: transform_exclusive_scan(IIITFF)2:
accumulate(IIT?F)2:A0 inner_product(IIIT?FF)3:33
distance(II)N advance(VZ)v next(I?Z)0 prev(I?Z)0 iter_swap(II)v
"""


@dataclass(frozen=True, slots=True)
class Algorithm:
    required: str
    optional: str
    result: str
    called_with: str


def _read() -> dict[str, Algorithm]:
    found: dict[str, Algorithm] = {}
    for entry in _TABLE.split():
        name, rest = entry.split("(", 1)
        arguments, result = rest.split(")", 1)
        result, _, called = result.partition(":")
        required, _, optional = arguments.partition("?")
        found[name] = Algorithm(required, optional, result, called)
    return found


ALGORITHMS = _read()
