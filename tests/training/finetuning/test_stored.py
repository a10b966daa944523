"""Token ids on disk read like the list that was written."""

import pickle
from pathlib import Path

from training.finetuning.stored import TokenFile


def test_rows_read_like_lists(tmp_path: Path) -> None:
    file = TokenFile(tmp_path)
    first, empty, last = file.add([5, 6, 7]), file.add([]), file.add([2**31 - 1, 0])
    assert (len(first), len(empty), len(last)) == (3, 0, 2)
    assert first[:] == [5, 6, 7] and first[1:] == [6, 7] and first[-1] == 7
    assert list(empty) == [] and list(last) == [2**31 - 1, 0]


def test_in_another_process_a_row_is_a_list(tmp_path: Path) -> None:
    row = TokenFile(tmp_path).add([5, 6, 7])
    assert pickle.loads(pickle.dumps(row)) == [5, 6, 7]


def test_no_file_stays_behind(tmp_path: Path) -> None:
    row = TokenFile(tmp_path).add([1])
    assert list(tmp_path.iterdir()) == [] and row[0] == 1
