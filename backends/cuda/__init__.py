"""CUDA: kernels on the CPU, and what nvcc says about them."""
