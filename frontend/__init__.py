"""Source text to typed IR to facts; the only room that knows tree-sitter, isl and z3."""
