"""Seven indicators in two stages, six of seven, and fourteen coefficients of variation, hand-written in SQL for DuckDB."""

import duckdb

import standard as s
from answer import Clock, arguments


def total(items, stage="stage"):
    return f"coalesce(sum(value) FILTER (item IN ({', '.join(map(repr, items))})), 0)"


def one(item):
    return f"sum(value) FILTER (item = '{item}')"


WEIGHTS = ", ".join(f"('{kind}', '{stage}', {weight})" for kind, weights in s.WEIGHTS.items() for stage, weight in weights.items())
LEAST = ", ".join(f"('{stage}', {', '.join(str(least[at]) for least in s.THRESHOLDS.values())})" for at, stage in enumerate(s.STAGES))
LEAST_NAMES = ", ".join(f"least_{at}" for at in range(len(s.INDICATORS)))
MET = " + ".join(f"({name} >= least_{at})::INT" for at, name in enumerate(s.INDICATORS))
FLOORS = " AND ".join(f"{name} >= {s.FLOOR} * least_{at}" for at, name in enumerate(s.INDICATORS))

UNITS = f"""
WITH weights(kind, stage, weight) AS (VALUES {WEIGHTS}),
least(stage, {LEAST_NAMES}) AS (VALUES {LEAST}),
places AS (
    SELECT county, school, any_value(kind) AS kind, any_value(urban_rural) AS urban_rural, stage,
        {one('pupils')} AS pupils,
        CASE stage WHEN 'primary' THEN {total(s.ABOVE['primary'])} ELSE {total(s.ABOVE['junior'])} END AS above,
        {one('teachers_backbone')} AS backbone, {total(s.PE_ART)} AS pe_art, {total(['teachers_pe_art_shared'])} AS shared,
        {', '.join(f'{one(item)} AS {item}' for item in s.SPLIT)}
    FROM figures GROUP BY county, school, stage
),
schools AS (
    SELECT school, {', '.join(f"any_value({item}) FILTER (stage = 'whole') AS whole_{item}" for item in s.SPLIT)},
        coalesce(sum(pupils) FILTER (stage IN ('primary', 'junior')), 0) AS compulsory,
        sum(weight * coalesce(pupils, 0)) AS weighted
    FROM places LEFT JOIN weights USING (kind, stage) GROUP BY school
),
stocks AS (
    SELECT county, school, stage, pupils, above, backbone,
        pe_art + CASE WHEN urban_rural IN {s.RURAL} AND kind IN {s.SHARED_KINDS} AND compulsory >= {s.POINT_PUPILS_MIN}
            AND compulsory < {s.SMALL_RURAL_MAX} THEN shared ELSE 0 END AS pe_art,
        {', '.join(f'coalesce({item}, whole_{item} * weight * pupils / weighted) AS {item}' for item in s.SPLIT)}
    FROM places JOIN schools USING (school) JOIN weights USING (kind, stage)
    WHERE stage IN ('primary', 'junior') AND pupils > 0 AND
        (kind IN {s.KINDS} OR kind = '218' AND compulsory >= {s.POINT_PUPILS_MIN} OR kind = '342' AND compulsory > 0)
),
ratios AS (
    SELECT county, school, stage, pupils,
        100 * above / pupils AS above_qualified_per_100, 100 * backbone / pupils AS backbone_per_100, 100 * pe_art / pupils AS pe_art_per_100,
        (teaching_area - indoor_sports_area) / pupils AS teaching_area_per_pupil,
        (sports_field_area + indoor_sports_area) / pupils AS sports_area_per_pupil,
        equipment_value / pupils AS equipment_per_pupil, 100 * multimedia_rooms / pupils AS multimedia_per_100
    FROM stocks
)
SELECT county, school, stage, pupils, {', '.join(s.INDICATORS)}, {MET} AS met, ({MET}) >= {s.MET_MIN} AND {FLOORS} AS reaches
FROM ratios JOIN least USING (stage)
"""

MEANS = ", ".join(f"sum(pupils * {name}) / sum(pupils) AS mean_{name}" for name in s.INDICATORS)
CVS = ", ".join(f"sqrt(sum(pupils * ({name} - mean_{name}) ** 2) / sum(pupils)) / any_value(mean_{name})" for name in s.INDICATORS)
COUNTIES = f"""
WITH means AS (SELECT county, stage, {MEANS} FROM units GROUP BY county, stage)
SELECT county, stage, {CVS} FROM units JOIN means USING (county, stage) GROUP BY county, stage ORDER BY county, stage
"""


def main():
    words = arguments("--threads")
    clock = Clock()
    base = duckdb.connect()
    if words.threads:
        base.execute(f"SET threads = {int(words.threads)}")
    base.execute(f"CREATE VIEW figures AS SELECT * FROM read_parquet({words.files!r})")
    base.execute(f"CREATE TABLE units AS {UNITS}")
    clock.step("schools")
    counties = {}
    for county, stage, *cvs in base.execute(COUNTIES).fetchall():
        counties.setdefault(county, {"cv": {}, "schools": {}})["cv"][stage] = dict(zip(s.INDICATORS, cvs))
    clock.step("county")
    for county, school, stage, _, *values, met, reaches in base.execute("SELECT * FROM units").fetchall():
        counties[county]["schools"].setdefault(school, {})[stage] = {"values": values, "met": met, "reaches": reaches}
    clock.give(words.out, counties)


main()
