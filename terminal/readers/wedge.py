"""A reader that types as a keyboard does: a number, then Enter."""
import sys


def cards(options):
    # Not "for line in": that reads ahead of what others ask.
    while line := sys.stdin.readline():
        yield line
