"""The 18 kernels in three source forms: plain pointers, restrict with variable-length arrays, globals."""
