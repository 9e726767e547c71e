//! `脏数据`: files that are wrong in known ways, each alone in its file or folder so that each can be tried alone, and the
//! record of what is wrong where.

use std::io;

use facts::Stage;

use crate::biff::xls;
use crate::county::{County, CountyYear, School};
use crate::files::{Document, document, zip_of};
use crate::sheet::{Cell, Sheet, csv, gb18030, xlsx};
use crate::truth::Mess;
use crate::{lists, rolls, statistics};

pub(crate) const FOLDER: &str = "脏数据";

const LOGIC: &str = "逻辑";
const EXPERIENCE: &str = "经验";

/// The wrong files, and what should be found in them.
pub(crate) fn messy(county: &County) -> (Vec<Document<'_>>, Vec<Mess>) {
    let mut heap = Heap { documents: Vec::new(), record: Vec::new() };
    let Some(year) = county.years.last() else { return (heap.documents, heap.record) };
    // A rural primary school and its neighbour serve for all of it.
    let mut primaries = year.schools.iter().filter(|school| school.kind == "211" && school.town == crate::plan::ZIPPED_TOWN);
    let (Some(school), Some(neighbour)) = (primaries.next(), primaries.next()) else { return (heap.documents, heap.record) };
    let bench = Bench { county, year, school, neighbour };
    bench.broken_files(&mut heap);
    bench.wrong_statistics(&mut heap);
    bench.wrong_rolls(&mut heap);
    bench.wrong_lists(&mut heap);
    (heap.documents, heap.record)
}

struct Heap<'a> {
    documents: Vec<Document<'a>>,
    record: Vec<Mess>,
}

impl<'a> Heap<'a> {
    fn file(&mut self, name: &str, form: &'static str, make: impl Fn() -> io::Result<Vec<u8>> + Send + Sync + 'a) {
        self.documents.push(document(format!("{FOLDER}/{name}"), form, make));
    }

    fn note(&mut self, name: &str, (sheet, cell): (&str, &str), finding: &'static str, severity: &'static str, words: &str) {
        let (file, sheet, cell) = (format!("{FOLDER}/{name}"), sheet.into(), cell.into());
        self.record.push(Mess { file, sheet, cell, finding, severity, words: words.into() });
    }
}

struct Bench<'a> {
    county: &'a County,
    year: &'a CountyYear,
    school: &'a School,
    neighbour: &'a School,
}

impl<'a> Bench<'a> {
    fn workbook(&self) -> Vec<Sheet> {
        statistics::workbook(self.county, self.year.year, self.school)
    }

    fn broken_files(&self, heap: &mut Heap<'a>) {
        heap.file("其实是PDF.xlsx", "", || {
            Ok(b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n".to_vec())
        });
        heap.note("其实是PDF.xlsx", ("", ""), "file-is-something-else", LOGIC, "PDF 文件改名为 .xlsx");
        let sheets = self.workbook();
        heap.file("传输中断.xlsx", "", move || {
            let bytes = xlsx(&sheets)?;
            Ok(bytes[..bytes.len() / 2].to_vec())
        });
        heap.note("传输中断.xlsx", ("", ""), "file-damaged", LOGIC, "只有前一半字节");
        heap.file("空文件.csv", "", || Ok(Vec::new()));
        heap.note("空文件.csv", ("", ""), "file-empty", LOGIC, "零字节");
        let roll = self.pupil_rows(3);
        heap.file("乱码表头.csv", "", move || {
            // GBK read as Latin-1 and saved as UTF-8: the words are gone for good.
            let wrong: String = gb18030(&csv(&roll)).into_iter().map(char::from).collect();
            Ok(wrong.into_bytes())
        });
        heap.note("乱码表头.csv", ("", ""), "form-not-recognised", LOGIC, "表头和内容成了乱码，认不出是哪种表");
        // Thirty-two megabytes of nothing, which shrink to a thousandth.
        heap.file("压缩炸弹.zip", "", || zip_of(&[("学籍.csv", vec![b'0'; 32 << 20])]));
        heap.note("压缩炸弹.zip", ("", ""), "unpacks-too-large", LOGIC, "32 MB 的零压缩而成，展开后大到不合情理");
    }

    fn wrong_statistics(&self, heap: &mut Heap<'a>) {
        type Wrong = (&'static str, &'static str, usize, char, f64, &'static str, &'static str, &'static str);
        let wrong: [Wrong; 6] = [
            ("面积为负.xlsx", "教基5176", 7, 'D', -1200.5, "negative-number", LOGIC, "运动场地面积为负"),
            ("班数分组与总计不符.xlsx", "教基2106", 5, 'C', 99.0, "bands-do-not-add-up", LOGIC, "总计不等于各班额分组之和"),
            ("在校生与分年级不符.xlsx", "教基3112", 6, 'I', 9.0, "grades-do-not-add-up", LOGIC, "合计不等于各年级之和"),
            ("女生多于学生.xlsx", "教基3112", 7, 'I', 9999.0, "girls-over-all", LOGIC, "女生多于在校生"),
            (
                "学历之和与教师数不符.xlsx",
                "教基4155",
                6,
                'C',
                200.0,
                "qualifications-do-not-add-up",
                LOGIC,
                "专任教师合计不等于各学历之和",
            ),
            ("半个人.xlsx", "教基3112", 6, 'E', 20.5, "not-a-whole-number", LOGIC, "学生数不是整数"),
        ];
        for (name, code, row, column, value, finding, severity, words) in wrong {
            let mut sheets = self.workbook();
            let sheet_name = set(&mut sheets, code, row, column, value);
            heap.file(name, "statistics-workbook", move || xlsx(&sheets));
            heap.note(name, (&sheet_name, &format!("{column}{row}")), finding, severity, words);
        }
        self.yuan_for_ten_thousand(heap);
        let mut sheets = self.workbook();
        let sheet = set(&mut sheets, "教基1001", 18, 'C', "2025-2027");
        heap.file("学年写错.xlsx", "statistics-workbook", move || xlsx(&sheets));
        heap.note("学年写错.xlsx", (&sheet, "C18"), "not-a-school-year", LOGIC, "2025-2027 不是一个学年");
        let mut sheets = self.workbook();
        let sheet = set(&mut sheets, "教基5176", 12, 'D', "约8000");
        heap.file("数字写成文字.xlsx", "statistics-workbook", move || xlsx(&sheets));
        heap.note("数字写成文字.xlsx", (&sheet, "D12"), "not-a-number", LOGIC, "图书册数写成“约8000”");
    }

    /// Two years of one school: in the second the equipment was entered in yuan where 万元 is asked.
    fn yuan_for_ten_thousand(&self, heap: &mut Heap<'a>) {
        let folder = "设备值误填元";
        let Some(before) = self.county.years.iter().rev().nth(1) else { return };
        let Some(school) = before.schools.iter().find(|school| school.code == self.school.code) else { return };
        let sheets = statistics::workbook(self.county, before.year, school);
        heap.file(&format!("{folder}/{}.xlsx", before.year), "statistics-workbook", move || xlsx(&sheets));
        let mut sheets = self.workbook();
        let yuan = (self.school.stock.equipment_wan * 10_000.0).round();
        let sheet = set(&mut sheets, "教基5176", 19, 'D', yuan);
        heap.file(&format!("{folder}/{}.xlsx", self.year.year), "statistics-workbook", move || xlsx(&sheets));
        heap.note(folder, (&sheet, "D19"), "equipment-jump", EXPERIENCE, "以万元计的栏里填了元，比上年多出万倍");
    }

    fn wrong_rolls(&self, heap: &mut Heap<'a>) {
        let name = "证件号被表格软件损坏.csv";
        let mut roll = self.pupil_rows(8);
        let wrong: [(usize, &str, &'static str, &str); 5] = [
            (2, "5.39901E+17", "id-in-scientific-notation", "变成了科学计数法，后面的数字已经丢失"),
            (3, &precision_lost(&roll), "id-digits-lost", "只留下 15 位，末三位成了 0"),
            (4, &wrong_check_digit(&roll), "citizen-id-check-digit", "校验位不对"),
            (5, "53990120151301001X", "citizen-id-no-such-date", "出生日期不存在"),
            (6, "5399011509010", "citizen-id-wrong-length", "位数不对"),
        ];
        for (row, id, finding, words) in wrong {
            roll.set(row, 'G', id);
            heap.note(name, ("", &format!("G{row}")), finding, LOGIC, words);
        }
        roll.set(7, 'D', "20990101");
        heap.note(name, ("", "D7"), "birth-date-differs", EXPERIENCE, "出生日期与身份证件号不一致");
        heap.file(name, "pupil-roll", move || Ok(format!("\u{feff}{}", csv(&roll)).into_bytes()));

        let name = "缺学校标识码.csv";
        let mut roll = self.pupil_rows(3);
        roll.rows.iter_mut().for_each(|row| drop(row.remove(10)));
        heap.file(name, "pupil-roll", move || Ok(gb18030(&csv(&roll))));
        heap.note(name, ("", ""), "form-not-recognised", LOGIC, "没有学校标识码一列");

        // The statistics say one thing, the roll another.
        let folder = "统计与学籍不符";
        let mut roll = rolls::pupils(self.county, self.year.year, &[self.school]);
        roll.rows.truncate(roll.rows.len() - 3);
        let sheets = self.workbook();
        heap.file(&format!("{folder}/统计报表.xlsx"), "statistics-workbook", move || xlsx(&sheets));
        heap.file(&format!("{folder}/学籍.csv"), "pupil-roll", move || Ok(gb18030(&csv(&roll))));
        heap.note(folder, ("", ""), "pupils-differ-roll-statistics", EXPERIENCE, "学籍比统计少 3 人");

        let folder = "统计与教师名册不符";
        let mut staff = rolls::staff(self.year.year, &[self.school], "");
        staff.rows.remove(2);
        let sheets = self.workbook();
        heap.file(&format!("{folder}/统计报表.xlsx"), "statistics-workbook", move || xlsx(&sheets));
        heap.file(&format!("{folder}/教职工.xlsx"), "staff-roll", move || xlsx(std::slice::from_ref(&staff)));
        heap.note(folder, ("", ""), "teachers-differ-roll-statistics", EXPERIENCE, "名册比统计少 1 名专任教师");

        let name = "合计混在数据中.xls";
        let mut classes = rolls::classes(self.county, self.year.year, &[self.school, self.neighbour], "");
        let total = classes.rows.len();
        classes.set(total, 'A', "");
        classes.set(total, 'F', "合 计");
        classes.set(total, 'I', 9999.0);
        heap.file(name, "class-roll", move || xls(std::slice::from_ref(&classes)));
        heap.note(name, ("班级", &format!("I{total}")), "total-differs", EXPERIENCE, "合计行不是班级，且与各班之和不符");

        let name = "同一班级两行.xls";
        let mut classes = rolls::classes(self.county, self.year.year, &[self.school], "");
        let twice = classes.rows[4].clone();
        classes.rows.insert(5, twice);
        heap.file(name, "class-roll", move || xls(std::slice::from_ref(&classes)));
        heap.note(name, ("班级", "F6"), "class-twice", LOGIC, "同一班级出现两次");

        let name = "年级认不出.xls";
        let mut classes = rolls::classes(self.county, self.year.year, &[self.school], "");
        classes.set(5, 'E', "幼小衔接");
        heap.file(name, "class-roll", move || xls(std::slice::from_ref(&classes)));
        heap.note(name, ("班级", "E5"), "word-not-known", LOGIC, "“幼小衔接”不是年级");
    }

    fn wrong_lists(&self, heap: &mut Heap<'a>) {
        let name = "一校两乡.csv";
        let figures = self.two_townships();
        heap.file(name, "school-figures", move || Ok(format!("\u{feff}{}", csv(&figures)).into_bytes()));
        heap.note(name, ("", "I3"), "school-in-two-divisions", LOGIC, "同一学校写了两个乡镇的区划代码");

        let name = "标识码位数不足.csv";
        let mut figures = self.two_townships();
        figures.rows.truncate(2);
        figures.set(2, 'A', &self.school.code[..9]);
        heap.file(name, "school-figures", move || Ok(format!("\u{feff}{}", csv(&figures)).into_bytes()));
        heap.note(name, ("", "A2"), "school-code-not-national", EXPERIENCE, "学校标识码只有 9 位");

        let name = "面积有全角和负号.xlsx";
        let mut rooms = lists::rooms(self.year);
        rooms.rows.truncate(5);
        rooms.set(3, 'F', "９６．５");
        rooms.set(4, 'F', -88.0);
        heap.file(name, "room-list", move || xlsx(std::slice::from_ref(&rooms)));
        heap.note(name, ("专用教室", "F4"), "negative-number", LOGIC, "使用面积为负；上一行的全角数字没有错");

        let name = "上级区划不存在.csv";
        let mut divisions = lists::divisions(self.county, self.year);
        divisions.set(6, 'B', "539901299");
        heap.file(name, "division-tree", move || Ok(gb18030(&csv(&divisions))));
        heap.note(name, ("", "B6"), "division-under-another", LOGIC, "上级代码 539901299 不在表中");
    }

    /// The heads and the first rows of the school's pupil roll.
    fn pupil_rows(&self, pupils: usize) -> Sheet {
        let mut roll = rolls::pupils(self.county, self.year.year, &[self.school]);
        roll.rows.truncate(1 + pupils);
        roll
    }

    fn two_townships(&self) -> Sheet {
        let mut sheet = Sheet::new("学校数据");
        sheet.push_words([
            "学校标识码",
            "学校名称",
            "办学类型",
            "举办者",
            "城乡",
            "学段",
            "学年",
            "在校生数",
            "区划代码",
            "项目",
            "数值",
            "单位",
        ]);
        let pupils = self.school.part(Stage::Primary).map_or(0, |part| part.pupils()).to_string();
        let books = self.school.stock.books.to_string();
        let computers = self.school.stock.computers.to_string();
        let other = "539901203".to_string();
        let lines = [(&self.school.division, "图书", &books, "册"), (&other, "教学用计算机", &computers, "台")];
        let School { code, name, kind, urban_rural, .. } = self.school;
        let year = self.year.year.id();
        for (division, item, value, unit) in lines {
            let head: [&str; 8] = [code, name, kind, "公办", urban_rural, "小学", &year, &pupils];
            sheet.push_words(head.into_iter().chain([division.as_str(), item, value, unit]));
        }
        sheet
    }
}

/// Sets a cell of the sheet whose name begins with `code`; the sheet's name.
fn set(sheets: &mut [Sheet], code: &str, row: usize, column: char, cell: impl Into<Cell>) -> String {
    let Some(sheet) = sheets.iter_mut().find(|sheet| sheet.name.starts_with(code)) else { return String::new() };
    sheet.set(row, column, cell);
    sheet.name.clone()
}

/// The id in a row of the roll, spoiled.
fn id_in(roll: &Sheet, row: usize) -> String {
    match roll.rows.get(row - 1).and_then(|row| row.get(6)) {
        Some(Some(Cell::Text(id))) if id.len() == 18 => id.clone(),
        _ => "539901201509010017".into(),
    }
}

fn precision_lost(roll: &Sheet) -> String {
    let id = id_in(roll, 3);
    let lost = format!("{}000", &id[..15]);
    // Once in eleven the zeros fit the check digit by accident; with another fifteenth digit they do not.
    if facts::CitizenId::parse(&lost).is_err() {
        return lost;
    }
    format!("{}{}000", &id[..14], if id[14..].starts_with('1') { '2' } else { '1' })
}

fn wrong_check_digit(roll: &Sheet) -> String {
    let id = id_in(roll, 4);
    format!("{}{}", &id[..17], if id.ends_with('4') { '5' } else { '4' })
}
