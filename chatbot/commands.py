"""How the command lines behave: exit codes, one-line errors, and no noise from libraries.

0 done; 2 the user's mistake, told in one line on standard error; 3 a gate held; 130 interrupted. Knows no command
of its own: `chatbot.__main__` and `training.__main__` hand theirs to `run_command`.
"""

import logging
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

import click

from chatbot.errors import UserError
from chatbot.owner_only import close_home, owner_only

DONE, MISTAKE, INTERRUPTED = 0, 2, 130
QUIET = {
    "TRANSFORMERS_VERBOSITY": "error",
    "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TQDM_DISABLE": "1",
}


def quieten() -> None:
    """Keep progress bars, warnings and log lines of libraries off the terminal; call it before importing them."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    for name in ("transformers", "sentence_transformers", "huggingface_hub", "httpx", "urllib3"):
        logging.getLogger(name).setLevel(logging.ERROR)


def run_command(group: click.Command, argv: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code; a command says 3 by returning it or with `SystemExit(3)`.

    Nobody but its owner can read what it writes.
    """
    with owner_only():
        return _run(group, argv)


def keep_to_owner(home: Path) -> None:
    """Close a home to other users of the machine, and say so where it was open."""
    if told := close_home(home):
        click.echo(told, err=True)


def _run(group: click.Command, argv: Sequence[str] | None) -> int:
    output = sys.stdout
    try:
        result = group.main(None if argv is None else list(argv), standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) and not isinstance(result, bool) else DONE
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help())
        return DONE
    except click.ClickException as error:
        return _mistake(_explain(error))
    except UserError as error:
        return _mistake(str(error))
    except click.Abort as error:
        if isinstance(error.__cause__ or error.__context__, EOFError):
            return _mistake("the input ended before the question was answered: run it in a terminal")
        return INTERRUPTED
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as error:
        return _exit_code(error, reader_left=sys.stdout is not output)
    except BrokenPipeError:
        _discard_output()
        return DONE
    except OSError as error:
        if error.filename is None:
            raise
        return _mistake(f"{str(error.filename)!r} cannot be used: {error.strerror}; check the path and its permissions")


def _explain(error: click.ClickException) -> str:
    message = error.format_message().rstrip(".")
    if isinstance(error, click.UsageError) and error.ctx is not None:
        return f"{message}; `{error.ctx.command_path} --help` says how"
    return message


def _mistake(text: str) -> int:
    line = "; ".join(part.strip() for part in text.splitlines() if part.strip()).replace(":; ", ": ")
    click.echo(f"error: {line}", err=True)
    return MISTAKE


def _exit_code(error: SystemExit, reader_left: bool) -> int:
    """The code of a `SystemExit`; click leaves by one, having replaced `sys.stdout`, when nobody reads any more."""
    if isinstance(error.code, str):
        return _mistake(error.code)
    if reader_left:
        _discard_output()
        return DONE
    return error.code or DONE


def _discard_output() -> None:
    """Send what is still buffered nowhere, so that the interpreter's last flush does not complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.__stdout__.fileno() if sys.__stdout__ else 1)
    os.close(nowhere)
