"""A login: the terminal, the prompt, and the dialogue that runs the emulated machine for one session."""
