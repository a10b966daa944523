"""The texts of a pack's files: neither empty nor endless."""

from typing import Annotated

from pydantic import StringConstraints

LONGEST_TEXT = 8000
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT)]
