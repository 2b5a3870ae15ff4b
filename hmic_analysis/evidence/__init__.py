"""From figures to verdicts: indicators, claims, grades, bundles."""
