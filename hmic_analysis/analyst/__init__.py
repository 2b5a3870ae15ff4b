"""What an analyst takes into an empty notebook; ``import hmic_analysis`` offers the same names."""
