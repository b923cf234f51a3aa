"""How near the emulated shell comes to a real one: lines that bots and people type, run in both, and compared."""
