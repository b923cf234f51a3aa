"""The event store: one interface, free of SQL, and its embedded body."""
