"""Searches: the least iteration that leaves the loop, found on the device; the loop itself runs from there.

Iterations that do not leave have no effect, so that the host's arrays are as they were.
"""

from __future__ import annotations

from unseq.backends.cuda.emit.device import Device, Parameter, kernel, numbered, strided
from unseq.backends.cuda.emit.loops import finish, start
from unseq.backends.parlay.emit.search import rest
from unseq.backends.plan import Search
from unseq.frontend.facts import Exit

_CHUNK = 1 << 22  # iterations that are looked at before it is asked whether one of them leaves


def emit_search(device: Device, plan: Search) -> str:
    """The text in place of a loop that ends early."""
    fact, context = plan.loop, device.context
    space, here, asked = start(device, fact)
    exit_ = next(role for role in fact.roles if isinstance(role, Exit))
    skipped, leaving = context.fresh("skipped"), context.scoped("leaving")
    count = context.scoped("count")
    k, lines = numbered(here, "k")
    lines += [context.printed(here.node(s)) for s in exit_.statements]
    test = context.condition(here.node(exit_.condition))
    lines.append(context.braces(f"if ({test})", f"atomicMin({leaving}, (unsigned long long){k});\nreturn;"))
    first, last = context.scoped("first"), context.scoped("last")
    word = "unsigned long long"
    given = [
        Parameter(first, f"size_t {first}", first),
        Parameter(last, f"size_t {last}", last),
        Parameter(leaving, f"{word} *{leaving}", f"{leaving}.data()"),
    ]
    device.want |= {"array", "blocks"}
    context.includes.add("<algorithm>")
    launch = kernel(here, device.name("search"), strided(context, k, first, last, lines), given,
                    blocks=f"blocks_for({last} - {first})", own={k, space.name})  # fmt: skip
    chunk = [f"const size_t {last} = std::min<size_t>({count}, {first} + {_CHUNK});", launch,
             f"{leaving}.copy_to(&{skipped});"]  # fmt: skip
    going_on = f"{first} < {count} && {skipped} == {count}"
    text = [
        *here.before,
        f"const size_t {count} = {space.count};",
        f"{word} {skipped} = {count};",
        f"DeviceArray<{word}> {leaving}(&{skipped}, 1);",
        context.braces(f"for (size_t {first} = 0; {going_on}; {first} += {_CHUNK})", "\n".join(chunk)),
        rest(context, fact, space, skipped),
    ]
    return "\n".join([*space.before, finish(device, fact, asked, text)])
