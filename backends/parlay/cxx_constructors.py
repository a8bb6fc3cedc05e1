"""C++ text of constructors and braced lists, where C++ is stricter than C: a list may not narrow its elements."""

from __future__ import annotations

from collections.abc import Sequence

from unseq.backends.parlay import cxx_types as cxx
from unseq.backends.parlay.cxx_literals import POSTFIX, PRIMARY, Text
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Cast, Construct, Expr, Literal
from unseq.frontend.source import Unsupported


def is_class(type_: t.Type) -> bool:
    """Whether a conversion to ``type_`` is a constructor."""
    return isinstance(type_, t.Library | t.Record | t.Opaque | t.Callable)


class ConstructorPrinter:
    """Prints constructors; a subclass prints the expressions in them."""

    def raw(self, e: Expr) -> Text:
        """``e`` and the type that C++ gives the text."""
        raise NotImplementedError

    def exact(self, e: Expr) -> Text:
        """``e`` with exactly its type."""
        raise NotImplementedError

    def loose(self, e: Expr) -> Text:
        """``e`` where only its value counts."""
        raise NotImplementedError

    def value(self, e: Expr, target: t.Type) -> Text:
        """``e`` where C++ converts it to ``target``."""
        raise NotImplementedError

    def argument(self, e: Expr, converts: bool) -> Text:
        """An argument of a call."""
        raise NotImplementedError

    def cast(self, text: Text, type_: t.Type) -> Text:
        """A cast that is written."""
        raise NotImplementedError

    def braced(self, e: Expr, target: t.Type) -> Text:
        """``e`` as an element of a braced list, where C++ refuses conversions that may lose something."""
        if isinstance(e, Cast) and e.implicit and t.is_arithmetic(e.type):
            if isinstance(e.operand, Literal) and isinstance(e.operand.value, int | float):
                fits = e.operand.value >= 0 or not (isinstance(e.type, t.Int) and not e.type.signed)
                to_int = isinstance(e.operand.type, t.Float) and not isinstance(e.type, t.Float)
                if fits and not to_int and e.operand.value < 128:
                    return self.loose(e.operand)
            inner = self.raw(e.operand)
            return inner if cxx.preserves_value(inner.type, e.type) else self.exact(e)
        if isinstance(e, Construct) and e.braced and isinstance(e.type, t.Array):
            return Text(self._braces(e), PRIMARY, e.type)
        return self.value(e, target) if not t.is_arithmetic(e.type) else self.exact(e)

    def _braces(self, e: Construct) -> str:
        element = t.element_type(e.type)
        fields: Sequence[t.Type] = ()
        if isinstance(e.type, t.Record):
            fields = [field.type for field in e.type.fields]
        texts = []
        for i, a in enumerate(e.arguments):
            target = fields[i] if i < len(fields) else element or a.type
            texts.append(self.braced(a, target).text)
        return "{" + ", ".join(texts) + "}"

    def initialiser(self, e: Construct) -> str:
        """What follows a declared name instead of ``= T(...)``: ``(n, 0)``, ``{1, 2}`` or nothing."""
        if isinstance(e.type, t.Array) or (e.braced and isinstance(e.type, t.Record)):
            return " = " + self._braces(e)
        if e.braced:
            return self._braces(e)
        arguments = ", ".join(self.argument(a, converts=True).text for a in e.arguments)
        return f"({arguments})" if arguments else ""

    def construct(self, e: Construct) -> Text:
        if isinstance(e.type, t.Array):
            return Text(self._braces(e), PRIMARY, e.type)
        if not is_class(e.type):
            if not e.arguments:
                zero = Literal(None if isinstance(e.type, t.Pointer) else 0, e.type)
                return self.exact(zero)
            return self.cast(self.exact(e.arguments[0]), e.type)
        if not cxx.spellable(e.type):
            raise Unsupported(e.span, "a value of a type that cannot be written")
        name = cxx.constructor_name(e.type, e.span)
        if e.braced:
            return Text(name + self._braces(e), POSTFIX, e.type)
        arguments = ", ".join(self.argument(a, converts=True).text for a in e.arguments)
        return Text(f"{name}({arguments})", POSTFIX, e.type)
