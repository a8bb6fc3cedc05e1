"""CUDA: kernels from plans, run on a CPU without a GPU, measured on a real one."""
