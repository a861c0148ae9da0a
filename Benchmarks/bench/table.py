"""The one table."""

HEADER = ("what", "devenv ms (min)", "beside", "ms (min)", "ratio", "target", "met", "n")


class Table:
    """Rows of devenv beside something else, with the target for their ratio or for devenv's own time."""

    def __init__(self, times):
        self.times = times
        self.rows = []

    def add(self, what, peer, at_most=None, limit=None):
        """A row, if both were measured; `at_most` bounds the ratio, `limit` devenv's milliseconds."""
        times = self.times
        ours = times.has(what, "devenv")
        if not times.has(what, peer):
            return
        ratio = times.median(what, "devenv") / times.median(what, peer) if ours else None
        target, met = "", ""
        if at_most is not None:
            target = f"≤ {at_most:g} ×"
            met = self._verdict(ratio, at_most)
        elif limit is not None:
            target = f"≤ {limit:g} ms"
            met = self._verdict(times.median(what, "devenv") if ours else None, limit)
        count = f"{times.count(what, 'devenv') if ours else 0}/{times.count(what, peer)}"
        self.rows.append((
            what, self._cell(what, "devenv"), peer, self._cell(what, peer), self._ratio(ratio), target, met, count))

    def add_difference(self, what, peer, at_most, of=None):
        """A row, if both were measured; `at_most` bounds how many milliseconds devenv takes longer. `of` is what the other
        was measured at, where that is something else."""
        times, other = self.times, of or what
        if not (times.has(what, "devenv") and times.has(other, peer)):
            return
        ours, theirs = times.median(what, "devenv"), times.median(other, peer)
        self.rows.append((
            what, self._cell(what, "devenv"), peer, self._cell(other, peer), self._ratio(ours / theirs),
            f"≤ + {at_most:g} ms", self._verdict(ours - theirs, at_most),
            f"{times.count(what, 'devenv')}/{times.count(other, peer)}"))

    def add_alone(self, what, note, limit=None):
        """A row of devenv beside nothing."""
        if not self.times.has(what, "devenv"):
            return
        median = self.times.median(what, "devenv")
        target = f"≤ {limit:g} ms" if limit is not None else ""
        met = self._verdict(median, limit) if limit is not None else ""
        count = str(self.times.count(what, "devenv"))
        self.rows.append((what, self._cell(what, "devenv"), note, "", "", target, met, count))

    def add_growth(self, small, large, at_most):
        """A row of how much longer the larger of two takes than the smaller."""
        times = self.times
        if not (times.has(small, "devenv") and times.has(large, "devenv")):
            return
        ratio = times.median(large, "devenv") / times.median(small, "devenv")
        self.rows.append((
            large, self._cell(large, "devenv"), small, self._cell(small, "devenv"), self._ratio(ratio),
            f"≤ {at_most:g} ×", self._verdict(ratio, at_most),
            f"{times.count(large, 'devenv')}/{times.count(small, 'devenv')}"))

    def add_amount(self, what, peer):
        """A row of megabytes."""
        ours, theirs = (self.times.amounts.get((what, who)) for who in ("devenv", peer))
        if ours is None or theirs is None:
            return
        self.rows.append((
            what, f"{ours:.0f} MB", peer, f"{theirs:.0f} MB", self._ratio(ours / theirs if theirs else None), "", "",
            "1/1"))

    def add_bounded(self, what, note, at_most, unit=""):
        """A row of an amount that must not be greater than that."""
        amount = self.times.amounts.get((what, "devenv"))
        if amount is not None:
            verdict = self._verdict(amount, at_most)
            self.rows.append((what, f"{amount:.3g}{unit}", note, "", "", f"≤ {at_most:g}{unit}", verdict, "1"))

    def missed(self):
        """Whether a target was missed."""
        return any(row[HEADER.index("met")] == "NO" for row in self.rows)

    def text(self):
        rows = [HEADER] + self.rows
        widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
        lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
        rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
        return "\n".join([lines[0], rule] + lines[1:])

    def _cell(self, what, who):
        if not self.times.has(what, who):
            return "-"
        return f"{self._number(self.times.median(what, who))} ({self._number(self.times.minimum(what, who))})"

    @staticmethod
    def _number(milliseconds):
        return f"{milliseconds:.1f}" if milliseconds < 100 else f"{milliseconds:.0f}"

    @staticmethod
    def _ratio(ratio):
        if ratio is None:
            return "-"
        return f"{ratio:.2f}" if ratio >= 0.1 else f"1/{1 / ratio:.0f}"

    @staticmethod
    def _verdict(value, bound):
        return "-" if value is None else "yes" if value <= bound else "NO"
