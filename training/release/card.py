"""The card of a version: what it is, what it learned from, how it was made; kept in its folder."""

from typing import Any

from jinja2 import Template

from chatbot.engines.base_model import BaseModel
from chatbot.records import Version

CARD = Template(
    """---
base_model: {{ base.name }}
library_name: peft
tags: [lora, sft]
---
# {{ version.name }}

A LoRA adapter on {{ base.name }} (SHA-256 {{ base.digest[:16] }}…), made by a fine-tune on this installation.

| | |
|---|---|
| run | {{ version.run }} |
| snapshot | {{ version.snapshot }} |
| made | {{ version.created_at }} |
| steps, tokens | {{ facts.steps }}, {{ facts.train_tokens }} |
| validation loss, base → best | {{ facts.base_validation_loss }} → {{ facts.best_validation_loss }} |

Rows: {{ facts.counts.train }} to learn from, {{ facts.counts.validation }} to validate on, by origin
{{ facts.counts.origins }}. Recipe:

```json
{{ facts.recipe | tojson(indent=2) }}
```

{% if facts.diagnosis %}What the curves say:
{% for finding in facts.diagnosis %}
- {{ finding }}
{%- endfor %}

{% endif %}Files: `adapter/` (peft), `model.gguf` (merged, Q8_0, where the base is a GGUF file), `facts.json`.
It answers for one domain, from facts put before it; without them it invents.
"""
)


def version_card(version: Version, base: BaseModel, facts: dict[str, Any]) -> str:
    """The card of a version that was made here."""
    text: str = CARD.render(version=version, base=base, facts=facts)
    return text
