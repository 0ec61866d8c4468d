"""Command line options with numbers as values."""

import argparse


def parse_options(description: str | None, **options: tuple[float, str]) -> argparse.Namespace:
    """Parse numeric options; each is a default value and a help text.

    The type of the default value is the type of the option.
    """
    parser = argparse.ArgumentParser(description=description)
    for name, (default, text) in options.items():
        parser.add_argument(f"--{name}", type=type(default), default=default, help=text)
    return parser.parse_args()
