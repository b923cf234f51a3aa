"""Work whose imports this process shall not keep: the supervisor stays small."""

import os
import pickle
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn, TypeVar

T = TypeVar("T")


def apart(work: Callable[[], T]) -> T:
    """``work``'s result, computed in a child, so that this process keeps none of what it imports.

    Raises what ``work`` raises. Only for a process without threads.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        _work(work, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(pid, 0)
    if not answer:
        raise ValueError("interrupted, or broken: the lines above say why")
    good, value = pickle.loads(answer)  # noqa: S301 (see above)
    if not good:
        raise value
    result: T = value
    return result


def _work(work: Callable[[], object], writing: int) -> NoReturn:
    """In the child: whatever happens, it ends here, and never goes on with what the parent does."""
    try:
        try:
            outcome: tuple[bool, object] = (True, work())
        except (ValueError, OSError) as error:
            outcome = (False, ValueError(str(error)))
        with os.fdopen(writing, "wb") as pipe:
            # Our own child's words: nothing an attacker can reach.
            pipe.write(pickle.dumps(outcome))
    except KeyboardInterrupt:
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(0)
