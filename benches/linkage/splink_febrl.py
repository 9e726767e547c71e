#!/usr/bin/env python3
"""Splink on the FEBRL sets with the best settings known for them: those of its own febrl4 notebook ("advanced"), and its febrl3 notebook
tuned. `splink_febrl.py 4 A.csv B.csv OUT` or `splink_febrl.py 3 A.csv OUT`."""

import sys


def read(path):
    import pandas

    rows = pandas.read_csv(path, dtype=str, skipinitialspace=True)
    rows.columns = [head.strip() for head in rows.columns]
    rows = {head: [word.strip() or None if isinstance(word, str) else None for word in rows[head]] for head in rows}
    rows["full_name"] = [f"{given}_{last}" if given and last else None for given, last in zip(rows["given_name"], rows["surname"])]
    return pandas.DataFrame({head: pandas.array(words, dtype="string") for head, words in rows.items()})


def main(which, *paths):
    import duckdb
    import splink.comparison_level_library as level
    import splink.comparison_library as compare
    from splink import DuckDBAPI, SettingsCreator, block_on
    from splink_versions import linker_of

    *files, out = paths
    connection = duckdb.connect()
    names = []
    for name, path in zip("ab", files):
        frame = read(path)  # DuckDB sees the frame by its name
        connection.execute(f"create table {name} as select * from frame")
        names.append(name)
    dob = compare.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True)
    tf = lambda comparison: comparison.configure(term_frequency_adjustments=True)
    if which == "4":
        exact = lambda column: level.ExactMatchLevel(column, term_frequency_adjustments=True)
        custom = lambda sql, label: level.CustomLevel(sql, label_for_charts=label)
        crossed = "jaro_winkler_similarity(given_name_l, surname_r) + jaro_winkler_similarity(surname_l, given_name_r)"
        comparisons = [
            compare.CustomComparison(output_column_name="full_name", comparison_levels=[
                custom("(given_name_l is null or given_name_r is null) and (surname_l is null or surname_r is null)", "null").configure(is_null_level=True),
                exact("full_name"), level.JaroWinklerLevel("full_name", 0.9), level.JaroWinklerLevel("full_name", 0.7),
                level.ColumnsReversedLevel("given_name", "surname"), custom(f"{crossed} >= 1.8", "crossed 1.8"), custom(f"{crossed} >= 1.4", "crossed 1.4"),
                exact("given_name"), exact("surname"), custom("given_name_l = surname_r or surname_l = given_name_r", "one crossed"),
                level.JaroWinklerLevel("given_name", 0.9), level.JaroWinklerLevel("surname", 0.9), level.ElseLevel()]),
            dob,
            tf(compare.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2])), tf(compare.DamerauLevenshteinAtThresholds("street_number", [1])),
            tf(compare.DamerauLevenshteinAtThresholds("postcode", [1, 2]))]
        keys = [block_on("given_name", "surname"), "l.given_name = r.surname and l.surname = r.given_name", block_on("date_of_birth"), block_on("soc_sec_id"),
                block_on("state", "address_1"), block_on("street_number", "address_1"), block_on("postcode")]
        sure, recall, kind = [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")], 0.8, "link_only"
    else:
        comparisons = [tf(compare.NameComparison("given_name")), tf(compare.NameComparison("surname")), dob,
                       compare.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]), tf(compare.ExactMatch("street_number")),
                       tf(compare.DamerauLevenshteinAtThresholds("postcode", [1, 2])), tf(compare.JaroWinklerAtThresholds("address_1", [0.9, 0.8]))]
        keys = [block_on("soc_sec_id"), block_on("given_name"), block_on("surname"), block_on("date_of_birth"), block_on("postcode")]
        sure = [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth"),
                "l.given_name = r.surname and l.surname = r.given_name and l.date_of_birth = r.date_of_birth"]
        recall, kind = 0.9, "dedupe_only"
    settings = SettingsCreator(link_type=kind, unique_id_column_name="rec_id", comparisons=comparisons, blocking_rules_to_generate_predictions=keys)
    linker = linker_of(DuckDBAPI(connection=connection), names, settings)
    linker.training.estimate_probability_two_random_records_match(sure, recall=recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for key in ("date_of_birth", "postcode"):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(key), estimate_without_term_frequencies=True)
    pairs = linker.inference.predict(threshold_match_probability=0.001)
    connection.execute(f"copy (select rec_id_l, rec_id_r, match_probability, match_weight from {pairs.physical_name} order by match_weight desc, rec_id_l, rec_id_r) to '{out}' (header)")


if __name__ == "__main__":
    main(*sys.argv[1:])
