"""A figure of all forces together, with an interval that allows for how much forces differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm

from hmic_analysis.comparison.pooled import pool
from hmic_analysis.comparison.table import Gathered
from hmic_analysis.national.log import Log
from hmic_analysis.params.settings import National

METHOD = "robust, forces as units"
UNANIMOUS = "sensitivity: all forces are alike, and of a single force it is not public"


@dataclass(frozen=True)
class Pooled:
    """Total over total.

    Attributes
    ----------
    value, lo, hi : float or None
        In the unit of the figure; without interval where it can't be estimated.
    reason : str
        Why there is no value; empty where there is one.
    unknown_pct : float
        Cases whose state is not known for each 100 counted.
    """

    value: float | None = None
    lo: float | None = None
    hi: float | None = None
    reason: str = ""
    unknown_pct: float = 0.0


def dominated(gathered: Gathered, rules: National) -> bool:
    """Whether one force holds more of the total than the rule allows.

    Parameters
    ----------
    gathered : Gathered
    rules : National

    Returns
    -------
    bool
    """
    for column in ("numerator", "denominator"):
        shares = gathered.used[column]
        total = shares.sum()
        if total > 0 and 100 * shares.max() / total > rules.max_force_share_pct:
            return True
    return False


def all_alike(gathered: Gathered) -> bool:
    """Whether the total tells the figure of every force: they are all the same, none or all of it.

    Parameters
    ----------
    gathered : Gathered

    Returns
    -------
    bool
    """
    return bool(np.ptp(gathered.used["value"]) < 1e-9)


def pooled(gathered: Gathered, rules: National, level: float, public: bool, log: Log) -> Pooled | None:
    """The figure of all compared forces together.

    Parameters
    ----------
    gathered : Gathered
    rules : National
    level : float
        Of the interval, between 0 and 1.
    public : bool
        Whether the figure of a single force is public.
    log : Log
        Gets what is withheld.

    Returns
    -------
    Pooled or None
        None where the figure is no total over a total, as a median.

    Notes
    -----
    Total over total.  The interval is that of a regression with nothing but a constant (binomial on the logit scale
    for shares, Poisson for rates) with the cluster-robust variance, each force a cluster, and Student's t: forces
    differ by more than chance, and an interval of chance alone would say of millions of crimes that all is known to the
    second decimal.  Its width tells how much forces differ, not how many cases there were, so nothing can be worked
    out from it on who was left out.
    """
    if gathered.kind == "plain":
        return None
    used = gathered.used
    if len(used) < rules.min_forces_pooled:
        rule = f"min_forces_pooled: fewer than {rules.min_forces_pooled} forces"
        log.add("rates", gathered.indicator, "value", rule, "whole", f"{len(used)} forces")
        return Pooled(reason=f"Fewer than {rules.min_forces_pooled} forces have a figure.")
    if dominated(gathered, rules):
        rule = f"max_force_share_pct: one force holds more than {rules.max_force_share_pct:g}% of the total"
        log.add("rates", gathered.indicator, "value", rule, "whole", pool(gathered).value)
        return Pooled(reason="One force holds too much of the total.")
    value = pool(gathered).value
    if not public and all_alike(gathered):
        log.add("rates", gathered.indicator, "value", UNANIMOUS, "whole", value)
        return Pooled(reason="It would tell the figure of every force, which is not public.")
    counted, unknown = used["denominator"].sum(), used["unknown"].fillna(0).sum()
    return Pooled(float(value), *_interval(gathered, level), unknown_pct=100 * unknown / counted if counted else 0.0)


def _interval(gathered: Gathered, level: float) -> tuple[float | None, float | None]:
    used = gathered.used[gathered.used["denominator"] > 0]
    y, n = used["numerator"].to_numpy(float), used["denominator"].to_numpy(float)
    rates = y / n
    # Without any difference between forces, or at either end, there is nothing to estimate a spread from.
    at_end = y.sum() == 0 or (gathered.kind != "rate" and (y.sum() == n.sum() or (y > n).any()))
    if len(used) < 2 or at_end or np.ptp(rates) < 1e-12:
        return None, None
    constant = np.ones((len(y), 1))
    if gathered.kind == "rate":
        model = sm.GLM(y, constant, family=sm.families.Poisson(), exposure=n)
    else:
        model = sm.GLM(np.column_stack([y, n - y]), constant, family=sm.families.Binomial())
    # Not HC1: of a GLM statsmodels leaves its correction for few units out.
    fitted = model.fit(cov_type="cluster", cov_kwds={"groups": np.arange(len(y))}, use_t=True)
    lo, hi = fitted.conf_int(alpha=1 - level)[0]
    back = np.exp if gathered.kind == "rate" else lambda v: 1 / (1 + np.exp(-v))
    return float(gathered.multiplier * back(lo)), float(gathered.multiplier * back(hi))
