"""The machine behind the shell: every number that a tool shows is computed here, from the persona and the time."""
