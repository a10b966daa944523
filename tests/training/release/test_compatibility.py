"""What is read of an adapter's configuration before anything else is."""

from pathlib import Path
from typing import cast

import pytest

from chatbot.engines.base_model import BaseModel
from chatbot.errors import WeightsError
from training.release.compatibility import CONFIG, read_adapter


def test_a_byte_order_mark_before_the_configuration_is_read_over(tmp_path: Path) -> None:
    (tmp_path / CONFIG).write_bytes(b'\xef\xbb\xbf{"peft_type": "LOHA"}')
    with pytest.raises(WeightsError, match="'LOHA'"):
        read_adapter(tmp_path, cast(BaseModel, None), "base")
