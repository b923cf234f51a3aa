"""Where else events go, besides the store. Each output is one module and is handed to the pipeline.

An output is ``pipeline.Output``: ``name``; ``send``, which returns when the events are safe there and raises OSError
to be asked again with the same ones; ``close``. Events arrive at least once, in order, enriched.
"""
