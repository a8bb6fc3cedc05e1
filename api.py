"""The Python entry points; they only wire."""
