#!/usr/bin/python3
"""Closed-loop load over explain_many, as JSON, for the benchmark of clients: load.py ADDRESS PHOTO IN_FLIGHT SECONDS"""

import itertools
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "src"))

import gradcam

address, photo, in_flight, seconds = sys.argv[1:]
data = Path(photo).read_bytes()
start = time.monotonic()


def ended() -> bool:
    return time.monotonic() - start >= float(seconds)


with gradcam.Client(address) as client:
    photos = itertools.takewhile(lambda _: not ended(), itertools.repeat(data))
    succeeded = sum(result.error is None and not ended() for result in client.explain_many(photos, in_flight=int(in_flight), ordered=False))
print(json.dumps({"succeeded_per_s": succeeded / float(seconds)}))
