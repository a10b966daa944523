"""What `benchmarks.attack` tries on a running product: one file an attack."""
