"""The kernel's means to lock a process: namespaces, privileges, limits, Landlock, seccomp. By ctypes, no dependency."""
