"""Turns school-figures CSV files into one Parquet file a county, the form in which the peers like their data. Not timed."""

import csv
import pathlib
import sys
import tomllib

import pyarrow as pa
import pyarrow.parquet as pq

STAGES = {"": "whole", "全校": "whole", "小学": "primary", "初中": "junior", "普通初中": "junior", "高中": "senior", "普通高中": "senior"}
KINDS = {"小学": "211", "小学教学点": "218", "教学点": "218", "初级中学": "311", "九年一贯制学校": "312", "完全中学": "341", "高级中学": "342", "十二年一贯制学校": "345"}
FACTORS = {"万元": 10_000.0}


def main(items_folder, out, files):
    items = {}
    for path in sorted(pathlib.Path(items_folder).glob("*.toml")):
        for item in tomllib.loads(path.read_text(encoding="utf-8")).get("item", []):
            names = [item["id"], item["title"], *item.get("aliases", [])]
            items.update((name, item["id"]) for name in names if isinstance(name, str))
    pathlib.Path(out).mkdir(parents=True, exist_ok=True)
    for county, path in enumerate(sorted(files)):
        columns = {name: [] for name in ("county", "school", "kind", "urban_rural", "stage", "item", "value")}
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            head = next(row for row in rows if "学校标识码" in row)
            seen = set()
            for row in (dict(zip(head, row)) for row in rows):
                place = (row["学校标识码"], STAGES.get(row["学段"], row["学段"]))
                about = (f"{county:03}", row["学校标识码"], KINDS.get(row["办学类型"], row["办学类型"]), row["城乡"])
                # Every row tells the pupils of its stage; once is enough.
                if row["在校生数"] and place not in seen and place[1] != "whole":
                    seen.add(place)
                    add(columns, about, place[1], "pupils", float(row["在校生数"]))
                item = items.get(row["项目"], row["项目"])
                if item and item != "pupils" and row["数值"]:
                    add(columns, about, place[1], item, float(row["数值"]) * FACTORS.get(row["单位"], 1.0))
        pq.write_table(pa.table(columns), f"{out}/{county:03}.parquet")


def add(columns, about, stage, item, value):
    for name, cell in zip(columns, (*about, stage, item, value)):
        columns[name].append(cell)


main(sys.argv[1], sys.argv[2], sys.argv[3:])
