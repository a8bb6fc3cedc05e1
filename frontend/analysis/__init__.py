"""One small module a question about a function's IR."""
