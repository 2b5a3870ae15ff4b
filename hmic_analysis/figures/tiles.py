"""The tile map's layout: each of the 43 forces on a grid roughly where it lies, every tile of one size.

Size on a map says nothing about a force's work; on this grid the City of London is seen as well as Dyfed-Powys.  The
places are this project's own choice.
"""

from __future__ import annotations

from typing import NamedTuple


class Tile(NamedTuple):
    """Column from the west and row from the north, both from 0, and the short code that is printed."""

    column: int
    row: int
    code: str


#: By slug.
TILES = {
    "northumbria": Tile(3, 0, "NBR"),
    "cumbria": Tile(2, 1, "CUM"),
    "durham": Tile(3, 1, "DUR"),
    "cleveland": Tile(4, 1, "CLE"),
    "lancashire": Tile(2, 2, "LAN"),
    "north-yorkshire": Tile(3, 2, "NYO"),
    "humberside": Tile(4, 2, "HUM"),
    "merseyside": Tile(1, 3, "MER"),
    "greater-manchester": Tile(2, 3, "GMP"),
    "west-yorkshire": Tile(3, 3, "WYO"),
    "south-yorkshire": Tile(4, 3, "SYO"),
    "north-wales": Tile(0, 4, "NWA"),
    "cheshire": Tile(1, 4, "CHE"),
    "staffordshire": Tile(2, 4, "STA"),
    "derbyshire": Tile(3, 4, "DER"),
    "nottinghamshire": Tile(4, 4, "NOT"),
    "lincolnshire": Tile(5, 4, "LIN"),
    "dyfed-powys": Tile(0, 5, "DPO"),
    "west-mercia": Tile(1, 5, "WME"),
    "west-midlands": Tile(2, 5, "WMI"),
    "leicestershire": Tile(3, 5, "LEI"),
    "northamptonshire": Tile(4, 5, "NTH"),
    "cambridgeshire": Tile(5, 5, "CAM"),
    "norfolk": Tile(6, 5, "NOR"),
    "south-wales": Tile(0, 6, "SWA"),
    "gwent": Tile(1, 6, "GWE"),
    "gloucestershire": Tile(2, 6, "GLO"),
    "warwickshire": Tile(3, 6, "WAR"),
    "bedfordshire": Tile(4, 6, "BED"),
    "hertfordshire": Tile(5, 6, "HER"),
    "suffolk": Tile(6, 6, "SUF"),
    "avon-and-somerset": Tile(1, 7, "AVS"),
    "wiltshire": Tile(2, 7, "WIL"),
    "thames-valley": Tile(3, 7, "THV"),
    "metropolitan": Tile(4, 7, "MET"),
    "city-of-london": Tile(5, 7, "COL"),
    "essex": Tile(6, 7, "ESS"),
    "devon-and-cornwall": Tile(1, 8, "DCO"),
    "dorset": Tile(2, 8, "DOR"),
    "hampshire": Tile(3, 8, "HAM"),
    "surrey": Tile(4, 8, "SUR"),
    "kent": Tile(5, 8, "KEN"),
    "sussex": Tile(4, 9, "SUS"),
}
COLUMNS = 1 + max(tile.column for tile in TILES.values())
ROWS = 1 + max(tile.row for tile in TILES.values())
