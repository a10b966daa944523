"""The parts of `benchmarks.crash`: what is killed, at which moments, and what must be true afterwards."""
