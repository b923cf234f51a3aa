"""The page and its API: Starlette over the store's questions. No SQL here, and nothing of a sensor."""
