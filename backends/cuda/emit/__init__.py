"""From plans to a whole CUDA file: kernels, and the function as before with launches in place of its loops."""

from unseq.backends.cuda.emit.file import emit

__all__ = ["emit"]
