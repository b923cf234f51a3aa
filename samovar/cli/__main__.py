"""``python -m samovar.cli``: how the supervisor starts its own processes."""

from samovar.cli.main import main

raise SystemExit(main())
