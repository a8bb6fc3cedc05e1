"""The command line of this checkout, without an install: ``python tests/lib/run_cli.py translate a.c``."""

import sys
from pathlib import Path

# Run by another folder's interpreter, the folder of this file is the first entry of sys.path.
import checkout

if __name__ == "__main__":
    checkout.bind()
    sys.path.remove(str(Path(__file__).resolve().parent))
    from unseq.cli import main

    sys.argv[0] = "unseq"
    sys.exit(main())
