"""Numbers as analysts hold them (lists, columns, nullable columns) as plain arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def floats(values: Sequence[float]) -> np.ndarray:
    """Numbers as an array of floats, every kind of missing value as NaN.

    Parameters
    ----------
    values : sequence of float, shape (n,)
        A list, an array or a column; None, NaN and ``pandas.NA`` are missing.

    Returns
    -------
    array of float, shape (n,)

    Raises
    ------
    ValueError
        If a value is not a number, or is infinite.
    """
    import pandas as pd

    try:
        result = pd.array(list(values), dtype="Float64").to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ValueError(f"These are not all numbers: {error}.") from error
    if np.isinf(result).any():
        raise ValueError("These numbers are not all finite.")
    return result
