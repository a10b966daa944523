"""Settings of the chat page: what visitors may send there, and on which sites it may stand."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from chatbot.address_settings import Sites
from chatbot.rates import Rate, RateSetting

MEGABYTE = 1_000_000


class PageSettings(BaseSettings):
    """What an operator can set of the chat page."""

    model_config = SettingsConfigDict(env_prefix="CHATBOT_", extra="forbid", frozen=True)

    uploads: bool = Field(True, description="Whether visitors may send photos, PDF and plain text on the chat page.")
    upload_megabytes: float = Field(10, gt=0, le=100, description="The largest file, in megabytes.")
    uploads_per_message: int = Field(4, ge=1, le=20, description="Files with one message.")
    upload_rate: RateSetting = Field(Rate(30, 3600), description="Files of one visitor.")
    typing_rate: RateSetting = Field(
        Rate(60, 60), description="How often the page of one visitor may say that they are typing: it does every 2 s."
    )
    upload_quota_megabytes: float = Field(
        50, gt=0, description="What is kept of one visitor's files, in megabytes; deleting chats makes room."
    )
    uploads_kept_megabytes: float = Field(
        2000, gt=0, description="What is kept of everybody's files, in megabytes; they lie in the database."
    )
    remote_sees: bool = Field(
        False,
        description="Whether the model of `remote_model` sees pictures, which are then sent to it. Otherwise the "
        "assistant says that a colleague will look, and the chat waits for one.",
    )
    widget_origins: Sites = Field(
        [],
        description="Sites on whose pages the chat may stand as a widget (`/widget.js`, docs/installing.md), such as "
        '`["https://shop.example"]`.',
    )
