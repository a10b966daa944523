"""The command `vectors`: what a home keeps of vectors that nothing needs any more."""

import json

import click

from chatbot.knowledge.packs import load_pack
from chatbot.people_commands import opened_store
from chatbot.settings import load_settings


@click.command()
@click.option("--remove", is_flag=True, help="Remove them; without it nothing is changed.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def vectors(remove: bool, as_json: bool) -> None:
    """Tell which vectors no version, copy or setting names any more; a server removes them when it starts."""
    from chatbot.dialogue.old_vectors import MB, remove_unneeded, unneeded_vectors

    settings = load_settings()
    with opened_store() as store:
        found = (remove_unneeded if remove else unneeded_vectors)(settings, store, load_pack(settings.pack_folder).name)
    size = sum(one.bytes for one in found)
    if as_json:
        told = [{"path": str(one.path), "bytes": one.bytes} for one in found]
        click.echo(json.dumps({"removed": remove, "bytes": size, "unneeded": told}))
        return
    for one in found:
        click.echo(f"{one.bytes / MB:8.1f} MB  {one.path}")
    click.echo(f"{size / MB:.1f} MB {'removed' if remove else 'not needed'}")
