"""``python -m mbtool``."""

from mbtool.cli import main

if __name__ == "__main__":
    main()
