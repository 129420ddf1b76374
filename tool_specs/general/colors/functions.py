"""Web colours: contrast by WCAG, mixing, nearest CSS name."""

from __future__ import annotations

from functools import cache
from typing import Any

DOUBLES = ("aqua", "fuchsia", "grey", "darkgrey", "dimgrey", "lightgrey", "slategrey", "darkslategrey", "lightslategrey")
"""Second names of a colour that is listed under another one."""


@cache
def _named() -> dict[str, tuple[int, int, int]]:
    import webcolors

    return {name: tuple(webcolors.name_to_rgb(name)) for name in webcolors.names() if name not in DOUBLES}


def colors_table() -> list[dict[str, Any]]:
    return [
        {"color": name, "hex": f"#{red:02x}{green:02x}{blue:02x}", "red": red, "green": green, "blue": blue}
        for name, (red, green, blue) in sorted(_named().items())
    ]


def _channels(code: str) -> tuple[int, int, int]:
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def _luminance(code: str) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = [c / 255 for c in _channels(code)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast_ratio(foreground: str, background: str) -> dict[str, Any]:
    dark, light = sorted((_luminance(foreground), _luminance(background)))
    ratio = (light + 0.05) / (dark + 0.05)
    return {"ratio": ratio, "passes_aa": ratio >= 4.5, "passes_aaa": ratio >= 7, "passes_aa_large": ratio >= 3}


def mix_colors(color: str, other: str, other_percent: float) -> dict[str, Any]:
    share = other_percent / 100
    parts = [int(a + (b - a) * share + 0.5) for a, b in zip(_channels(color), _channels(other), strict=True)]
    return {"hex": "#{:02x}{:02x}{:02x}".format(*parts)}


def nearest_css_color(hex_code: str) -> dict[str, Any]:
    wanted = _channels(hex_code)
    distance = {
        name: sum((a - b) ** 2 for a, b in zip(wanted, rgb, strict=True)) ** 0.5 for name, rgb in _named().items()
    }
    name = min(sorted(distance), key=lambda key: distance[key])
    return {"color": name, "distance": distance[name]}
