//! Measured, not asserted: `cargo run --release -p snapshot --example write_speed` prints how long writing and asking take.

#[path = "../tests/it/county.rs"]
#[allow(dead_code, reason = "the made-up county serves more tests than this measurement")]
mod county;

use std::time::Instant;

use facts::Value;
use snapshot::{Aggregate, SnapshotWriter, StockQuery};

use county::*;

fn main() {
    write_two_hundred_thousand_pupils();
    ask_sixty_stocks_of_a_county();
}

fn write_two_hundred_thousand_pupils() {
    let (_dir, home) = home();
    let lock = home.lock("甲").unwrap();
    let rows: Vec<Row> = (0..200_000).map(full_pupil).collect();
    for round in 0..3 {
        let start = Instant::now();
        let mut writer = SnapshotWriter::begin(&lock, county(), None).unwrap();
        for row in &rows {
            push(&mut writer, row).unwrap();
        }
        push(&mut writer, &figure("S1", "primary", "books", f64::from(round), 1)).unwrap();
        let pushed = start.elapsed();
        let manifest = writer.finish(finish()).unwrap().manifest().clone();
        println!("200,000 pupils: pushed {pushed:?}, published {:?}", start.elapsed());
        let start = Instant::now();
        home.snapshot(manifest.id.as_str()).unwrap().verify().unwrap();
        println!("verified in {:?}", start.elapsed());
    }
}

fn ask_sixty_stocks_of_a_county() {
    let (_dir, home) = home();
    let mut rows: Vec<Row> = (0..45_000).map(full_pupil).collect();
    let items: Vec<String> = (0..45).map(|n| format!("item_{n}")).collect();
    for school in 0..80 {
        let school = format!("21530000{school:02}");
        for (n, item) in (0..).zip(&items) {
            rows.push(figure(&school, "primary", item, f64::from(n), n));
            rows.push(figure(&school, "junior", item, f64::from(n), n));
        }
        for n in 0..12 {
            rows.push(class(&school, "primary", i64::from(n % 6) + 1, &format!("{n}班"), Value::Integer(45), n));
        }
    }
    let manifest = publish_new(&home.lock("甲").unwrap(), None, &rows);
    let filters: Vec<String> = items.iter().map(|item| format!("item = '{item}'")).collect();
    let mut queries: Vec<StockQuery<'_>> =
        filters.iter().map(|filter| query("school_figures", filter, Aggregate::Sum("value"))).collect();
    for filter in ["size > 45", "size > 50", "size <= 25", "kind = 'ordinary'"] {
        queries.push(query("classes", filter, Aggregate::CountRows));
    }
    queries.push(query("classes", "", Aggregate::Max("size")));
    for filter in ["status = 'enrolled'", "boarding = 1", "migrant = 1 and status = 'enrolled'", "disability is not null"] {
        queries.push(query("students", filter, Aggregate::CountRows));
    }
    for _ in 0..5 {
        let start = Instant::now();
        let snapshot = home.snapshot(manifest.id.as_str()).unwrap();
        let opened = start.elapsed();
        snapshot.stocks(&queries[..50]).unwrap();
        let without_pupils = start.elapsed();
        snapshot.stocks(&queries[50..]).unwrap();
        let all = start.elapsed();
        snapshot.schools(year().statistics_date()).unwrap();
        snapshot.registers(year()).unwrap();
        println!(
            "opened {opened:?}, {} stocks {without_pupils:?}, with pupils {all:?}, registers {:?}",
            queries.len(),
            start.elapsed()
        );
    }
}

fn full_pupil(n: u32) -> Row {
    let school = format!("21530000{:02}", n / 563 % 80);
    let mut row = pupil(&school, n, Value::Integer(i64::from(n.is_multiple_of(3))));
    let mut set = |name: &str, value: Value| row.values[table("students").position(name).unwrap()] = value;
    set("citizen_id", Value::text(format!("53000020150301{:04}", n % 10_000)));
    set("residence", Value::text("某省某市某县某镇"));
    set("address", Value::text(format!("某镇某村{n}号")));
    set("guardian", Value::text("家长"));
    set("phone", Value::text(format!("139{n:08}")));
    set("sex", Value::text(if n.is_multiple_of(2) { "1" } else { "2" }));
    set("ethnicity", Value::text("01"));
    set("left_behind", Value::Integer(0));
    set("migrant", Value::Integer(i64::from(n.is_multiple_of(7))));
    row
}
