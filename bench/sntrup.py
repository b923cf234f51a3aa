"""Server CPU for one sntrup761 encapsulation. Prints one JSON line."""

import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from samovar.sensors.ssh.sntrup import PUBLIC_BYTES, encapsulate

ROUNDS = 500
key = os.urandom(PUBLIC_BYTES)
encapsulate(key)
began = time.process_time()
for _ in range(ROUNDS):
    encapsulate(key)
print(
    json.dumps({"bench": "sntrup761", "encapsulation_cpu_ms": round((time.process_time() - began) * 1000 / ROUNDS, 3)})
)
