"""The search language: text -> tree. ``parse`` makes the tree; stores turn it into their own language."""
