"""Files for the owner alone: the mask of a program, a home that was open, and what is handed over."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatbot.owner_only import close_home, hand_over, owner_only, users_mask


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.fixture(autouse=True)
def usual_mask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_what_a_program_writes_is_its_owners_and_the_mask_comes_back(tmp_path: Path) -> None:
    assert users_mask() == -1
    with owner_only():
        (tmp_path / "within").mkdir()
        (tmp_path / "within" / "file").touch()
        assert users_mask() == 0o022
    (tmp_path / "after").touch()
    assert [mode(tmp_path / name) for name in ("within", "within/file", "after")] == [0o700, 0o600, 0o644]
    assert users_mask() == -1


def test_what_is_handed_over_is_as_readable_as_its_user_writes(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    with owner_only():
        secret.touch()
        (tmp_path / "out" / "deep").mkdir(parents=True)
        (tmp_path / "out" / "deep" / "file").touch()
        (tmp_path / "out" / "link").symlink_to(secret)
        hand_over(tmp_path / "out")
    assert [mode(tmp_path / name) for name in ("out", "out/deep", "out/deep/file")] == [0o755, 0o755, 0o644]
    assert mode(secret) == 0o600


def test_an_open_home_is_closed_and_named_once(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "weights"
    (home / "versions" / "v1").mkdir(parents=True)
    (home / "chatbot.db").touch()
    (home / "versions" / "v1" / "card.md").touch()
    elsewhere.mkdir()
    (home / "models").symlink_to(elsewhere)
    told = close_home(home)
    assert told == f"{home} and 4 more could be read by other users of this machine: closed to them"
    assert [mode(path) for path in (home, *home.rglob("v1"), *home.rglob("*.*"))] == [0o700, 0o700, 0o600, 0o600]
    assert mode(elsewhere) == 0o755
    assert close_home(home) == "" == close_home(tmp_path / "nowhere")


def test_what_others_keep_in_the_folder_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "chatbot.db").touch()
    (tmp_path / "letters").mkdir()
    assert str(tmp_path / "chatbot.db") in close_home(tmp_path)
    assert [mode(tmp_path / name) for name in ("chatbot.db", "letters")] == [0o600, 0o755]


def test_what_cannot_be_closed_is_told_with_the_command_that_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path, mode: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    tmp_path.chmod(0o755)
    monkeypatch.setattr(Path, "chmod", refused)
    assert f"`chmod -R go-rwx {tmp_path}`" in close_home(tmp_path)
