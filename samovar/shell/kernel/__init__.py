"""The emulated machine's processes: scheduling, pipes, signals, budgets. No I/O."""
