"""What is measured of a page: the contrast of every text, and how far apart two colours are for the colour-blind."""

from pathlib import Path

CONTRASTS = (Path(__file__).parent / "contrasts.js").read_text()

COLOURS = """(names) => names.map((name) => {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color.match(/[\\d.]+/g).map(Number);
  probe.remove();
  return found.slice(0, 3);
})"""

SIGHTS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
"""What is seen of linear light: Machado, Oliveira and Fernandes, 2009."""


def seen(colour: list[float], sight: str) -> tuple[float, float, float]:
    """A colour as somebody sees it, in CIE L*a*b*."""
    light = [
        value / 255 / 12.92 if value / 255 <= 0.04045 else ((value / 255 + 0.055) / 1.055) ** 2.4 for value in colour
    ]
    r, g, b = (
        min(1.0, max(0.0, sum(part * value for part, value in zip(row, light, strict=True)))) for row in SIGHTS[sight]
    )
    x = _root((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047)
    y = _root(0.2126 * r + 0.7152 * g + 0.0722 * b)
    z = _root((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def apart(one: list[float], other: list[float], sight: str) -> float:
    """How different two colours look: CIE 1976; 2.3 is just noticeable."""
    pairs = zip(seen(one, sight), seen(other, sight), strict=True)
    return float(sum((mine - its) ** 2 for mine, its in pairs) ** 0.5)


def _linear(value: float) -> float:
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)


def _root(value: float) -> float:
    return float(value ** (1 / 3)) if value > 0.008856 else 7.787 * value + 16 / 116
