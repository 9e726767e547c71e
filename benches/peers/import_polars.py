"""Import of a pupil roll with polars (fastexcel, that is calamine, for .xlsx): the same work as import_pandas.py."""

import sqlite3

import polars as pl

from answer import Clock, arguments
from roll import BIRTH, CHECK_DIGITS, CITIZEN_ID, GRADE, GRADES, SCHOOL, SEX, STAGE, STAGES, STUDENT_NO, WEIGHTS, digest, encoding_of, head_line


def main():
    words = arguments("--store")
    clock = Clock()
    roll = read(words.files[0])
    clock.step("read")
    ids = pl.col("id")
    roll = (
        roll.lazy()
        .with_columns(pl.all().str.strip_chars())
        .with_columns(
            id=pl.col(CITIZEN_ID).fill_null("").str.to_uppercase(),
            number=pl.col(STUDENT_NO).fill_null("").str.to_uppercase(),
            birth_date=pl.col(BIRTH).str.replace_all(r"\D", "").str.to_date("%Y%m%d", strict=False),
            stage=pl.col(STAGE).replace_strict(STAGES, default=None, return_dtype=pl.String),
            grade=pl.col(GRADE).replace_strict(GRADES, default=None, return_dtype=pl.Int64),
        )
        .with_columns(right=right(ids))
        .with_columns(
            number_right=pl.col("number").str.contains(r"^[GJL][0-9]{17}[0-9X]$")
            & (~pl.col("number").str.starts_with("G") | right(pl.col("number").str.slice(1))),
            agrees=pl.col("birth_date").dt.strftime("%Y%m%d") == ids.str.slice(6, 8),
            male=pl.col(SEX).is_in(["男", "1"]),
            odd=ids.str.slice(16, 1).cast(pl.Int64, strict=False) % 2 == 1,
        )
        .collect()
    )
    clock.step("check and recode")
    counts = roll.select(
        rows=pl.len(),
        ids_faulty=(~pl.col("right")).sum(),
        numbers_faulty=(~pl.col("number_right")).sum(),
        births_faulty=pl.col("birth_date").is_null().sum(),
        births_disagree=(pl.col("right") & ~pl.col("agrees").fill_null(False)).sum(),
        sexes_disagree=(pl.col("right") & (pl.col("male") != pl.col("odd"))).sum(),
        ids_twice=pl.col("right").sum() - ids.filter(pl.col("right")).n_unique(),
        numbers_twice=pl.len() - pl.col("number").n_unique(),
    ).row(0, named=True)
    groups = roll.group_by(SCHOOL, "stage", "grade").len()
    clock.step("count")
    kept = roll.drop("id", "number", "right", "number_right", "agrees", "male", "odd")
    if words.store.endswith(".parquet"):
        kept.write_parquet(words.store)
    else:
        with sqlite3.connect(words.store) as store:
            names = ", ".join(f'"{name}"' for name in kept.columns)
            store.execute(f"CREATE TABLE students ({names})")
            kept = kept.with_columns(pl.col("birth_date").dt.strftime("%Y-%m-%d"))
            store.executemany(f"INSERT INTO students VALUES ({', '.join('?' * len(kept.columns))})", kept.iter_rows())
    clock.step("write")
    clock.give(words.out, {name: int(n) for name, n in counts.items()} | {"groups": digest(groups.iter_rows())})


def read(path):
    if path.endswith(".csv"):
        encoding = encoding_of(path)
        # UTF-8 is what polars reads by itself; anything else it has Python decode first.
        named = {} if encoding == "utf-8-sig" else {"encoding": encoding}
        return pl.read_csv(path, infer_schema=False, skip_rows=head_line(path, encoding), **named)
    sheet = pl.read_excel(path, engine="calamine", has_header=False, infer_schema_length=0, drop_empty_rows=False)
    head = next(row for row in range(min(20, len(sheet))) if STUDENT_NO in sheet.row(row))
    names = dict(zip(sheet.columns, sheet.row(head)))
    return sheet.slice(head + 1).rename(names)


def right(ids):
    """GB 11643: eighteen characters, a date that exists, and the check digit."""
    total = pl.sum_horizontal(ids.str.slice(at, 1).cast(pl.Int64, strict=False) * weight for at, weight in enumerate(WEIGHTS))
    check = (total % 11).replace_strict(dict(enumerate(CHECK_DIGITS)), default=None, return_dtype=pl.String)
    shaped = ids.str.contains(r"^[0-9]{17}[0-9X]$")
    dated = ids.str.slice(6, 8).str.to_date("%Y%m%d", strict=False).is_not_null()
    return shaped & dated & (ids.str.slice(17, 1) == check).fill_null(False)


main()
