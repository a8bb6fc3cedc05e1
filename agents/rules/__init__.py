"""The compiler as a translator: facts to plans."""
