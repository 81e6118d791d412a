#!/usr/bin/python3
"""Closed-loop load over explain_many, as JSON, for the benchmark of clients: explain_many_load.py ADDRESS PHOTO IN_FLIGHT SECONDS

As of the other clients, the first second is not counted.
"""

import itertools
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "src"))

import gradcam

address, photo, in_flight, seconds = sys.argv[1:]
data = Path(photo).read_bytes()
start = time.monotonic() + 1
end = start + float(seconds)

with gradcam.Client(address) as client:
    photos = itertools.takewhile(lambda _: time.monotonic() < end, itertools.repeat(data))
    results = client.explain_many(photos, in_flight=int(in_flight), ordered=False)
    succeeded = sum(result.error is None and start <= time.monotonic() < end for result in results)
print(json.dumps({"succeeded_per_s": succeeded / float(seconds)}))
