"""What an executed notebook says of itself at its head: the embargo, that data are synthetic, how sensitive it is."""

from __future__ import annotations

import json
from pathlib import Path

from hmic_analysis.disclosure.sensitivity import declaration
from hmic_analysis.evidence.model import Bundle
from hmic_analysis.letters.model import SYNTHETIC_NOTICE


def mark_notebook(path: Path, embargo: str, bundle: Bundle | None) -> None:
    """Put what must be said at the end of a notebook's first text cell, which holds its title.

    Parameters
    ----------
    path : pathlib.Path
        The executed notebook; nothing is done where none was saved.
    embargo : str
        As the parameters say, whatever the time is; empty for none.
    bundle : Bundle or None
        The evidence that it left.  None: it failed, so nobody knows what it shows, and it is restricted.
    """
    if not path.is_file():
        return
    notebook = json.loads(path.read_text(encoding="utf-8"))
    words = [f"**{embargo}.**"] if embargo else []
    words += [f"**{SYNTHETIC_NOTICE}.**"] if bundle is not None and bundle.synthetic else []
    words.append(declaration(bundle.sensitivity if bundle is not None else "restricted"))
    title = next((c for c in notebook["cells"] if c["cell_type"] == "markdown"), None)
    if title is None:
        # A notebook without any text still has a place for what is true of the whole of it.
        notebook["metadata"]["notice"] = " ".join(words)
    else:
        title["source"] = "".join(title["source"]).rstrip() + "\n\n" + " ".join(words)
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
