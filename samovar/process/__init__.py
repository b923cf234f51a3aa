"""The processes: supervisor, fork server, workers and hub, the channel between them, and the lock-down."""
