"""Import of a pupil roll with pandas (openpyxl for .xlsx): text ids, dates, check digits, duplicates, a table written."""

import sqlite3

import numpy as np
import pandas as pd

from answer import Clock, arguments
from roll import BIRTH, CHECK_DIGITS, CITIZEN_ID, GRADE, GRADES, SCHOOL, SEX, STAGE, STAGES, STUDENT_NO, WEIGHTS, digest, encoding_of, head_line


def main():
    words = arguments("--store")
    clock = Clock()
    roll = read(words.files[0])
    clock.step("read")
    roll = roll.apply(lambda column: column.str.strip())
    ids = roll[CITIZEN_ID].fillna("").str.upper()
    faulty = ~right(ids)
    birth = pd.to_datetime(roll[BIRTH].str.replace(r"\D", "", regex=True), format="%Y%m%d", errors="coerce")
    disagree = ~faulty & (birth.dt.strftime("%Y%m%d") != ids.str[6:14])
    male = roll[SEX].isin(["男", "1"])
    odd = pd.to_numeric(ids.str[16], errors="coerce") % 2 == 1
    numbers = roll[STUDENT_NO].fillna("").str.upper()
    strange = ~(numbers.str.fullmatch(r"[GJL][0-9]{17}[0-9X]") & (~numbers.str.startswith("G") | right(numbers.str[1:])))
    clock.step("check")
    roll["stage"] = roll[STAGE].map(STAGES)
    roll["grade"] = roll[GRADE].map(GRADES)
    roll["birth_date"] = birth
    groups = roll.groupby([SCHOOL, "stage", "grade"], dropna=False).size()
    clock.step("recode")
    if words.store.endswith(".parquet"):
        roll.to_parquet(words.store, index=False)
    else:
        with sqlite3.connect(words.store) as store:
            roll.to_sql("students", store, index=False, chunksize=10_000)
    clock.step("write")
    clock.give(words.out, {
        "rows": len(roll),
        "ids_faulty": int(faulty.sum()),
        "numbers_faulty": int(strange.sum()),
        "births_faulty": int(birth.isna().sum()),
        "births_disagree": int(disagree.sum()),
        "sexes_disagree": int((~faulty & (male != odd)).sum()),
        "ids_twice": int(ids[~faulty].duplicated().sum()),
        "numbers_twice": int(numbers.duplicated().sum()),
        "groups": digest((school, stage, int(grade), n) for (school, stage, grade), n in groups.items()),
    })


def read(path):
    if path.endswith(".csv"):
        encoding = encoding_of(path)
        return pd.read_csv(path, dtype=str, encoding=encoding, skiprows=head_line(path, encoding), keep_default_na=False, na_values=[""])
    sheet = pd.read_excel(path, header=None, dtype=str, engine="openpyxl", keep_default_na=False, na_values=[""])
    head = next(row for row in range(min(20, len(sheet))) if STUDENT_NO in sheet.iloc[row].values)
    roll = sheet.iloc[head + 1 :].reset_index(drop=True)
    roll.columns = sheet.iloc[head]
    return roll


def right(ids):
    """GB 11643: eighteen characters, a date that exists, and the check digit."""
    shaped = ids.str.fullmatch(r"[0-9]{17}[0-9X]").to_numpy(dtype=bool)
    whole = np.where(shaped, ids.to_numpy(dtype=str), "0" * 18).astype("S18")
    digits = whole.view("S1").reshape(-1, 18)
    sums = (digits[:, :17].view(np.uint8).astype(np.int64) - ord("0")) @ np.array(WEIGHTS)
    check = np.array([letter.encode() for letter in CHECK_DIGITS])[sums % 11]
    dates = pd.to_datetime(ids.str[6:14].where(pd.Series(shaped, index=ids.index)), format="%Y%m%d", errors="coerce")
    return pd.Series(shaped & (digits[:, 17] == check) & dates.notna().to_numpy(), index=ids.index)


main()
