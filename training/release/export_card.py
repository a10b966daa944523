"""The card beside an exported version: what the files are, how to run them, and how the version was made."""

from pathlib import Path

from jinja2 import Template

from chatbot.engines.base_model import BaseModel

LIBRARIES = {"gguf": "llama.cpp", "peft": "peft", "merged": "transformers"}
CARD = Template(
    """---
base_model: {{ upstream }}
library_name: {{ library }}
tags: [{{ "gguf" if format == "gguf" else "safetensors" }}]
---
# {{ name }}

{% if format == "gguf" -%}
One GGUF file, byte for byte as it is served where it was made. It runs in llama.cpp and in what builds on it:

```sh
llama-server -m {{ file }} --temp 0
```
{%- elif format == "peft" -%}
A LoRA adapter in PEFT's format. It goes on its base model:

```python
from peft import PeftModel
from transformers import AutoModelForCausalLM

model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained("{{ upstream }}"), "{{ file }}")
```
{% if base.gguf %}
It was trained on the weights in {{ base.gguf.name }} as that file rounds them: on the same model at another precision
its replies can differ a little.
{%- endif %}
{%- else -%}
Weights and tokenizer in Hugging Face format, in float32{% if not is_base %}, the adapter merged in{% endif %}:

```python
from transformers import AutoModelForCausalLM, AutoTokenizer

model, tokenizer = AutoModelForCausalLM.from_pretrained("{{ file }}"), AutoTokenizer.from_pretrained("{{ file }}")
```
{%- endif %}

Base model: {{ upstream }}, {{ base.name }} with SHA-256 {{ base.digest[:16] }}… where this was made; its licence holds.
Prompts are rendered by the chat template that comes with the tokenizer.
{% if is_base %}
These are the weights of the base itself, untouched.
{% else %}
## The card that stands in the version's own folder

{{ made }}
{% endif %}"""
)


def write_export_card(
    path: Path, name: str, format: str, file: str, base: BaseModel, upstream: str, version_card: Path | None
) -> None:
    """Write the card of an export; `version_card` is the card of the version, None for the base itself."""
    made = _body(version_card.read_text(encoding="utf-8")) if version_card and version_card.is_file() else ""
    text = CARD.render(
        name=name,
        format=format,
        library=LIBRARIES[format],
        file=file,
        base=base,
        upstream=upstream,
        is_base=version_card is None,
        made=made,
    )
    path.write_text(text.rstrip() + "\n", encoding="utf-8")


def _body(card: str) -> str:
    """A card without its front matter and its own heading."""
    text = card.split("---\n", 2)[-1] if card.startswith("---\n") else card
    lines = text.strip().splitlines()
    return "\n".join(lines[1:] if lines and lines[0].startswith("# ") else lines).strip()
