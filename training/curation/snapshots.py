"""A snapshot: the curated rows of one moment, frozen in numbered files from which a run learns.

`$CHATBOT_HOME/snapshots/<n>/` holds `train.jsonl` and `validation.jsonl` (conversational rows whose prompts carry the
passages, made by the code that serves), `reading.jsonl` (rows that teach to read), `preferences.jsonl`
(prompt, chosen, rejected), `unpaired.jsonl` (prompt, completion, label) and `manifest.json`. The same content is never
frozen twice.
"""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from chatbot.dialogue.guard import defuse_markup
from chatbot.dialogue.lookup import Asked, facts_for, look_up, search_queries, topic_of
from chatbot.dialogue.prompt import build_prompt
from chatbot.errors import NotFoundError, TrainingError
from chatbot.knowledge.knowledge import Knowledge
from chatbot.knowledge.packs import Pack
from chatbot.knowledge.retrieval.index import KnowledgeIndex
from chatbot.lineage import SnapshotCounts
from chatbot.records import ChatMessage
from chatbot.settings import Settings
from chatbot.snapshot_folder import HOME, as_line, digest_of, file_of, files_in
from chatbot.store import Store
from training.curation.cleaning import clean, redact_messages
from training.curation.collecting import collect
from training.curation.deduplication import deduplicate
from training.curation.examples import Example
from training.curation.reading import reading_rows, with_answer
from training.curation.selection import select_to_write
from training.curation.splitting import split
from training.curation.trust import filter_untrusted
from training.rows import Row


@dataclass(frozen=True)
class Snapshot:
    """A frozen snapshot on disk."""

    number: int
    folder: Path
    counts: SnapshotCounts

    def read(self, name: str) -> Iterator[Row]:
        """The rows of the files, one after another; none where an older snapshot lacks the file."""
        file = file_of(self.folder, name)
        if not file.is_file():
            return
        with file.open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)

    def rows(self, name: str) -> list[Row]:
        """The same, all at once."""
        return list(self.read(name))


@dataclass
class Curated:
    """What a snapshot would hold, before it is frozen."""

    train: list[Example]
    validation: list[Example]
    unpaired: list[Row]
    dropped: Counter[str] = field(default_factory=Counter)
    redacted: Counter[str] = field(default_factory=Counter)

    @property
    def counts(self) -> SnapshotCounts:
        """How much of what it holds."""
        return SnapshotCounts(
            train=len(self.train),
            validation=len(self.validation),
            preferences=sum(example.rejected is not None for example in self.train),
            unpaired=len(self.unpaired),
            origins=dict(Counter(example.origin for example in [*self.train, *self.validation])),
            dropped=dict(self.dropped),
            redacted=dict(self.redacted),
        )


def curate(pack: Pack, store: Store, writes: bool = False) -> Curated:
    """Collect, clean, redact, weigh, deduplicate and split; writes nothing.

    `writes` is for a model that writes what people hear, and has no use for rows that it is never asked.
    """
    collected = collect(pack, store)
    dropped, redacted = collected.dropped, Counter[str]()
    examples = clean(collected.examples, pack.persona, dropped, redacted)
    if writes:
        examples = select_to_write(examples, pack, dropped)
    train, validation = split(deduplicate(filter_untrusted(examples, dropped), dropped))
    public = [pack.persona.contact.email, pack.persona.contact.phone]
    unpaired: list[Row] = []
    for verdict in collected.verdicts:
        messages = redact_messages(verdict.messages, public, redacted)
        unpaired.append(
            {
                "group": verdict.conversation,
                "prompt": messages[:-1],
                "completion": messages[-1:],
                "label": verdict.label,
                "reasons": verdict.reasons,
            }
        )
    return Curated(train, validation, unpaired, dropped, redacted)


def freeze(
    curated: Curated, pack: Pack, knowledge: Knowledge, settings: Settings, store: Store, actor: str
) -> Snapshot:
    """Write the next snapshot, or return the latest one if it holds the same; raises `TrainingError` if empty."""
    if not curated.train:
        reasons = ", ".join(f"{reason}: {count}" for reason, count in curated.dropped.items()) or "no row was found"
        raise TrainingError(f"there is no usable row to train on ({reasons}): add pairs to the pack or correct replies")
    knowledge.set_answers([])  # a row must not carry what another visitor did not consent to
    examples = [*curated.train, *curated.validation, *map(_judged, curated.unpaired)]
    if settings.reads:
        knowledge.index.read_sentences()
    asked = [_asked(example, pack, knowledge.index) for example in examples if not _talks(example, pack)]
    knowledge.index.embed([query for one in asked for query in search_queries(one)])
    files = _files(curated, lambda example: reading_prompt(example, pack, knowledge, settings))
    files["reading"] = reading_rows(pack, curated.train, knowledge.index) if settings.reads else []
    digest = digest_of(files, pack.name)
    latest = next(iter(store.versions.snapshots()), None)
    if latest and latest.counts.digest == digest and Path(latest.path).is_dir():
        return Snapshot(latest.number, Path(latest.path), latest.counts)
    number = store.versions.next_snapshot_number()
    folder = settings.home.resolve() / HOME / str(number)
    counts = replace(curated.counts, digest=digest)
    _write(folder, files, {"number": number, "pack": pack.name, "counts": counts.as_dict()})
    store.versions.add_snapshot(pack.name, folder, counts, actor, number)
    return Snapshot(number, folder, counts)


def open_snapshot(store: Store, number: int) -> Snapshot:
    """A frozen snapshot by its number."""
    for frozen in store.versions.snapshots():
        if frozen.number == number and Path(frozen.path).is_dir():
            return Snapshot(number, Path(frozen.path), frozen.counts)
    raise NotFoundError(f"snapshot {number} does not exist: `python -m training curate` makes one")


def verify(snapshot: Snapshot, pack: str) -> None:
    """Raise `TrainingError` if the files are not what was frozen."""
    if snapshot.counts.digest != digest_of(files_in(snapshot.folder), pack):
        raise TrainingError(
            f"snapshot {snapshot.number} was changed since it was frozen: restore {snapshot.folder} from a backup, or "
            "remove that folder and run again without --snapshot"
        )


def reading_prompt(example: Example, pack: Pack, knowledge: Knowledge, settings: Settings) -> list[ChatMessage]:
    """What the model would be shown when serving, with the row itself kept out of what is retrieved for it.

    The passage that a row is known to rest on takes the last place where retrieval missed it, so that rows teach to
    choose among passages and never to invent; rows that no article answers keep what was retrieved and teach to
    abstain. Rows of rules that chat or ask back carry no passages, as at serving.
    """
    index, asked = knowledge.index, _asked(example, pack, knowledge.index)
    left_out = (example.asked, example.question)
    talks = _talks(example, pack)
    passages = [] if talks else look_up(index, asked, settings.passages, settings.reads, left_out).passages
    right = index.answering(example.asked)
    if right and passages and all(passage.id != right.id for passage in passages):
        passages[-1] = right
    if settings.reads:
        passages = facts_for(index, asked, passages, left_out)
        passages = with_answer(passages, [right], example.reply) if right else passages
    question = defuse_markup(example.question)
    return build_prompt(pack.persona.system, asked.history, question, passages, example.meant)


def _asked(example: Example, pack: Pack, index: KnowledgeIndex) -> Asked:
    history = [ChatMessage(role=said["role"], content=defuse_markup(said["content"])) for said in example.messages[:-2]]
    return Asked(example.question, history, example.meant, topic_of(index, history), pack.persona.language)


def _talks(example: Example, pack: Pack) -> bool:
    """Whether nothing is looked up for a row, as for a rule that talks."""
    return any(rule.does.talks for rule in pack.rules if rule.name == example.intent)


def _judged(verdict: Row) -> Example:
    """A reply that somebody judged, as a row to learn from."""
    return Example("", [*verdict["prompt"], *verdict["completion"]], "like", "")


def _files(curated: Curated, prompt: Callable[[Example], list[ChatMessage]]) -> dict[str, list[Row]]:
    preferences: list[Row] = []

    def row(example: Example) -> Row:
        asked = prompt(example)
        reply = ChatMessage(role="assistant", content=example.reply)
        if example.rejected:
            rejected = [ChatMessage(role="assistant", content=example.rejected)]
            preferences.append({"id": example.id, "prompt": asked, "chosen": [reply], "rejected": rejected})
        return {
            "id": example.id,
            "asked": example.asked,
            "origin": example.origin,
            "intent": example.intent,
            "group": example.group,
            "messages": [*asked, reply],
        }

    train, validation = [row(example) for example in curated.train], [row(example) for example in curated.validation]
    unpaired: list[Row] = [{**verdict, "prompt": prompt(_judged(verdict))} for verdict in curated.unpaired]
    return {"train": train, "validation": validation, "preferences": preferences, "unpaired": unpaired}


def _write(folder: Path, files: dict[str, list[Row]], manifest: Mapping[str, object]) -> None:
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    partial.mkdir(parents=True)
    for name, rows in files.items():
        file_of(partial, name).write_text("".join(map(as_line, rows)), encoding="utf-8")
    (partial / "manifest.json").write_text(json.dumps(manifest, indent=2), encoding="utf-8")
    partial.rename(folder)
