"""Medians and confidence intervals of what was measured in rounds."""

import random
import statistics

RESAMPLES = 1000
CONFIDENCE = 0.95


def median(rounds):
    """rounds: for each round, the values measured in it."""
    return statistics.median(value for values in rounds for value in values)


class Interval:
    """How many times longer `slow` took than `fast`: the ratio of the medians, and the bounds within which
    it lies with 95% confidence, by the bootstrap.

    A resample draws rounds, and within each drawn round its values, for each on its own (a hierarchical
    bootstrap; Davison and Hinkley, Bootstrap Methods and their Application, 1997, 3.8). If both were measured
    in as many rounds, next to one another, the rounds drawn are the same for both."""

    def __init__(self, slow, fast, seed=1):
        self.ratio = median(slow) / median(fast)
        draw = random.Random(seed)
        slow_rounds = range(len(slow))
        ratios = []
        for _ in range(RESAMPLES):
            chosen = draw.choices(slow_rounds, k=len(slow))
            also = chosen if len(fast) == len(slow) else draw.choices(range(len(fast)), k=len(fast))
            ratios.append(median([draw.choices(slow[i], k=len(slow[i])) for i in chosen]) /
                          median([draw.choices(fast[i], k=len(fast[i])) for i in also]))
        ratios.sort()
        tail = (1 - CONFIDENCE) / 2
        self.low = ratios[int(tail * (RESAMPLES - 1))]
        self.high = ratios[int((1 - tail) * (RESAMPLES - 1) + 0.5)]

    def __str__(self):
        return f"{self.ratio:.2f} ({self.low:.2f}-{self.high:.2f})"
