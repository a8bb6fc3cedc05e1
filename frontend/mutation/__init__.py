"""Wrong versions of a parallel program, to see whether tests notice."""
