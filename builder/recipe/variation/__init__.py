"""Variation: one computation of a scenario for two or three options, and what people ask about the results.

Which maker is cheapest, by how much, does the sum stay within a budget. A scenario declares it (`[[vary]]`); the
steps of one round are run for each option, steps that no varied slot reaches are shared, and an operator or a
calculator call ends it. It is the paper's *wider* move, on the round that it compares.
"""

from builder.recipe.variation.checks import variation_problems
from builder.recipe.variation.forms import FORMS
from builder.recipe.variation.planning import maker_of, tools_for, vary, wish

__all__ = ["FORMS", "maker_of", "tools_for", "variation_problems", "vary", "wish"]
