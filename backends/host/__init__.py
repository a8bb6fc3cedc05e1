"""The native host: loads a compiled function, feeds it inputs, returns its outputs."""
