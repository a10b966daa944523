"""The files of a snapshot: what is written is read again, and the digest tells every change."""

import json
from hashlib import sha256
from pathlib import Path

from chatbot.snapshot_folder import as_line, digest_of, file_of, files_in, read_rows


def test_rows_come_back_and_their_digest_is_that_of_their_json(tmp_path: Path) -> None:
    rows: dict[str, list[dict[str, object]]] = {
        "train": [{"id": "1", "text": "schön\n"}, {"id": "2"}],
        "unpaired": [{"label": True}],
    }
    for name, lines in rows.items():
        file_of(tmp_path, name).write_text("".join(map(as_line, lines)), encoding="utf-8")
    assert list(read_rows(file_of(tmp_path, "train"))) == rows["train"]
    assert {name: list(lines) for name, lines in files_in(tmp_path).items()} == rows
    expected = sha256(json.dumps([rows, "lamps"], sort_keys=True).encode()).hexdigest()
    assert digest_of(rows, "lamps") == digest_of(files_in(tmp_path), "lamps") == expected
    assert digest_of(rows | {"train": rows["train"][:1]}, "lamps") != expected
