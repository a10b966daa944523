"""The card of a version: what it is, what it learned from, how it was made; kept in its folder."""

from jinja2 import Template

from chatbot.engines.base_model import BaseModel
from chatbot.lineage import Version
from training.release.facts import Facts

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
| steps, tokens | {{ facts.figures.steps }}, {{ facts.figures.train_tokens }} |
| validation loss, base → best | {{ facts.figures.base_validation_loss }} → {{ facts.figures.best_validation_loss }} |

Rows: {{ counts.train }} to learn from, {{ counts.validation }} to validate on, by origin
{{ counts.origins }}. Recipe:

```json
{{ facts.origin.recipe.model_dump() | tojson(indent=2) }}
```

{% if facts.diagnosis %}What the curves say:
{% for finding in facts.diagnosis %}
- {{ finding }}
{%- endfor %}

{% endif %}Files: `adapter/` (peft), `model.gguf` (merged, Q8_0, where the base is a GGUF file), `facts.json`.
It answers for one domain, from facts put before it; without them it invents.
"""
)


def version_card(version: Version, base: BaseModel, facts: Facts) -> str:
    """The card of a version that was made here."""
    text: str = CARD.render(version=version, base=base, facts=facts, counts=facts.origin.counts)
    return text
