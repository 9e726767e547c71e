#!/usr/bin/env python3
"""Splink on two registers: prepare (cleaned columns, pinyin; not timed), then link (timed by the caller)."""

import re
import sys
import unicodedata

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
DOTS = re.compile(r"[·•.．・‧\s　]")


def prepare(path, out):
    import pandas
    from pypinyin import lazy_pinyin

    rows = pandas.read_csv(path, dtype=str).rename(
        columns={"编号": "id", "姓名": "name", "性别": "sex", "出生日期": "dob", "身份证号": "id_no", "监护人电话": "phone", "县": "county", "乡镇": "town", "村": "village", "小组": "grp", "监护人姓名": "guardian"}
    )
    # From here on plain lists: a column of a frame would turn None into a number that is none.
    rows = {head: [word if isinstance(word, str) else None for word in rows[head]] for head in rows}
    plain = lambda word: DOTS.sub("", unicodedata.normalize("NFKC", word)) if word else None
    rows["name"] = [plain(word) for word in rows["name"]]
    rows["guardian"] = [plain(word) for word in rows["guardian"]]
    rows["village"] = [re.sub("村委会|村民委员会", "村", word) if word else None for word in rows["village"]]
    rows["grp"] = ["".join(re.findall(r"\d+", word)) if word else None for word in rows["grp"]]
    rows["dob"] = [word.replace("-", "") if word else None for word in rows["dob"]]
    rows["id_no"] = [word.upper() if word else None for word in rows["id_no"]]
    sounds = [lazy_pinyin(word) for word in rows["name"]]
    rows["name_py"] = ["".join(sound).lower() for sound in sounds]
    rows["surname"] = [word[:1] for word in rows["name"]]
    rows["surname_py"] = [sound[0] for sound in sounds]
    rows["byear"] = [word[:4] if word else None for word in rows["dob"]]
    rows["id_ok"] = [valid(word) for word in rows["id_no"]]
    rows["id_tail"] = [word[-6:] if word else None for word in rows["id_no"]]
    pandas.DataFrame(rows).to_parquet(out)


def valid(number):
    if not number or len(number) != 18 or not number[:17].isdigit():
        return False
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS)) % 11] == number[17]


def link(left, right, out, model):
    import duckdb
    import splink.comparison_level_library as level
    import splink.comparison_library as compare
    from splink import DuckDBAPI, SettingsCreator, block_on
    from splink_versions import linker_of

    connection = duckdb.connect()
    names = ["a"] if right == "-" else ["a", "b"]
    for name, path in zip(names, (left, right)):
        connection.execute(f"create table {name} as select * from '{path}'")
    keys = [("id_no",), ("name", "dob"), ("name_py", "town"), ("dob", "village"), ("phone",), ("dob", "surname_py", "county"), ("name", "village"), ("guardian", "dob"), ("id_tail", "byear")]
    custom = lambda sql, label: level.CustomLevel(sql, label_for_charts=label)
    if model == "docs":
        comparisons = [
            compare.NameComparison("name").configure(term_frequency_adjustments=True),
            compare.DateOfBirthComparison("dob", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True),
            compare.DamerauLevenshteinAtThresholds("id_no", [1, 2]),
            compare.ExactMatch("sex"),
            *[compare.ExactMatch(column).configure(term_frequency_adjustments=True) for column in ("phone", "village", "guardian")],
        ]
    else:
        village, guardian, phone = "(town_l=town_r and village_l=village_r)", "(guardian_l=guardian_r)", "(phone_l=phone_r)"
        holds = lambda sql: f"coalesce({sql},false)"
        comparisons = [
            compare.CustomComparison(output_column_name="name", comparison_levels=[
                level.NullLevel("name"), level.ExactMatchLevel("name", term_frequency_adjustments=True),
                level.ExactMatchLevel("name_py", term_frequency_adjustments=True),
                custom("surname_l=surname_r and levenshtein(name_l,name_r)<=1", "surname and one character"),
                custom("length(name_l)>=4 and length(name_r)>=4 and (levenshtein(name_l,name_r)<=2 or starts_with(name_l,name_r) or starts_with(name_r,name_l))", "long and near"),
                custom("levenshtein(name_l,name_r)<=1", "one character"), custom("surname_l=surname_r", "surname"), level.ElseLevel()]),
            compare.CustomComparison(output_column_name="dob", comparison_levels=[
                level.NullLevel("dob"), level.ExactMatchLevel("dob"), level.DamerauLevenshteinLevel("dob", 1),
                custom("abs(datediff('day',try_strptime(dob_l,'%Y%m%d'),try_strptime(dob_r,'%Y%m%d')))<=55", "55 days"),
                level.ExactMatchLevel("byear"), level.ElseLevel()]),
            compare.CustomComparison(output_column_name="id_no", comparison_levels=[
                level.NullLevel("id_no"), level.ExactMatchLevel("id_no"), custom("id_ok_l and id_ok_r", "both valid, differ"),
                level.DamerauLevenshteinLevel("id_no", 1), level.DamerauLevenshteinLevel("id_no", 2), level.ElseLevel()]),
            compare.ExactMatch("sex"),
            compare.CustomComparison(output_column_name="household", comparison_levels=[
                custom("(phone_l is null or phone_r is null) and (guardian_l is null or guardian_r is null) and (village_l is null or village_r is null)", "null").configure(is_null_level=True),
                custom(f"{holds(village)} and {holds(guardian)} and {holds(phone)}", "all"), custom(f"{holds(phone)} and {holds(guardian)}", "phone, guardian"),
                custom(f"{holds(phone)} and {holds(village)}", "phone, village"), custom(f"{holds(guardian)} and {holds(village)}", "guardian, village"),
                custom(phone, "phone"), custom(guardian, "guardian"), custom(f"{village} and grp_l=grp_r", "group"), custom(village, "village"),
                custom("town_l=town_r", "town"), custom("county_l=county_r", "county"), level.ElseLevel()]),
        ]
    settings = SettingsCreator(link_type="dedupe_only" if right == "-" else "link_only", unique_id_column_name="id", comparisons=comparisons, retain_matching_columns=False,
                               retain_intermediate_calculation_columns=False, blocking_rules_to_generate_predictions=[block_on(*key) for key in keys])
    linker = linker_of(DuckDBAPI(connection=connection), names, settings)
    linker.training.estimate_probability_two_random_records_match([block_on("id_no"), block_on("name", "dob", "county")], recall=0.93)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for key in (("dob", "surname_py"), ("id_no",)):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*key), estimate_without_term_frequencies=True)
    pairs = linker.inference.predict(threshold_match_probability=0.001)
    connection.execute(f"copy (select id_l, id_r, match_probability, match_weight from {pairs.physical_name} order by match_weight desc, id_l, id_r) to '{out}' (header)")


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare(*sys.argv[2:4])
    else:
        link(*sys.argv[2:6])
