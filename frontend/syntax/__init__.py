"""What the C and the C++ front ends share: from text to typed expressions and statements."""
