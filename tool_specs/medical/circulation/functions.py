"""Circulation and gas exchange."""

from __future__ import annotations

import math
from typing import Any

from builder.errors import ToolError


def _within(name: str, value: float, low: float, high: float, unit: str) -> None:
    if not low <= value <= high:
        raise ToolError(
            "invalid_value", f"{name} {value:g} {unit} is outside {low:g} to {high:g} {unit}", parameter=name
        )


def mean_arterial_pressure(systolic: int, diastolic: int) -> dict[str, Any]:
    """Diastolic plus a third of the pulse pressure."""
    _within("systolic", systolic, 40, 300, "mmHg")
    _within("diastolic", diastolic, 20, 200, "mmHg")
    if diastolic >= systolic:
        raise ToolError("invalid_value", "diastolic must be lower than systolic", parameter="diastolic")
    return {"mean_pressure": diastolic + (systolic - diastolic) / 3, "pulse_pressure": systolic - diastolic}


def corrected_qt(qt: float, heart_rate: int, formula: str) -> dict[str, Any]:
    """Bazett HC. Heart 1920;7:353; Fridericia LS. Acta Med Scand 1920;53:469;
    Sagie A et al. Am J Cardiol 1992;70:797 (Framingham)."""
    _within("qt", qt, 200, 800, "ms")
    _within("heart_rate", heart_rate, 30, 220, "beats per minute")
    interval = 60 / heart_rate
    corrected = {
        "Bazett": qt / math.sqrt(interval),
        "Fridericia": qt / interval ** (1 / 3),
        "Framingham": qt + 154 * (1 - interval),
    }[formula]
    return {"corrected_qt": corrected}


def alveolar_oxygen_gradient(
    arterial_po2: float, arterial_pco2: float, inspired_oxygen: float, barometric_pressure: float
) -> dict[str, Any]:
    """Alveolar gas equation: FiO2 (PB - 47) - PaCO2 / 0.8; pressures in mmHg, barometric pressure in hPa."""
    _within("arterial_po2", arterial_po2, 20, 700, "mmHg")
    _within("arterial_pco2", arterial_pco2, 5, 150, "mmHg")
    _within("inspired_oxygen", inspired_oxygen, 21, 100, "%")
    _within("barometric_pressure", barometric_pressure, 300, 1100, "hPa")
    alveolar = inspired_oxygen / 100 * (barometric_pressure * 0.750062 - 47) - arterial_pco2 / 0.8
    if alveolar < arterial_po2:
        raise ToolError("invalid_value", f"arterial_po2 is above the alveolar pressure of {alveolar:.1f} mmHg")
    return {"alveolar_po2": alveolar, "gradient": alveolar - arterial_po2}


def arterial_oxygen_content(haemoglobin: float, saturation: float, arterial_po2: float) -> dict[str, Any]:
    """1.34 Hb SaO2 + 0.0031 PaO2, in mL of oxygen per dL of blood."""
    _within("haemoglobin", haemoglobin, 2, 25, "g/dL")
    _within("saturation", saturation, 30, 100, "%")
    _within("arterial_po2", arterial_po2, 20, 700, "mmHg")
    return {"oxygen_content": 1.34 * haemoglobin * saturation / 100 + 0.0031 * arterial_po2}


def oxygen_delivery(oxygen_content: float, cardiac_output: float, body_surface: float) -> dict[str, Any]:
    """Content (mL/dL) x cardiac output (L/min) x 10; the index is per m² of body surface."""
    _within("oxygen_content", oxygen_content, 1, 35, "mL/dL")
    _within("cardiac_output", cardiac_output, 0.5, 20, "L/min")
    _within("body_surface", body_surface, 0.15, 3.5, "m²")
    delivery = oxygen_content * cardiac_output * 10
    return {"delivery": delivery, "delivery_index": delivery / body_surface}


def ecg_heart_rate(rr_interval: float) -> dict[str, Any]:
    """60,000 milliseconds over the RR interval."""
    return {"heart_rate": round(60000 / rr_interval)}


def cardiac_output(heart_rate: int, stroke_volume: float) -> dict[str, Any]:
    """Beats per minute times blood per beat."""
    return {"cardiac_output": heart_rate * stroke_volume / 1000}


def systemic_vascular_resistance(mean_pressure: float, venous_pressure: float, cardiac_output: float) -> dict[str, Any]:
    """80 (MAP - CVP) / CO; 80 turns mmHg min/L into dyn s/cm5 (Hall, Textbook of Medical Physiology, chapter 14)."""
    if venous_pressure >= mean_pressure:
        raise ToolError("invalid_value", "venous pressure must lie below arterial", parameter="venous_pressure")
    return {"resistance": 80 * (mean_pressure - venous_pressure) / cardiac_output}
