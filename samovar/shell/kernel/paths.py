"""Paths as text."""


def normal(path: str) -> str:
    """Without ``.``, ``..`` and doubled slashes, by the text alone."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)
