//! The lists of the bureau: divisions, money, rooms.

use facts::Stage;

use crate::county::{County, CountyYear, School, round};
use crate::figures;
use crate::plan::{self, COUNTY_CODE, COUNTY_NAME, PREFECTURE_CODE, PREFECTURE_NAME};
use crate::planted::{PAID_LATE, TRAINS_LITTLE, UNDERPAID};
use crate::random::Random;
use crate::sheet::{Cell, Sheet};

/// The tree of divisions as it stood in a school year.
pub(crate) fn divisions(county: &County, year: &CountyYear) -> Sheet {
    let mut sheet = Sheet::new("区划");
    sheet.push_words([
        "区划代码",
        "上级代码",
        "名称",
        "级别",
        "城乡分类代码",
        "常住人口",
        "经度",
        "纬度",
        "坐标系",
        "有效期起",
        "有效期止",
    ]);
    let last_day = if year.year.start() == plan::LATEST { String::new() } else { year.year.last_day().to_string() };
    let first_day = year.year.statistics_date().to_string();
    let mut line = |code: &str, parent: &str, name: &str, level: &str, class: &str, people: u32, place: Option<(f64, f64)>| {
        let (lon, lat) = place.map_or_else(Default::default, |(lon, lat)| (lon.to_string(), lat.to_string()));
        let people = if people > 0 { people.to_string() } else { String::new() };
        let datum = if lon.is_empty() { "" } else { "CGCS2000" };
        sheet.push_words([code, parent, name, level, class, &people, &lon, &lat, datum, &first_day, &last_day]);
    };
    line("530000", "", "云南省", "省级", "", 0, None);
    line(PREFECTURE_CODE, "530000", PREFECTURE_NAME, "地级", "", 0, None);
    let all = county.townships.iter().map(|town| town.population).sum();
    line(COUNTY_CODE, PREFECTURE_CODE, COUNTY_NAME, "县级", "", all, Some((103.15, 23.36)));
    for town in &county.townships {
        let plan = &plan::TOWNSHIPS[town.index];
        let code = plan::township_code(town.index, year.year.start());
        let name = plan::township_name(town.index, year.year.start());
        let class = plan::township_class(town.index, year.year.start());
        line(code, COUNTY_CODE, name, "乡级", class, town.population, Some((plan.lon, plan.lat)));
        for (n, village) in town.villages.iter().enumerate() {
            // The seat of the township lies in its first village.
            let class = if n == 0 || class == "111" { class } else { "220" };
            let code_of_village = format!("{code}{:03}", n + 1);
            line(&code_of_village, code, &village.name, "村级", class, village.population, Some((village.lon, village.lat)));
        }
    }
    sheet
}

/// 经费: heads in two rows, amounts in 万元.
pub(crate) fn finance(county: &County, year: &CountyYear) -> Sheet {
    let mut random = Random::new(county.seed, &[61, year.year.start() as u64]);
    let mut sheet = Sheet::new("经费");
    sheet.merge((1, 'A'), (1, 'H'), format!("{COUNTY_NAME}义务教育学校经费预算执行情况（{}学年）", year.year));
    for (column, head) in ('A'..).zip(["学校标识码", "学校名称", "学年", "经费项目"]) {
        sheet.merge((2, column), (3, column), head);
    }
    sheet.merge((2, 'E'), (2, 'G'), "金额（万元）");
    for (column, head) in ('E'..).zip(["预算数", "拨付数", "支出数"]) {
        sheet.set(3, column, head);
    }
    sheet.merge((2, 'H'), (3, 'H'), "拨付日期");
    let mut sum = [0.0; 3];
    let mut push = |school: Option<&School>, item: &str, budget: f64, transferred: f64, spent: f64| {
        let words = [school.map_or("", |school| &school.code), school.map_or("", |school| &school.name)];
        let mut row: Vec<Option<Cell>> = words.iter().map(|words| (!words.is_empty()).then(|| (*words).into())).collect();
        row.extend([Some(year.year.id().into()), Some(item.into())]);
        let amounts = [round(budget, 4), round(transferred, 4), round(spent, 4)];
        row.extend(amounts.map(|amount| Some(amount.into())));
        let in_time = school.is_none_or(|school| paid_in_time(year, school));
        row.push(Some(format!("{}-{}", year.year.start() + 1, if in_time { "03-20" } else { "06-25" }).into()));
        sheet.push(row);
        sum.iter_mut().zip(amounts).for_each(|(sum, amount)| *sum += amount);
    };
    let latest = year.year.start() == plan::LATEST;
    for school in &year.schools {
        let count = |stage| school.part(stage).map_or(0.0, |part| f64::from(part.pupils()));
        let (primary, junior) = (count(Stage::Primary), count(Stage::Junior));
        // The special school is paid from the county's line below.
        if school.kind == "514" {
            continue;
        }
        // A school with fewer than a hundred pupils gets what a hundred would.
        let padding = if school.counts_as_school() { (100.0 / (primary + junior)).max(1.0) } else { 1.0 };
        let budget = padding * (primary * 725.0 + junior * 945.0) / 10_000.0;
        let share = if school.name == UNDERPAID && latest { 0.9 } else { 1.0 };
        push(Some(school), "公用经费", budget, budget * share, budget * share * (0.9 + 0.1 * random.unit()));
        let boarding = figures::boarders(county, school) * 300.0 / 10_000.0;
        if boarding > 0.0 {
            push(Some(school), "寄宿生公用经费", boarding, boarding, boarding * (0.9 + 0.1 * random.unit()));
        }
        let share = if school.name == TRAINS_LITTLE { 0.046 } else { 0.05 + 0.012 * random.unit() };
        let training = (budget + boarding) * share + 0.0001;
        push(Some(school), "教师培训经费", training, training, training * 0.95);
    }
    let mut push_county = |item, budget, spent| push(None, item, budget, budget, budget * spent);
    push_county("特殊教育公用经费", all_special_pupils(county, year) * 8050.0 / 10_000.0, 0.94);
    push_county("一般公共预算教育支出", 61_840.0 * growth(year, 1.041), 0.997);
    push_county("教育费附加", turnover_taxes(year) * 0.03 / 10_000.0, 0.96);
    let mut last: Vec<Option<Cell>> = vec![Some("合计".into()), None, None, None];
    last.extend(sum.map(|amount| Some(round(amount, 4).into())));
    sheet.push(last);
    sheet
}

/// Whether a school got its money in March.
pub(crate) fn paid_in_time(year: &CountyYear, school: &School) -> bool {
    school.name != PAID_LATE || year.year.start() != plan::LATEST
}

/// What something that grows evenly has become since the first year.
pub(crate) fn growth(year: &CountyYear, rate: f64) -> f64 {
    rate.powi(i32::from(year.year.start() - plan::YEARS[0]))
}

/// VAT and consumption tax paid in the county, in yuan.
pub(crate) fn turnover_taxes(year: &CountyYear) -> f64 {
    (812_400_000.0 * growth(year, 1.018)).round()
}

/// Disabled pupils in ordinary classes.
pub(crate) fn special_pupils(county: &County, year: &CountyYear) -> f64 {
    let ordinary = year.schools.iter().filter(|school| school.kind != "514");
    let pupils = ordinary.flat_map(|school| &school.parts).flat_map(|part| &part.classes).flat_map(|class| &class.pupils);
    pupils.filter(|pupil| county.pupils[**pupil].disability.is_some()).count() as f64
}

/// With those of the special school.
pub(crate) fn all_special_pupils(county: &County, year: &CountyYear) -> f64 {
    let special = year.schools.iter().filter(|school| school.kind == "514").flat_map(|school| &school.parts);
    special_pupils(county, year) + special.map(|part| f64::from(part.pupils())).sum::<f64>()
}

pub(crate) fn rooms(year: &CountyYear) -> Sheet {
    let mut sheet = Sheet::new("专用教室");
    sheet.merge((1, 'A'), (1, 'G'), format!("{COUNTY_NAME}中小学专用教室登记表（{}学年）", year.year));
    sheet.push_words(["学校标识码", "学校名称", "学年", "教室类型", "教室名称", "使用面积（平方米）", "建成年份"]);
    for school in &year.schools {
        for room in &school.rooms {
            let words = [school.code.as_str(), &school.name, &year.year.id(), room.kind, &room.name];
            let mut row: Vec<Option<Cell>> = words.into_iter().map(|words| Some(words.into())).collect();
            row.extend([Some(room.area.into()), Some(room.built.into())]);
            sheet.push(row);
        }
    }
    sheet
}
