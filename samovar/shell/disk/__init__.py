"""One source's view of the emulated file system: a shared image, what the machine makes up, and what was changed."""
