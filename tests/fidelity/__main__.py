"""Compares the emulated shell with a real one.

.venv/bin/python -m tests.fidelity                 # totals, and each difference on the tuned lines
.venv/bin/python -m tests.fidelity -g text -g files       # of some groups
.venv/bin/python -m tests.fidelity --report        # writes docs/fidelity.md
.venv/bin/python -m tests.fidelity --reference     # runs the lines in the real Debian again (root)
.venv/bin/python -m tests.fidelity --cowrie        # runs the lines in Cowrie again (root)
"""

import argparse

from tests.fidelity import compare, corpus, cowrie, reference, report
from tests.fidelity.grade import Grade
from tests.fidelity.result import save


def main() -> None:
    """Do what the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m tests.fidelity", description=__doc__)
    parser.add_argument("--report", action="store_true", help="write docs/fidelity.md")
    parser.add_argument("--reference", action="store_true", help="run the lines in the real Debian")
    parser.add_argument("--cowrie", action="store_true", help="run the lines in Cowrie")
    parser.add_argument("--show-unseen", action="store_true", help="show differences on lines nobody should tune for")
    parser.add_argument("-g", "--group", action="append", help="only these groups")
    given = parser.parse_args()
    every = [line for chosen in corpus.SETS for line in corpus.lines(chosen)]
    if given.reference:
        save(reference.CACHE, reference.place(), reference.run_all(every))
    if given.cowrie:
        cowrie.measure(report.PEER)
    if given.report:
        report.write()
    found = [case for case in compare.cases() if not given.group or case.line.group in given.group]
    for case in found:
        if case.grade != Grade.EXACT and (given.show_unseen or case.line.chosen == "tuned") and not given.report:
            print(f"{case.grade}, {case.line.chosen}/{case.line.group}:\n{case.difference()}")
    print(report.summary(found))


if __name__ == "__main__":
    main()
