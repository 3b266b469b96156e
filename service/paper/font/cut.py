"""Cuts a font for papers: cut.py SOURCE.ttf Unihan_OtherMappings.txt.bz2 OUT beyond.txt"""

import bz2
import gzip
import re
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

source, unihan, out, beyond = sys.argv[1:5]
have = set(TTFont(source).getBestCmap())


def in_gb2312(code):
    try:
        return bool(chr(code).encode("gb2312"))
    except UnicodeEncodeError:
        return False


# kTGH: the table of general standard Chinese characters of 2013.
general = {int(m[1], 16) for m in re.finditer(r"^U\+(\w+)\tkTGH\t", bz2.open(unihan, "rt").read(), re.M)}
signs = set(range(0xA0, 0x100)) | set(range(0x2010, 0x2040))
want = {c for c in have if c > 0xFFFF or c in general or c in signs or in_gb2312(c)}

options = subset.Options()
options.hinting = False
options.layout_features = []
options.name_IDs = ["*"]
options.glyph_names = False
options.notdef_outline = True
options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "STAT", "vhea", "vmtx", "gasp"]
font = TTFont(source, recalcTimestamp=False)
cutter = subset.Subsetter(options)
cutter.populate(unicodes=want)
cutter.subset(font)

# The PDF library names characters by 16 bits: those beyond lie in the private range.
cmap = font.getBestCmap()
far = sorted(c for c in cmap if c > 0xFFFF)
table = next(t for t in font["cmap"].tables if t.format == 4)
table.cmap = {c: g for c, g in cmap.items() if c <= 0xFFFF} | {0xE000 + i: cmap[c] for i, c in enumerate(far)}
table.platformID, table.platEncID, table.language = 3, 1, 0
font["cmap"].tables = [table]
font.save(out + ".ttf")

with open(beyond, "w", encoding="utf-8") as f:
    f.write("".join(map(chr, far)) + "\n")
with open(out + ".ttf", "rb") as f, open(out + ".ttf.gz", "wb") as zipped:
    zipped.write(gzip.compress(f.read(), 9, mtime=0))
print(len(want), "characters,", len(far), "beyond U+FFFF,", len(general - have), "of the national table missing")
