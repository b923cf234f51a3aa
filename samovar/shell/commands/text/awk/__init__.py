"""awk, as mawk 1.3.4 has it."""
