"""``python -m hmic_analysis``: the same as ``hmic``."""

from hmic_analysis.cli.main import entry

if __name__ == "__main__":
    entry()
