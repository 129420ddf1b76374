"""The command line: parse, call one public function, print.

Nothing heavy is imported before a command runs, so `--help` and a typing error answer at once.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence

from builder.cli.parser import Group, Invocation, build_parser
from builder.errors import BuilderError

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None, groups: Sequence[Group] | None = None) -> int:
    """Entry point of `dive-builder`. Returns the exit code: see the end of `dive-builder --help`.

    `groups` add the verbs; by default all that there are.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    parsed = build_parser(groups=groups).parse_args(words, namespace=Invocation())
    parsed.words = words
    try:
        return int(parsed.run(parsed))
    except BuilderError as error:
        print(f"dive-builder: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # The reader (`head`, a pager) has seen enough. Nothing may be flushed into the closed pipe at exit.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"dive-builder: {where}{error.strerror or error} (check path, rights and space)", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"dive-builder: interrupted. Go on with: {parsed.resume}", file=sys.stderr)
        return INTERRUPTED
