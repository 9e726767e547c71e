//! A county for measuring: as many schools and pupils as are asked for, in two plain files, written as they are made so
//! that a province needs no more memory than a county.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::person::{self, IdBook, PEOPLES, Sex};
use crate::random::Random;
use crate::rolls::grade_word;

/// What [`write_bench_county`] wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BenchCounty {
    /// A county code of its own for each seed below 1000.
    pub code: String,
    /// School figures in the long form `school-figures`.
    pub figures: PathBuf,
    /// A pupil roll, with a row for every pupil of the figures, if one was asked for.
    pub pupils: Option<PathBuf>,
}

/// Writes `学校数据.csv` and, if `roll` asks for it, `学籍.csv` (UTF-8) of the school year 2025-2026 into `dir`, which is made if it
/// is missing. The figures are the same with and without the roll.
///
/// `schools` (nine thousand at most) and `pupils` are met exactly. Seeds from 0 on give the counties
/// of a province, whose codes, schools and pupils are all different.
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// let folder = tempfile::tempdir()?;
/// let county = sample::write_bench_county(folder.path(), 0, 10, 500, true)?;
/// assert_eq!(std::fs::read_to_string(county.pupils.unwrap())?.lines().count(), 1 + 500);
/// # Ok(())
/// # }
/// ```
pub fn write_bench_county(dir: &Path, seed: u64, schools: u32, pupils: u32, roll: bool) -> io::Result<BenchCounty> {
    std::fs::create_dir_all(dir)?;
    let code = format!("539{:03}", seed % 1000);
    let county = BenchCounty { code, figures: dir.join("学校数据.csv"), pupils: roll.then(|| dir.join("学籍.csv")) };
    let mut figures = BufWriter::new(File::create(&county.figures)?);
    let mut roll = county.pupils.as_ref().map(File::create).transpose()?.map(BufWriter::new);
    figures.write_all("学校标识码,学校名称,办学类型,举办者,城乡,学段,学年,在校生数,项目,数值,单位,区划代码\r\n".as_bytes())?;
    if let Some(roll) = &mut roll {
        roll.write_all(
            "学籍号,姓名,性别,出生日期,民族,身份证件类型,身份证件号,学校标识码,学校名称,学年,学段,年级,班级,就读方式,是否留守儿童,是否进城务工人员随迁子女,学籍状态\r\n"
                .as_bytes(),
        )?;
    }
    let (mut random, mut of_pupils) = (Random::new(seed, &[71]), Random::new(seed, &[72]));
    let mut ids = IdBook::default();
    let plans = plans(&mut random, schools, pupils);
    for (n, plan) in plans.iter().enumerate() {
        let school = BenchSchool {
            // After each thousand schools the first two digits go on, so that every code is another.
            code: format!("{}53{:03}{:03}", if plan.junior > 0 { 31 } else { 21 } + n / 1000, seed % 1000, n % 1000),
            name: format!("{}第{}学校", county.code, n + 1),
            division: county.code.clone(),
            plan,
        };
        school.write_figures(&mut figures, &mut random)?;
        if let Some(roll) = &mut roll {
            school.write_pupils(roll, &mut of_pupils, &mut ids)?;
        }
    }
    figures.flush()?;
    roll.map_or(Ok(()), |mut roll| roll.flush())?;
    Ok(county)
}

struct Plan {
    kind: &'static str,
    urban_rural: &'static str,
    primary: u32,
    junior: u32,
}

/// Divides the pupils among the schools, some large and many small.
fn plans(random: &mut Random, schools: u32, pupils: u32) -> Vec<Plan> {
    let weights: Vec<f64> = (0..schools).map(|_| 0.1 + random.unit().powi(3)).collect();
    let all: f64 = weights.iter().sum();
    let mut left = pupils;
    let mut plans = Vec::new();
    for (n, weight) in weights.iter().enumerate() {
        let last = n + 1 == weights.len();
        let count = if last { left } else { ((f64::from(pupils) * weight / all) as u32).min(left) };
        left -= count;
        let (kind, junior) = match random.below(10) {
            0..6 => ("211", 0),
            6..8 => ("311", count),
            _ => ("312", count * 2 / 5),
        };
        let urban_rural = *random.pick(&["111", "121", "210", "220"]);
        plans.push(Plan { kind, urban_rural, primary: count - junior, junior });
    }
    plans
}

struct BenchSchool<'a> {
    code: String,
    name: String,
    division: String,
    plan: &'a Plan,
}

const YEAR: &str = "2025-2026";

impl BenchSchool<'_> {
    fn write_figures(&self, out: &mut impl Write, random: &mut Random) -> io::Result<()> {
        let Plan { kind, urban_rural, primary, junior } = self.plan;
        let mut line = |stage: &str, pupils: u32, item: &str, value: f64, unit: &str| {
            let BenchSchool { code, name, division, .. } = self;
            let pupils = if stage == "全校" { String::new() } else { pupils.to_string() };
            write!(out, "{code},{name},{kind},公办,{urban_rural},{stage},{YEAR},{pupils},{item},{value},{unit},{division}\r\n")
        };
        for (stage, pupils) in [("小学", *primary), ("初中", *junior)] {
            if pupils == 0 {
                continue;
            }
            let many = f64::from(pupils);
            let teachers = (many / 15.0 * random.around(0.2)).ceil().max(2.0);
            let bachelor = (teachers * 0.7 * random.around(0.2)).floor();
            let associate = ((teachers - bachelor) * 0.9).floor();
            let master = (bachelor * 0.02).floor();
            let middle = (teachers * 0.42 * random.around(0.3)).floor();
            let per = |pupils_each: f64, random: &mut Random, spread: f64| (many / pupils_each * random.around(spread)).round();
            for (item, value, unit) in [
                ("班数", (many / 42.0).ceil(), "班"),
                ("专任教师数", teachers, "人"),
                // A sum over degrees is known only where each is stated, 0 among them.
                ("博士学历专任教师数", 0.0, "人"),
                ("硕士学历专任教师数", master, "人"),
                ("本科学历专任教师数", bachelor - master, "人"),
                ("专科学历专任教师数", associate, "人"),
                ("高中阶段学历专任教师数", teachers - bachelor - associate, "人"),
                ("副高级职称专任教师数", (teachers * 0.12).floor(), "人"),
                ("中级职称专任教师数", middle, "人"),
                ("县级以上骨干教师数", per(100.0, random, 0.6), "人"),
                ("体育与健康专任教师数", per(210.0, random, 0.3), "人"),
                ("音乐专任教师数", per(400.0, random, 0.3), "人"),
                ("美术专任教师数", per(400.0, random, 0.3), "人"),
                ("艺术专任教师数", 0.0, "人"),
                ("持教师资格证专任教师数", teachers, "人"),
            ] {
                line(stage, pupils, item, value, unit)?;
            }
        }
        let many = f64::from(primary + junior);
        for (item, per_pupil, unit) in [
            ("教学及辅助用房面积", 6.0, "平方米"),
            ("室内体育用房面积", 0.3, "平方米"),
            ("运动场地面积", 10.5, "平方米"),
            ("图书册数", 30.0, "册"),
            ("教学用计算机台数", 0.13, "台"),
            ("网络多媒体教室间数", 0.027, "间"),
            ("教学仪器设备资产值", 0.26, "万元"),
        ] {
            let amount = many * per_pupil * random.around(0.4);
            let whole = matches!(unit, "册" | "台" | "间");
            line("全校", 0, item, if whole { amount.round() } else { crate::county::round(amount, 2) }, unit)?;
        }
        Ok(())
    }

    fn write_pupils(&self, out: &mut impl Write, random: &mut Random, ids: &mut IdBook) -> io::Result<()> {
        let BenchSchool { code, name, plan, .. } = self;
        for (stage, pupils, first_grade, n_grades) in [("小学", plan.primary, 1u8, 6u32), ("初中", plan.junior, 7, 3)] {
            for n in 0..pupils {
                let grade = first_grade + (n * n_grades / pupils) as u8;
                let class = n % pupils.div_ceil(n_grades * 42) + 1;
                let sex = if random.chance(0.52) { Sex::Male } else { Sex::Female };
                let birth = person::birth_in_school_year(random, 2025 - 6 - i16::from(grade));
                let people = PEOPLES[if random.chance(0.6) { 0 } else { random.below(PEOPLES.len()) }].0;
                let id = ids.issue(random, birth, sex);
                let pupil = person::name(random, sex, people);
                let (sex, grade) = (sex.word(), grade_word(grade));
                let boards = if random.chance(0.2) { "住校" } else { "走读" };
                let (left_behind, migrant) = (yes(random.chance(0.1)), yes(random.chance(0.05)));
                write!(
                    out,
                    "G{id},{pupil},{sex},{birth},{people},居民身份证,{id},{code},{name},{YEAR},{stage},{grade},{class}班,{boards},{left_behind},{migrant},在读\r\n"
                )?;
            }
        }
        Ok(())
    }
}

fn yes(yes: bool) -> &'static str {
    if yes { "是" } else { "否" }
}
