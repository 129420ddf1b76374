"""Measures of diagnostic tests, risks and agreement from counts."""

from __future__ import annotations

import math
from typing import Any

from builder.errors import ToolError


def _share(part: int, whole: int, name: str) -> float:
    if whole <= 0:
        raise ToolError("invalid_value", f"there is nobody {name}", parameter=name)
    return part / whole


def diagnostic_accuracy(
    true_positives: int, false_positives: int, false_negatives: int, true_negatives: int
) -> dict[str, Any]:
    sensitivity = _share(true_positives, true_positives + false_negatives, "with the disease")
    specificity = _share(true_negatives, true_negatives + false_positives, "without the disease")
    return {
        "sensitivity": sensitivity * 100,
        "specificity": specificity * 100,
        "positive_likelihood_ratio": sensitivity / (1 - specificity) if specificity < 1 else None,
        "negative_likelihood_ratio": (1 - sensitivity) / specificity if specificity > 0 else None,
    }


def predictive_values(sensitivity: float, specificity: float, prevalence: float) -> dict[str, Any]:
    """Bayes' theorem; everything in percent."""
    for name, value in (("sensitivity", sensitivity), ("specificity", specificity), ("prevalence", prevalence)):
        if not 0 <= value <= 100:
            raise ToolError("invalid_value", f"{name} must lie between 0 and 100 percent", parameter=name)
    se, sp, p = sensitivity / 100, specificity / 100, prevalence / 100
    positive = se * p + (1 - sp) * (1 - p)
    negative = sp * (1 - p) + (1 - se) * p
    if p == 0 or positive == 0 or negative == 0:
        raise ToolError(
            "invalid_value", "with these values nobody tests positive, or nobody negative, or nobody is ill"
        )
    return {
        "positive_predictive_value": 100 * se * p / positive,
        "negative_predictive_value": 100 * sp * (1 - p) / negative,
    }


def treatment_effect(
    treated_events: int, treated_total: int, control_events: int, control_total: int
) -> dict[str, Any]:
    for name, events, total in (("treated", treated_events, treated_total), ("control", control_events, control_total)):
        if events > total:
            raise ToolError("invalid_value", f"{name}_events is larger than {name}_total", parameter=f"{name}_events")
    treated = _share(treated_events, treated_total, "in the treated group")
    control = _share(control_events, control_total, "in the control group")
    if control == 0:
        raise ToolError("invalid_value", "no events in the control group: the relative risk is not defined")
    reduction = control - treated
    return {
        "treated_risk": treated * 100,
        "control_risk": control * 100,
        "relative_risk": treated / control,
        "absolute_risk_reduction": reduction * 100,
        "number_needed_to_treat": 1 / reduction if reduction > 0 else None,
    }


def incidence_rate(cases: int, person_years: float) -> dict[str, Any]:
    if person_years <= 0:
        raise ToolError("invalid_value", "person_years must be greater than zero", parameter="person_years")
    return {"rate": cases / person_years * 100_000}


def cohens_kappa(both_yes: int, first_yes_second_no: int, first_no_second_yes: int, both_no: int) -> dict[str, Any]:
    """Cohen J. Educ Psychol Meas 1960;20:37."""
    total = both_yes + first_yes_second_no + first_no_second_yes + both_no
    observed = _share(both_yes + both_no, total, "rated")
    first = (both_yes + first_yes_second_no) / total
    second = (both_yes + first_no_second_yes) / total
    chance = first * second + (1 - first) * (1 - second)
    if chance == 1:
        raise ToolError("invalid_value", "both raters gave one answer only: kappa is not defined")
    return {"kappa": (observed - chance) / (1 - chance), "observed_agreement": observed * 100}


def post_test_probability(pretest: float, likelihood_ratio: float) -> dict[str, Any]:
    """Odds form of Bayes' theorem (Fagan TJ. N Engl J Med 1975;293:257); in percent."""
    if not 0 < pretest < 100:
        raise ToolError("invalid_value", "pretest must lie between 0 and 100 percent", parameter="pretest")
    if likelihood_ratio < 0:
        raise ToolError("invalid_value", "a likelihood ratio is not negative", parameter="likelihood_ratio")
    odds = pretest / (100 - pretest) * likelihood_ratio
    return {"probability": 100 * odds / (1 + odds)}


def standardized_mortality(observed: int, strata_people: list[int], strata_rates: list[float]) -> dict[str, Any]:
    """Indirect standardisation: deaths observed over deaths expected from standard rates per 100,000 person-years."""
    if len(strata_people) != len(strata_rates):
        raise ToolError("invalid_value", "strata_people and strata_rates must have the same length")
    expected = sum(n * rate / 100_000 for n, rate in zip(strata_people, strata_rates, strict=True))
    if expected <= 0:
        raise ToolError("invalid_value", "no death is expected: the ratio is not defined")
    return {"expected_deaths": expected, "mortality_ratio": observed / expected}


def herd_immunity_threshold(reproduction_number: float, vaccine_effectiveness: float) -> dict[str, Any]:
    """1 - 1 / R0, over the effectiveness of the vaccine for the coverage (Fine P. Clin Infect Dis 2011;52:911)."""
    if reproduction_number <= 1:
        raise ToolError(
            "invalid_value",
            "with a reproduction number of at most 1 no epidemic grows",
            parameter="reproduction_number",
        )
    if not 0 < vaccine_effectiveness <= 100:
        raise ToolError(
            "invalid_value", "vaccine_effectiveness is a percentage above 0", parameter="vaccine_effectiveness"
        )
    share = 100 * (1 - 1 / reproduction_number)
    coverage = share / (vaccine_effectiveness / 100)
    return {"immune_share": share, "vaccination_coverage": coverage if coverage <= 100 else None}


def people_to_vaccinate(population: int, coverage: float, covered: float = 0.0) -> dict[str, Any]:
    missing = coverage - covered
    # Rounded before it is raised to whole people: 1,000,000 at 5.12 percent are 51,200, not 51,201.
    return {"people": math.ceil(round(population * missing / 100, 6)) if missing > 0 else None}


def events_prevented(population: int, risk_reduction: float, uptake: float) -> dict[str, Any]:
    """Number of people treated times the absolute risk reduction."""
    treated = population * uptake / 100
    return {"treated": treated, "prevented": treated * risk_reduction / 100}
