"""The ingestion service: ``python -m nameplate_ingestion --settings DIR --keys DIR --data DIR``."""

import sys

from nameplate_ingestion.run_command import main

if __name__ == "__main__":
    sys.exit(main())
