"""Which folder is the pack: a packaged one, its copy in the home once it was changed, or a folder of one's own."""

from pathlib import Path

from chatbot.pack_folders import COPIES, DATA, folder_of, packaged


def test_a_packaged_pack_is_read_where_it_lies_until_the_home_has_a_copy(tmp_path: Path) -> None:
    assert folder_of("clinic", tmp_path) == DATA / "clinic"
    copy = tmp_path / COPIES / "clinic"
    copy.mkdir(parents=True)
    assert folder_of("clinic", tmp_path) == folder_of(str(DATA / "clinic"), tmp_path) == copy
    assert folder_of("larkspur", tmp_path) == DATA / "larkspur"


def test_a_folder_of_ones_own_is_that_folder(tmp_path: Path) -> None:
    (tmp_path / COPIES / "shop").mkdir(parents=True)
    assert folder_of("shop", tmp_path) == Path("shop")
    assert packaged("shop") is packaged(str(tmp_path)) is packaged("../data/clinic/articles") is packaged("") is None
