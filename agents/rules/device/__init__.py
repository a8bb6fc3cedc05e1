"""Plans for a device: standard algorithms as the loops that they stand for, nests as one space of threads."""
