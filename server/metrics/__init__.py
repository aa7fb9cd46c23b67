"""What every figure means: pure functions over rows, without SQL, clock or network."""
