"""Shell source to a tree. Pure; time linear in the length of the source."""
