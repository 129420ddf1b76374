"""Web colours: contrast by WCAG, mixing, nearest CSS name."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

FAMILIES = (
    "blue",
    "gray",
    "green",
    "orange",
    "orchid",
    "pink",
    "purple",
    "red",
    "salmon",
    "turquoise",
    "violet",
    "white",
    "yellow",
)
"""Words with which names of CSS colours end."""
DOUBLES = (
    "aqua",
    "fuchsia",
    "grey",
    "darkgrey",
    "dimgrey",
    "lightgrey",
    "slategrey",
    "darkslategrey",
    "lightslategrey",
)
"""Second names of a colour that is listed under another one."""


@cache
def _named() -> dict[str, tuple[int, int, int]]:
    import webcolors

    return {name: tuple(webcolors.name_to_rgb(name)) for name in webcolors.names() if name not in DOUBLES}


def colors_table() -> list[dict[str, Any]]:
    return [
        {
            "color": name,
            "hex": f"#{red:02x}{green:02x}{blue:02x}",
            "red": red,
            "green": green,
            "blue": blue,
            "luminance": round(_luminance(f"#{red:02x}{green:02x}{blue:02x}"), 6),
            "family": next((word for word in FAMILIES if name.endswith(word)), None),
        }
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


def families_table() -> list[dict[str, Any]]:
    count: dict[str, int] = {}
    for row in colors_table():
        if row["family"]:
            count[row["family"]] = count.get(row["family"], 0) + 1
    return [{"family": name, "colors": number} for name, number in sorted(count.items())]


def _lab(code: str) -> tuple[float, float, float]:
    """CIE L*a*b* for the D65 white point, from sRGB (IEC 61966-2-1)."""
    parts = [c / 255 for c in _channels(code)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    x = (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047
    y = 0.2126729 * r + 0.7151522 * g + 0.0721750 * b
    z = (0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883
    fx, fy, fz = (v ** (1 / 3) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def color_difference(color: str, other: str) -> dict[str, Any]:
    """CIEDE2000 (Sharma, Wu and Dalal 2005), with all weights 1, and CIE76."""
    (l1, a1, b1), (l2, a2, b2) = _lab(color), _lab(other)
    mean7 = ((math.hypot(a1, b1) + math.hypot(a2, b2)) / 2) ** 7
    grow = 1 + 0.5 * (1 - math.sqrt(mean7 / (mean7 + 25**7)))
    p1, p2 = a1 * grow, a2 * grow
    c1, c2 = math.hypot(p1, b1), math.hypot(p2, b2)
    h1, h2 = (math.degrees(math.atan2(b, p)) % 360 if c else 0.0 for b, p, c in ((b1, p1, c1), (b2, p2, c2)))
    turn = h2 - h1 if c1 * c2 else 0.0
    turn += 360 if turn < -180 else -360 if turn > 180 else 0
    dl, dc, dh = l2 - l1, c2 - c1, 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    lm, cm = (l1 + l2) / 2, (c1 + c2) / 2
    if not c1 * c2:
        hm = h1 + h2
    elif abs(h1 - h2) <= 180:
        hm = (h1 + h2) / 2
    else:
        hm = (h1 + h2 + (360 if h1 + h2 < 360 else -360)) / 2
    t = 1 - 0.17 * math.cos(math.radians(hm - 30)) + 0.24 * math.cos(math.radians(2 * hm))
    t += 0.32 * math.cos(math.radians(3 * hm + 6)) - 0.2 * math.cos(math.radians(4 * hm - 63))
    sl = 1 + 0.015 * (lm - 50) ** 2 / math.sqrt(20 + (lm - 50) ** 2)
    sc, sh = 1 + 0.045 * cm, 1 + 0.015 * cm * t
    rotation = 30 * math.exp(-(((hm - 275) / 25) ** 2))
    rt = -2 * math.sqrt(cm**7 / (cm**7 + 25**7)) * math.sin(math.radians(2 * rotation))
    total = (dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + rt * (dc / sc) * (dh / sh)
    return {"delta_e_2000": math.sqrt(max(total, 0)), "delta_e_76": math.dist((l1, a1, b1), (l2, a2, b2))}
