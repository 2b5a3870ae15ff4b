"""Names of raw columns as people write them."""

from __future__ import annotations

import unicodedata

_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060"))


def fold_name(name: str) -> str:
    """A name as names are compared.

    Parameters
    ----------
    name : str
        A column name, file name or sheet name.

    Returns
    -------
    str
        Without byte-order mark, other invisible characters, case and surplus space (no-break space included).
    """
    return " ".join(unicodedata.normalize("NFKC", name).translate(_INVISIBLE).split()).casefold()
