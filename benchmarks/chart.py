"""A line chart with two logarithmic axes, as SVG text that also reads without seeing it."""

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 840, 440, 80, 240, 30, 60
# Colours that differ in lightness too (Okabe and Ito 2008), with a mark each for who sees no colours.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56708a", "#000000")
LOOKS = 'role="img" aria-labelledby="title desc" font-family="sans-serif" font-size="13"'
MARKS = ("●", "■", "▲", "◆", "✚", "✖")


def log_chart(lines, *, title, description, across, up):
    """Return the SVG of lines {name: [(x, y), …]}, x and y above 0."""
    points = [point for line in lines.values() for point in line] or [(1, 1)]
    x_low, x_high = _decades(x for x, _ in points)
    y_low, y_high = _decades(y for _, y in points)

    def at(x, y):
        return (
            LEFT + (math.log10(x) - x_low) / (x_high - x_low) * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - (math.log10(y) - y_low) / (y_high - y_low) * (HEIGHT - TOP - BOTTOM),
        )

    told = " ".join(
        f"{name}: " + ", ".join(f"{x:,.0f} → {y:.3g}" for x, y in line) + "." for name, line in lines.items()
    )
    svg = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {LOOKS}>',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="desc">{escape(description)} {escape(told)}</desc>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for power in range(x_low, x_high + 1):
        x, y = at(10**power, 10**y_low)
        svg.append(f'<path d="M{x:.0f} {TOP}V{y:.0f}" stroke="#ddd"/>')
        svg.append(f'<text x="{x:.0f}" y="{y + 18:.0f}" text-anchor="middle">{_power(power)}</text>')
    for power in range(y_low, y_high + 1):
        x, y = at(10**x_low, 10**power)
        svg.append(f'<path d="M{x:.0f} {y:.0f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        svg.append(f'<text x="{x - 8:.0f}" y="{y + 4:.0f}" text-anchor="end">{_power(power)}</text>')
    svg.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 14}" text-anchor="middle">{escape(across)}</text>'
    )
    middle = (TOP + HEIGHT - BOTTOM) / 2
    svg.append(f'<text transform="translate(20 {middle:.0f}) rotate(-90)" text-anchor="middle">{escape(up)}</text>')
    labels = []
    for number, (name, line) in enumerate(lines.items()):
        colour, mark = COLOURS[number % len(COLOURS)], MARKS[number % len(MARKS)]
        places = [at(x, y) for x, y in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        svg.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        svg += [
            f'<text x="{x:.1f}" y="{y + 5:.1f}" text-anchor="middle" fill="{colour}">{mark}</text>' for x, y in places
        ]
        labels.append((places[-1][1], f'<tspan fill="{colour}">{mark}</tspan> {escape(name)}'))
    lowest = 0.0
    for height, text in sorted(labels):  # apart, so that all can be read
        lowest = max(height, lowest + 18)
        svg.append(f'<text x="{WIDTH - RIGHT + 12}" y="{lowest + 5:.0f}">{text}</text>')
    return "\n".join([*svg, "</svg>", ""])


def _decades(values):
    logs = [math.log10(value) for value in values]
    low = math.floor(min(logs))
    return low, max(math.ceil(max(logs)), low + 1)


def _power(power):
    return f"{10**power:,}" if 0 <= power < 9 else f"{10.0**power:g}"
