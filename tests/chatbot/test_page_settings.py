"""Settings of the chat page."""

import pytest

from chatbot.errors import SettingsError
from chatbot.page_settings import PageSettings
from chatbot.settings import load_settings


def test_they_are_settings_like_any_other() -> None:
    settings = load_settings(upload_rate="5/minute", upload_megabytes=2.5)
    assert isinstance(settings, PageSettings)
    assert str(settings.upload_rate) == "5/minute" and settings.upload_megabytes == 2.5
    with pytest.raises(SettingsError, match="uploads_per_message"):
        load_settings(uploads_per_message=0)


def test_a_model_sees_where_a_remote_one_is_said_to() -> None:
    assert load_settings(engine="remote", remote_sees=True).sees
    assert not load_settings(engine="remote").sees and not load_settings(engine="scripted", remote_sees=True).sees
