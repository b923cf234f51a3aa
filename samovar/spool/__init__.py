"""The durable record: append-only segments of JSON lines, and one durable cursor for each reader.

``DIR/000000000001.jsonl`` is a segment: one event a line, in ECS names, so that Filebeat, Vector or
Fluent Bit can ship it unchanged. The highest-numbered segment is being written; the others are sealed:
``.seal`` beside them holds their size, number of events and SHA-256, and all but the newest of them are
compressed to ``.jsonl.zst``. Offsets always count bytes of the plain text.
"""

from samovar.spool.cursor import Batch, Cursor
from samovar.spool.segment import Position, Seal, Segment, listing, verify
from samovar.spool.writer import Spool, SpoolBusy, SpoolConfig

__all__ = [
    "Batch",
    "Cursor",
    "Position",
    "Seal",
    "Segment",
    "Spool",
    "SpoolBusy",
    "SpoolConfig",
    "listing",
    "verify",
]
