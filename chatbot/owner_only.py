"""What the product writes is for its owner alone, and what others could read in a home is closed when a program starts.

`owner_only` is how every program begins (`commands.run_command`). What people take elsewhere, an exported version or a
new pack, `hand_over` makes as readable as whatever else they write.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO
READ_WRITE = 0o066
OURS = (
    *("chatbot.db*", "rates.db*", "mlflow.db*", "cookie.key", "server.lock", "training.l*", "restore.*", "*.partial"),
    *("index", "measures", "models", "pack_history", "packs", "runs", "searches", "settings.json", "snapshots"),
    *("tensorboard", "trackio", "versions"),
)
"""What a home holds; a folder with other things in it is not the product's alone, and stays as it is."""
NOBODYS = ("lost+found",)

_users_mask: int | None = None


@contextmanager
def owner_only() -> Iterator[None]:
    """Let nobody but the owner read what this process and those that it starts write."""
    global _users_mask
    kept, _users_mask = _users_mask, os.umask(OTHERS)
    try:
        yield
    finally:
        os.umask(_users_mask)
        _users_mask = kept


def hand_over(path: Path) -> None:
    """Let others read what was written at a path as far as the mask of this process's user does."""
    if _users_mask is None:
        return
    for one in (path, *path.rglob("*")):
        if not one.is_symlink():
            one.chmod(one.stat().st_mode | (OTHERS if one.is_dir() else READ_WRITE) & ~_users_mask)


def users_mask() -> int:
    """The mask that this process was started with; -1, which `subprocess` takes for "as it is", where none was set."""
    return -1 if _users_mask is None else _users_mask


@dataclass
class _Found:
    closed: list[Path] = field(default_factory=list)
    refused: list[Path] = field(default_factory=list)

    def close(self, path: Path) -> None:
        """Take from others what they may do with a path; what a link points to is not in the home."""
        with suppress(FileNotFoundError):
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode) or not mode & OTHERS:
                return
            with suppress(OSError):
                path.chmod(stat.S_IMODE(mode) & ~OTHERS)
            (self.refused if path.lstat().st_mode & OTHERS else self.closed).append(path)


def close_home(home: Path) -> str:
    """Close a home to other users of the machine; says what was open in one line, or nothing where all was closed."""
    home = home.resolve()
    if not home.is_dir():
        return ""
    entries = [path for path in home.iterdir() if path.name not in NOBODYS]
    ours = [path for path in entries if any(fnmatch(path.name, name) for name in OURS)]
    found = _Found()
    if len(ours) == len(entries):
        found.close(home)
    for entry in ours:
        found.close(entry)
        if entry.is_dir() and not entry.is_symlink():
            for folder, folders, files in os.walk(entry):
                for name in (*folders, *files):
                    found.close(Path(folder, name))
    return "; ".join(part for part in (_closed(found.closed), _refused(found.refused, home)) if part)


def _closed(paths: list[Path]) -> str:
    return f"{_named(paths)} could be read by other users of this machine: closed to them" if paths else ""


def _refused(paths: list[Path], home: Path) -> str:
    if not paths:
        return ""
    return (
        f"{_named(paths)} can be read by other users of this machine: `chmod -R go-rwx {home}` as the owner closes it"
    )


def _named(paths: list[Path]) -> str:
    more = f" and {len(paths) - 1:,} more" if len(paths) > 1 else ""
    return f"{paths[0]}{more}"
