"""Runs a tree: variables, functions, jobs, redirections, pipelines, and the search for programs."""
