"""Draws: every random number is a hash of the seed, an entity and a purpose.

The same function exists twice, for Python and as the SQL macro `u`, on the text of an
MD5, so that neither a library's generator nor a database's hash function decides what
the bytes are. What is drawn is in the SQL files.
"""

import hashlib
import math

import duckdb

MACROS = """
create macro u(entity, purpose) as
    ('0x' || md5('{seed}|' || purpose || '|' || entity)[1:13])::bigint
    / 4503599627370496.0;
create macro pick(choices, draw) as
    choices[1 + cast(floor(draw * len(choices)) as integer)];
create macro at_time(day, draw) as
    cast(day as timestamp) + to_seconds(28800 + cast(floor(draw * 36000) as integer));
"""


def uniform(seed: int, entity: str, purpose: str) -> float:
    """A number from [0, 1), the same one as `u(entity, purpose)` in SQL."""
    digest = hashlib.md5(  # a spread of bits, not a secret
        f"{seed}|{purpose}|{entity}".encode(), usedforsecurity=False
    )
    return int(digest.hexdigest()[:13], 16) / 2**52


def poisson(seed: int, entity: str, purpose: str, mean: float) -> int:
    """A Poisson count: counts of a constant intensity must scatter as such."""
    total = 0
    parts = max(1, math.ceil(mean / 30))
    for part in range(parts):
        draw = uniform(seed, f"{entity}|{part}", purpose)
        share = math.exp(-mean / parts)
        reached = share
        count = 0
        while draw >= reached and share > 1e-15:
            count += 1
            share *= mean / parts / count
            reached += share
        total += count
    return total


def create_macros(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    """Define the draws of a seed for the connection."""
    connection.execute(MACROS.format(seed=int(seed))).fetchall()
