"""The ParlayLib target: emission, the embedded headers and their runtimes."""
