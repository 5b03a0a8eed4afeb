"""How benchmark results are kept and shown."""

import json
import math
import sys
from collections import namedtuple

# name: as in the project's bars; value: a number; unit: "" for a truth value (1 or 0).
Result = namedtuple("Result", "name value unit note")


def say(text):
    """Prints one line at once, so that a long run shows where it is."""
    print(text, flush=True)


def geometric_mean(values):
    """The n-th root of the product; all values > 0."""
    return math.exp(sum(map(math.log, values)) / len(values))


def show(results):
    """Prints the results as a table."""
    width = max((len(result.name) for result in results), default=0)
    say("")
    for result in results:
        value = f"{result.value:.3f}" if isinstance(result.value, float) else str(result.value)
        say(f"{result.name:<{width}} {value:>12} {result.unit:<6} {result.note}")


def save(results, path):
    """Writes the results as a JSON list of {"name", "value", "unit", "note"}; the directory must exist."""
    rows = [result._asdict() for result in results]
    for row in rows:
        if isinstance(row["value"], float):
            row["value"] = round(row["value"], 4)
    try:
        with open(path, "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=1)
            file.write("\n")
    except OSError as error:
        sys.exit(f"bench: {error}")
