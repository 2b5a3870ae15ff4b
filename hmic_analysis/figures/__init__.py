"""Charts in one house style: each takes a data frame and gives a :class:`~hmic_analysis.figures.chart.Chart`."""
