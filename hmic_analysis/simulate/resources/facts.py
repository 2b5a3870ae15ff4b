"""P5, F2, F3 and F5: what is true of a simulated force."""

from __future__ import annotations

from hmic_analysis.simulate.topic import TopicFacts

#: Figures or statements asked of the force besides its tables, with the unit of what it states.
ITEMS: dict[str, str] = {}


class ResourcesFacts(TopicFacts):
    """Facts of this topic."""
