"""Expansion: a tree's words to the fields of a command."""
