"""A member of an archive put into its place."""

from samovar.shell.commands.archives.member import Member
from samovar.shell.commands.options import Options
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Process


def place(p: Process, member: Member, directory: str, name: str, options: Options) -> int:
    """Make what a member is; the status, with the fault said."""
    if "O" in options:
        if member.kind == "f":
            p.write(member.data)
        return 0
    path = f"{directory.rstrip('/')}/{name}" if not name.startswith("/") else name
    path = path.rstrip("/") or "/"
    try:
        parents(p, path)
        _make(p, member, path, directory, keep="k" in options)
        if member.kind not in "lh":
            mask = 0 if "p" in options or p.identity.uid == 0 else p.umask
            if p.identity.uid == 0 and "o" not in options:
                p.view.chown(path, member.uid, member.gid)
            p.view.chmod(path, member.mode & ~mask)
            if "m" not in options:
                p.view.utime(path, p.now, float(member.mtime))
    except Fault as fault:
        doing = {"d": "mkdir", "l": "create symlink to " + f"'{member.target}'", "h": f"hard link to '{member.target}'"}
        p.err(f"tar: {member.name}: Cannot {doing.get(member.kind, 'open')}: {fault.text}\n")
        return 2
    return 0


def parents(p: Process, path: str) -> None:
    """Make the directories above a path that are not there. Raises Fault."""
    missing = []
    above = path.rpartition("/")[0]
    while above and not p.view.exists(above):
        missing.append(above)
        above = above.rpartition("/")[0]
    for folder in reversed(missing):
        p.spend(1)
        p.view.mkdir(folder, 0o777 & ~p.umask)


def _make(p: Process, member: Member, path: str, directory: str, *, keep: bool) -> None:
    try:
        there = p.view.lstat(path)
    except Fault:
        there = None
    if member.kind == "d":
        if there is None or there.kind != "d":
            p.view.mkdir(path, 0o777 & ~p.umask)
        return
    if there is not None:
        if keep:
            raise Fault("EEXIST")
        p.view.rmdir(path) if there.kind == "d" else p.view.unlink(path)
    if member.kind == "l":
        p.view.symlink(member.target, path)
    elif member.kind == "h":
        p.view.link(f"{directory.rstrip('/')}/{member.target.lstrip('/')}", path)
    elif member.kind in "cbp":
        p.view.mknod(path, member.kind, 0o600, member.rdev)
    else:
        p.spend(1 + (len(member.data) >> 14))
        p.view.write(path, member.data, 0o600)
