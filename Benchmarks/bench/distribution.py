"""A picture of how samples are distributed: which share of them took at most so long."""

import math

_COLOURS = ("#2266cc", "#999999")
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM, _RIGHT = 740, 360, 60, 50, 50, 40


def svg(title, series):
    """The picture of series of milliseconds, by their names, on a logarithmic scale."""
    low = min(min(samples) for samples in series.values())
    high = max(max(samples) for samples in series.values())
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))

    def across(value):
        return _LEFT + (math.log10(value) - first) / (last - first) * (_WIDTH - _LEFT - _RIGHT)

    def up(part):
        return _HEIGHT - _BOTTOM - part * (_HEIGHT - _TOP - _BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        f'<text x="{_LEFT}" y="20" font-size="15">{title}</text>']
    for exponent in range(first, last + 1):
        for digit in (1, 2, 5):
            value = digit * 10 ** exponent
            if math.log10(value) > last:
                continue
            x = across(value)
            parts.append(f'<line x1="{x:.1f}" y1="{up(0):.1f}" x2="{x:.1f}" y2="{up(1):.1f}" stroke="#eeeeee"/>')
            parts.append(f'<text x="{x:.1f}" y="{up(0) + 18:.1f}" text-anchor="middle">{value:g} ms</text>')
    for percent in (0, 25, 50, 75, 95, 100):
        y = up(percent / 100)
        parts.append(f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}" stroke="#eeeeee"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{percent} %</text>')
    for (name, samples), colour, number in zip(series.items(), _COLOURS, range(len(series))):
        ordered = sorted(samples)
        points = [f"{across(ordered[0]):.1f},{up(0):.1f}"]
        for index, value in enumerate(ordered):
            points.append(f"{across(value):.1f},{up((index + 1) / len(ordered)):.1f}")
        parts.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{_LEFT + number * 300}" y="40" fill="{colour}">{name}, {len(samples)} saves</text>')
    return "\n".join(parts + ["</svg>", ""])
