//! The files read back with another reader, against the truth that stands beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use calamine::{Data, Range, Reader, Xls, Xlsx};
use facts::{CitizenId, SchoolCode, SchoolCodeKind, StudentNo};
use sample::{SchoolTruth, Size, Truth, YearTruth, write};

/// Every file below a folder, with its bytes.
fn all_files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let bytes = fs::read(&path).expect("a file");
                files.insert(path.strip_prefix(folder).expect("below the folder").to_path_buf(), bytes);
            }
        }
    }
    files
}

fn written(seed: u64, size: Size) -> (tempfile::TempDir, Truth) {
    let folder = tempfile::tempdir().expect("a folder");
    let truth = write(folder.path(), seed, size).expect("a sample");
    (folder, truth)
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let (first, truth) = written(5, Size::Townships);
    let (second, _) = written(5, Size::Townships);
    let (other, _) = written(6, Size::Townships);
    let files = all_files(first.path());
    assert!(files == all_files(second.path()));
    assert!(files != all_files(other.path()));
    assert_eq!(truth.relapse.sizes.len(), 0, "the school of the relapse lies in town");
    for file in truth.files.iter().map(|file| &file.path) {
        assert!(files.contains_key(Path::new(file)), "{file}");
    }
    for mess in truth.messy {
        assert!(first.path().join(&mess.file).exists(), "{}", mess.file);
    }
}

type Book = BTreeMap<String, Range<Data>>;

fn book(bytes: Vec<u8>) -> Book {
    fn sheets<R: Reader<Cursor<Vec<u8>>>>(mut book: R) -> Book {
        let names = book.sheet_names();
        names.into_iter().map(|name| (name.clone(), book.worksheet_range(&name).expect("a sheet"))).collect()
    }
    if bytes.starts_with(b"PK") {
        sheets(Xlsx::new(Cursor::new(bytes)).expect("an .xlsx file"))
    } else {
        sheets(Xls::new(Cursor::new(bytes)).expect("an .xls file"))
    }
}

/// The number in a cell of the sheet whose name begins with `code`.
fn number(book: &Book, code: &str, row: u32, column: char) -> Option<f64> {
    let (_, range) = book.iter().find(|(name, _)| name.starts_with(code))?;
    match range.get_value((row - 1, column as u32 - 'A' as u32))? {
        Data::Float(number) => Some(*number),
        Data::Int(number) => Some(*number as f64),
        _ => None,
    }
}

/// Where the statistics have an item: stage, item, sheet, row, column and the factor to the base unit.
const CELLS: &[(&str, &str, &str, u32, char, f64)] = &[
    ("primary", "pupils", "教基3112", 6, 'I', 1.0),
    ("primary", "classes", "教基2106", 5, 'C', 1.0),
    ("primary", "full_time_teachers", "教基4155", 6, 'C', 1.0),
    ("primary", "teachers_associate", "教基4155", 12, 'C', 1.0),
    ("primary", "teachers_pe", "教基4155", 6, 'L', 1.0),
    ("primary", "teachers_music", "教基4155", 6, 'N', 1.0),
    ("primary", "teachers_fine_art", "教基4155", 6, 'O', 1.0),
    ("primary", "teachers_rank_middle", "教基4153", 10, 'D', 1.0),
    ("junior", "pupils", "教基3115", 6, 'E', 1.0),
    ("junior", "classes", "教基2107", 5, 'C', 1.0),
    ("junior", "full_time_teachers", "教基4156", 6, 'C', 1.0),
    ("junior", "teachers_bachelor", "教基4156", 12, 'C', 1.0),
    ("junior", "teachers_pe", "教基4156", 6, 'U', 1.0),
    ("junior", "teachers_music", "教基4156", 6, 'V', 1.0),
    ("junior", "teachers_fine_art", "教基4156", 6, 'W', 1.0),
    ("whole", "staff", "教基4149", 6, 'C', 1.0),
    ("whole", "teaching_area", "教基5170", 10, 'C', 1.0),
    ("whole", "indoor_sports_area", "教基5170", 17, 'C', 1.0),
    ("whole", "sports_field_area", "教基5176", 7, 'D', 1.0),
    ("whole", "books", "教基5176", 12, 'D', 1.0),
    ("whole", "computers", "教基5176", 15, 'D', 1.0),
    ("whole", "multimedia_rooms", "教基5176", 17, 'D', 1.0),
    ("whole", "equipment_value", "教基5176", 19, 'D', 10_000.0),
];

fn check_workbook(bytes: Vec<u8>, school: &SchoolTruth) {
    let book = book(bytes);
    for (stage, item, sheet, row, column, factor) in CELLS {
        let Some(figures) = school.figures.get(stage) else { continue };
        let read = number(&book, sheet, *row, *column).unwrap_or_else(|| panic!("{} {sheet} {column}{row}", school.name));
        assert!((read * factor - figures[item]).abs() < 1e-6, "{} {item}: {read}", school.name);
    }
    // Parts add up to their whole.
    for (sheet, total, first, last) in [("教基5170", 8, 11, 17), ("教基2106", 5, 6, 15), ("教基2107", 5, 6, 15)] {
        let Some(whole) = number(&book, sheet, if sheet == "教基5170" { 10 } else { total }, 'C') else { continue };
        let parts: f64 = (first..=last).filter_map(|row| number(&book, sheet, row, 'C')).sum();
        assert!((whole - parts).abs() < 1e-6, "{} {sheet}: {whole} {parts}", school.name);
    }
}

/// The rows of a list as words, from a CSV in GB18030 or the first sheet of a workbook.
fn rows(bytes: Vec<u8>, name: &str) -> Vec<Vec<String>> {
    if name.ends_with(".csv") {
        let (words, _, wrong) = encoding_rs::GB18030.decode(&bytes);
        assert!(!wrong, "{name}");
        return words.lines().map(|line| line.split(',').map(str::to_string).collect()).collect();
    }
    let book = book(bytes);
    let range = book.values().next().expect("a sheet");
    range.rows().map(|row| row.iter().map(Data::to_string).collect()).collect()
}

/// Counts the rows of a roll by what stands in a column, from below the heads.
fn count(rolls: &[Vec<Vec<String>>], code_column: usize, keep: impl Fn(&[String]) -> bool) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    for row in rolls.iter().flatten() {
        let is_data = row.get(code_column).and_then(|code| SchoolCode::parse(code)).map(|code| code.kind());
        if is_data == Some(SchoolCodeKind::National) && keep(row) {
            *counts.entry(row[code_column].clone()).or_insert(0) += 1;
        }
    }
    counts
}

fn figure(year: &YearTruth, item: &str) -> BTreeMap<String, u32> {
    let sum = |school: &SchoolTruth| {
        let stages = ["primary", "junior"].iter().filter_map(|stage| school.figures.get(stage));
        stages.map(|figures| figures[item]).sum::<f64>() as u32
    };
    year.schools.iter().map(|school| (school.code.clone(), sum(school))).collect()
}

#[test]
fn rolls_and_statistics_agree_with_the_truth() {
    let (folder, truth) = written(1, Size::County);
    let files = all_files(folder.path());
    let size: usize = files.values().map(Vec::len).sum();
    assert!(size < 80_000_000, "{size} bytes");
    for year in &truth.years {
        // What lies in the zip counts as if it lay beside it.
        let mut handed_in: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for (path, bytes) in files.iter().filter(|(path, _)| path.starts_with(&year.year)) {
            let path = path.to_string_lossy();
            if !path.ends_with(".zip") {
                handed_in.insert(path.into_owned(), bytes.clone());
                continue;
            }
            let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
            for n in 0..zip.len() {
                let mut entry = zip.by_index(n).expect("an entry");
                let mut bytes = Vec::new();
                std::io::copy(&mut entry, &mut bytes).expect("its bytes");
                handed_in.insert(entry.name().expect("a name").into_owned(), bytes);
            }
        }
        for school in &year.schools {
            let name = format!("/统计报表/{}.xlsx", school.name);
            let (_, bytes) = handed_in.iter().find(|(path, _)| path.ends_with(&name)).expect("a workbook");
            check_workbook(bytes.clone(), school);
        }
        let rolls_in = |folder: &str| -> Vec<Vec<Vec<String>>> {
            let here = handed_in.iter().filter(|(path, _)| path.contains(folder));
            here.map(|(path, bytes)| rows(bytes.clone(), path)).collect()
        };
        let pupils = rolls_in("/学籍/");
        assert_eq!(count(&pupils, 10, |_| true), figure(year, "pupils"), "{}", year.year);
        assert_eq!(count(&rolls_in("/班级/"), 0, |_| true), figure(year, "classes"));
        let staff = rolls_in("/教职工/");
        let teaches = |row: &[String]| row[7] == "专任教师" && row[9] != "高中";
        assert_eq!(count(&staff, 0, teaches), figure(year, "full_time_teachers"));
        let mut ids = BTreeSet::new();
        for row in pupils.iter().flatten().filter(|row| row.len() > 10 && row[10].len() == 10) {
            assert!(StudentNo::parse(&row[0]).is_some(), "{row:?}");
            if row[6] != "无" {
                let id = CitizenId::parse(&row[6]).expect("a citizen id");
                assert_eq!(id.birth_date().to_string().replace('-', ""), row[3].trim());
                assert!(ids.insert(row[6].clone()), "{row:?} is on two rolls");
            }
        }
        for row in staff.iter().flatten().filter(|row| row[0].len() == 10) {
            CitizenId::parse(&row[4]).expect("a citizen id");
        }
    }
    let sizes: Vec<bool> = truth.relapse.sizes.values().map(|size| *size > 55).collect();
    assert_eq!(sizes, [true, false, true]);
    let pupils: u32 = truth.years[2].pupils.values().sum();
    let teachers: u32 = truth.years[2].full_time_teachers.values().sum();
    assert!((43_000..48_000).contains(&pupils) && (2_900..3_400).contains(&teachers), "{pupils} {teachers}");
}

/// A cell of a row by its head.
fn cell<'a>(heads: &[String], row: &'a [String], head: &str) -> &'a str {
    &row[heads.iter().position(|known| known == head).expect("a head")]
}

#[test]
fn the_timetable_is_wrong_only_where_the_truth_says_so() {
    let (folder, truth) = written(1, Size::Townships);
    let bytes = fs::read(folder.path().join("2025-2026/课程安排.csv")).expect("the timetable");
    let rows = rows(bytes, "课程安排.csv");
    let (heads, rows) = (&rows[1], &rows[2..]);
    let at = |row: &[String]| format!("{} {}", cell(heads, row, "学校标识码"), cell(heads, row, "年级"));
    let lost: Vec<String> =
        rows.iter().filter(|row| cell(heads, row, "周课时") != cell(heads, row, "实际周课时")).map(|row| at(row)).collect();
    let without_subject = ["劳动", "综合实践活动", "地方课程", "校本课程", "班会"];
    let unqualified = rows.iter().filter(|row| {
        let subject = cell(heads, row, "学科");
        cell(heads, row, "教师资格学科") != subject && !without_subject.contains(&subject)
    });
    let unqualified: BTreeSet<String> = unqualified.map(|row| at(row)).collect();
    let code = |kind: &str| truth.timetable.iter().find(|planted| planted.kind == kind).expect("planted").school.clone();
    assert_eq!(lost, [format!("{} 五年级", code("borrowed"))]);
    assert_eq!(unqualified.into_iter().collect::<Vec<_>>(), [format!("{} 四年级", code("unqualified"))]);
    // A week of every class is the plan's, class meetings apart.
    let mut weeks: BTreeMap<String, u32> = BTreeMap::new();
    for row in rows.iter().filter(|row| cell(heads, row, "学科") != "班会") {
        let class = format!("{} {}", at(row), cell(heads, row, "班级"));
        *weeks.entry(class).or_insert(0) += cell(heads, row, "周课时").parse::<u32>().expect("a number");
    }
    for (class, lessons) in weeks {
        let low = class.contains("一年级") || class.contains("二年级");
        let high = ["七年级", "八年级", "九年级"].iter().any(|grade| class.contains(grade));
        assert_eq!(
            lessons,
            if low {
                26
            } else if high {
                34
            } else {
                30
            },
            "{class}"
        );
    }
}

/// The planted cases of money and conditions, counted in the files: who is transferred less than budgeted, who late, which
/// boarding schools are without money for their boarders, who has one guard at a gate.
#[test]
fn money_and_guards_are_short_only_where_the_truth_says_so() {
    let (folder, truth) = written(1, Size::Townships);
    let planted = |item: &str| -> Vec<String> {
        truth.standards.iter().filter(|case| case.item == item).map(|case| case.school.clone()).collect()
    };
    let read = |name: &str| rows(fs::read(folder.path().join("2025-2026").join(name)).expect("a list"), name);
    let money = read("经费.xlsx");
    let national = |row: &&Vec<String>| row[0].len() == 10 && row[0].bytes().all(|byte| byte.is_ascii_digit());
    let lines = || money.iter().filter(national);
    let amount = |words: &str| words.parse::<f64>().expect("an amount");
    let short = lines().filter(|row| amount(&row[5]) < amount(&row[4])).map(|row| row[0].clone());
    assert_eq!(short.collect::<Vec<_>>(), planted("transferred_in_full"));
    let late = lines().filter(|row| row[3] == "公用经费" && !row[7].ends_with("-03-20")).map(|row| row[0].clone());
    assert_eq!(late.collect::<Vec<_>>(), planted("transferred_on_time"));
    let safety = read("学校安全与宿舍.csv");
    let figure = |item: &str| -> BTreeMap<String, f64> {
        let of_item = safety[2..].iter().filter(|row| cell(&safety[1], row, "项目") == item);
        of_item.map(|row| (row[0].clone(), amount(cell(&safety[1], row, "数值")))).collect()
    };
    let boarding = lines().filter(|row| row[3] == "寄宿生公用经费").map(|row| row[0].clone());
    let dormitories: BTreeSet<String> = figure("学生宿舍使用面积").into_keys().collect();
    assert_eq!(boarding.collect::<BTreeSet<_>>(), dormitories);
    let guards = figure("专职保安员数");
    let unguarded = figure("开放的校门数").into_iter().filter(|(school, gates)| guards[school] < 2.0 * gates);
    assert_eq!(unguarded.map(|(school, _)| school).collect::<Vec<_>>(), planted("guards_at_gates"));
}

#[test]
fn a_bench_county_has_as_many_schools_and_pupils_as_asked() {
    for (n_schools, n_pupils) in [(20, 3000), (2200, 30_000)] {
        let folder = tempfile::tempdir().expect("a folder");
        let county = sample::write_bench_county(folder.path(), 3, n_schools, n_pupils, true).expect("a county");
        let again = tempfile::tempdir().expect("a folder");
        sample::write_bench_county(again.path(), 3, n_schools, n_pupils, true).expect("the county again");
        assert!(all_files(folder.path()) == all_files(again.path()));
        let roll = fs::read_to_string(county.pupils.as_ref().expect("a roll was asked for")).expect("the roll");
        assert_eq!(roll.lines().count(), 1 + n_pupils as usize);
        let figures = fs::read_to_string(&county.figures).expect("the figures");
        let schools = figures.lines().skip(1).filter_map(|line| line.split_once(',').map(|(code, _)| code));
        let schools: BTreeSet<&str> = schools.collect();
        assert_eq!(schools.len(), n_schools as usize);
        for line in roll.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            assert!(CitizenId::parse(cells[6]).is_ok() && schools.contains(cells[7]), "{line}");
        }
    }
}
