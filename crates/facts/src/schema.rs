/// A fact table: what one row is, and its columns. Beside them the snapshot keeps where every row came from (form, file,
/// sheet, row, cell, slot) and why each missing value is missing.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    pub name: &'static str,
    pub title: &'static str,
    pub columns: &'static [Column],
    /// The columns that name a row; two rows with the same key contradict each other. Empty where any number may agree.
    pub key: &'static [&'static str],
    pub time: Time,
    /// What one row is a count of (`class`, `person`); none where rows are counted of nothing.
    pub row_unit: Option<&'static str>,
}

/// How a table says for when its rows hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// A column `year`, a school year such as `2025-2026`.
    SchoolYear,
    /// Columns `valid_from` and `valid_to` (missing = until further notice).
    Validity,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    pub title: &'static str,
    pub kind: ColumnKind,
    /// Whether it identifies a person. Such columns live in the sealed file beside the snapshot; the fact table keeps a
    /// `person` key in their place, and no pack can read them.
    pub personal: bool,
    /// The unit of its numbers; none where it has none, or where it differs from row to row.
    pub unit: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    Text,
    Integer,
    Real,
    Date,
    /// 1 or 0.
    Boolean,
    SchoolCode,
    DivisionCode,
    SchoolYear,
    /// `primary`, `junior`, `senior` or `whole`.
    Stage,
    CitizenId,
    StudentNo,
}

impl Table {
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    pub fn has_people(&self) -> bool {
        self.columns.iter().any(|column| column.personal)
    }
}

/// Finds a table by name.
///
/// ```
/// assert_eq!(facts::table("classes").unwrap().title, "班级");
/// ```
pub fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

const fn col(name: &'static str, title: &'static str, kind: ColumnKind) -> Column {
    Column { name, title, kind, personal: false, unit: None }
}

const fn personal(name: &'static str, title: &'static str, kind: ColumnKind) -> Column {
    Column { name, title, kind, personal: true, unit: None }
}

const fn measured(name: &'static str, title: &'static str, kind: ColumnKind, unit: &'static str) -> Column {
    Column { name, title, kind, personal: false, unit: Some(unit) }
}

/// A number that stands for the tables as they lie in a snapshot: it changes with every name, kind, key and order of them, and
/// with nothing else, so that a file of other tables is never read as one of these.
pub const TABLES_FINGERPRINT: u64 = fingerprint(TABLES);

/// FNV-1a over what matters to a stored row.
const fn fingerprint(tables: &[Table]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut at = 0;
    while at < tables.len() {
        let table = &tables[at];
        hash = mixed(mixed(hash, table.name.as_bytes()), &[table.time as u8, table.columns.len() as u8, table.key.len() as u8]);
        let mut of_key = 0;
        while of_key < table.key.len() {
            hash = mixed(hash, table.key[of_key].as_bytes());
            of_key += 1;
        }
        let mut of_columns = 0;
        while of_columns < table.columns.len() {
            let column = &table.columns[of_columns];
            hash = mixed(mixed(hash, column.name.as_bytes()), &[column.kind as u8, column.personal as u8]);
            of_columns += 1;
        }
        at += 1;
    }
    hash
}

const fn mixed(mut hash: u64, bytes: &[u8]) -> u64 {
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x100_0000_01b3);
        at += 1;
    }
    // So that "ab" and "c" are not "a" and "bc".
    (hash ^ 0xff).wrapping_mul(0x100_0000_01b3)
}

use ColumnKind::*;

/// Every fact table, in alphabetical order.
pub static TABLES: &[Table] = &[
    Table {
        name: "classes",
        title: "班级",
        columns: &[
            col("school", "学校标识码", SchoolCode),
            col("year", "学年", SchoolYear),
            col("stage", "学段", Stage),
            // 1 to 9: 小学一年级 is 1, 初中一年级 is 7.
            col("grade", "年级", Integer),
            col("name", "班级名称", Text),
            // 'ordinary', or the kind of a special class.
            col("kind", "班级类型", Text),
            measured("size", "学生数", Integer, "person"),
            // Of these, disabled pupils who learn in an ordinary class.
            measured("inclusive", "随班就读学生数", Integer, "person"),
        ],
        key: &["school", "year", "grade", "name"],
        time: Time::SchoolYear,
        row_unit: Some("class"),
    },
    Table {
        // What a county or a school states about itself where no file shows it, with the paper that proves it.
        name: "declarations",
        title: "申报值",
        columns: &[
            // Missing for a statement of the county as a whole.
            col("school", "学校标识码", SchoolCode),
            col("year", "学年", SchoolYear),
            col("stage", "学段", Stage),
            col("item", "项目", Text),
            col("value", "数值", Real),
            col("words", "结论", Text),
            col("evidence", "佐证材料", Text),
        ],
        key: &["school", "year", "stage", "item"],
        time: Time::SchoolYear,
        row_unit: None,
    },
    Table {
        name: "divisions",
        title: "行政区划",
        columns: &[
            col("code", "区划代码", DivisionCode),
            col("parent", "上级代码", DivisionCode),
            col("name", "名称", Text),
            // province, prefecture, county, township, village
            col("level", "级别", Text),
            col("urban_rural", "城乡分类代码", Text),
            measured("population", "常住人口", Integer, "person"),
            col("lon", "经度", Real),
            col("lat", "纬度", Real),
            col("datum", "坐标系", Text),
            col("valid_from", "有效期起", Date),
            col("valid_to", "有效期止", Date),
        ],
        key: &["code", "valid_from"],
        time: Time::Validity,
        row_unit: None,
    },
    Table {
        name: "finance",
        title: "经费",
        columns: &[
            // Missing for a line of the county as a whole.
            col("school", "学校标识码", SchoolCode),
            col("year", "学年", SchoolYear),
            col("item", "经费项目", Text),
            measured("budgeted", "预算", Real, "yuan"),
            measured("transferred", "拨付", Real, "yuan"),
            measured("spent", "支出", Real, "yuan"),
            col("date", "日期", Date),
        ],
        key: &["school", "year", "item", "date"],
        time: Time::SchoolYear,
        row_unit: None,
    },
    Table {
        // Aid that was paid (or is to be paid) to a pupil for a term. Bank cards are never among it.
        name: "grants",
        title: "资助",
        columns: &[
            personal("student_no", "学籍号", StudentNo),
            personal("citizen_id", "身份证件号", CitizenId),
            personal("name", "姓名", Text),
            col("school", "学校标识码", SchoolCode),
            col("year", "学年", SchoolYear),
            // autumn, spring
            col("term", "学期", Text),
            // boarding, day, meals, other
            col("item", "资助项目", Text),
            measured("amount", "金额", Real, "yuan"),
        ],
        key: &[],
        time: Time::SchoolYear,
        row_unit: Some("person"),
    },
    Table {
        // A subject of a class: the lessons of a week as the timetable plans them and as they are given.
        name: "lessons",
        title: "课程",
        columns: &[
            personal("teacher", "任课教师", Text),
            col("school", "学校标识码", SchoolCode),
            col("year", "学年", SchoolYear),
            col("stage", "学段", Stage),
            col("grade", "年级", Integer),
            col("class", "班级", Text),
            // chinese, maths, pe, labour …: the ids of forms/vocabularies/subject.toml
            col("subject", "学科", Text),
            measured("planned", "周课时", Real, "lesson"),
            measured("given", "实际周课时", Real, "lesson"),
            // The subject for which its lessons are taken.
            col("borrowed_for", "被占用于", Text),
            // own, visiting, online
            col("mode", "任教方式", Text),
            col("qualified", "任课教师是否具备该学科资格", Boolean),
            // How many subjects the teacher teaches in all.
            measured("teacher_subjects", "任课教师任教科目数", Integer, "1"),
        ],
        key: &["school", "year", "grade", "class", "subject"],
        time: Time::SchoolYear,
        row_unit: None,
    },
    Table {
        // Whether a pupil was there: one row a pupil and month.
        name: "presence",
        title: "出勤",
        columns: &[
            personal("student_no", "学籍号", StudentNo),
            personal("citizen_id", "身份证件号", CitizenId),
            personal("name", "姓名", Text),
            col("school", "学校标识码", SchoolCode),
            col("year", "学年", SchoolYear),
            // 2026-03
            col("month", "月份", Text),
            col("grade", "年级", Integer),
            col("class", "班级", Text),
            // In school days.
            col("days_due", "应到天数", Integer),
            col("days_absent", "缺课天数", Integer),
            // The longest run without a day of presence.
            col("days_running", "连续缺课天数", Integer),
            // ill, leave, taught-at-home, none, other: the ids of forms/vocabularies/absence-reason.toml
            col("reason", "缺课原因", Text),
        ],
        key: &[],
        time: Time::SchoolYear,
        row_unit: Some("person"),
    },
    Table {
        // Children as the population register and the household register (户籍) know them.
        name: "residents",
        title: "人口",
        columns: &[
            personal("citizen_id", "身份证件号", CitizenId),
            personal("name", "姓名", Text),
            personal("former_name", "曾用名", Text),
            personal("birth_date", "出生日期", Date),
            personal("household", "户号", Text),
            personal("guardian", "监护人", Text),
            personal("phone", "联系电话", Text),
            personal("address", "住址", Text),
            personal("village", "村（社区）", Text),
            // population, hukou
            col("register", "登记册", Text),
            col("year", "学年", SchoolYear),
            col("township", "乡镇", Text),
            col("division", "区划代码", DivisionCode),
            col("sex", "性别", Text),
            col("ethnicity", "民族", Text),
            // here, came, away, empty, removed: the ids of forms/vocabularies/residence-state.toml
            col("state", "居住状态", Text),
            // What is known of a child who is not at a school here: the ids of forms/vocabularies/whereabouts.toml
            col("whereabouts", "去向", Text),
        ],
        key: &[],
        time: Time::SchoolYear,
        row_unit: Some("person"),
    },
    Table {
        name: "rooms",
        title: "专用教室",
        columns: &[
            col("school", "学校标识码", SchoolCode),
            col("year", "学年", SchoolYear),
            // music, art, multimedia, science, computer, library, other
            col("kind", "教室类型", Text),
            col("name", "名称", Text),
            measured("area", "面积", Real, "m2"),
            col("built_year", "建成年份", Integer),
        ],
        key: &["school", "year", "kind", "name"],
        time: Time::SchoolYear,
        row_unit: Some("room"),
    },
    Table {
        // One figure of an official table.
        name: "school_figures",
        title: "学校数据",
        columns: &[
            col("school", "学校标识码", SchoolCode),
            col("year", "学年", SchoolYear),
            col("stage", "学段", Stage),
            // An id of the item list, in whose unit the value is.
            col("item", "项目", Text),
            col("value", "数值", Real),
        ],
        key: &["school", "year", "stage", "item"],
        time: Time::SchoolYear,
        row_unit: None,
    },
    Table {
        name: "schools",
        title: "学校",
        columns: &[
            col("code", "学校标识码", SchoolCode),
            col("name", "学校名称", Text),
            // 办学类型, three digits: 211 小学, 218 教学点, 312 九年一贯制 …
            col("kind", "办学类型", Text),
            // public or private
            col("owner", "举办者", Text),
            // county, prefecture, province or other: who manages it.
            col("managed_by", "主管", Text),
            col("division", "所在地区划代码", DivisionCode),
            // 111 … 220
            col("urban_rural", "城乡分类代码", Text),
            // 是否计校数: 0 for a campus or an attached class that is merged into `parent`.
            col("counts_as_school", "是否计校数", Boolean),
            col("parent", "所属学校标识码", SchoolCode),
            col("boarding", "是否寄宿制", Boolean),
            col("built_year", "建校年份", Integer),
            col("lon", "经度", Real),
            col("lat", "纬度", Real),
            col("datum", "坐标系", Text),
            col("valid_from", "有效期起", Date),
            col("valid_to", "有效期止", Date),
        ],
        key: &["code", "valid_from"],
        time: Time::Validity,
        row_unit: Some("school"),
    },
    Table {
        name: "students",
        title: "学生",
        columns: &[
            personal("student_no", "学籍号", StudentNo),
            personal("citizen_id", "身份证件号", CitizenId),
            personal("name", "姓名", Text),
            personal("birth_date", "出生日期", Date),
            personal("residence", "户口所在地", Text),
            personal("address", "现住址", Text),
            personal("guardian", "监护人", Text),
            personal("phone", "联系电话", Text),
            col("school", "学校标识码", SchoolCode),
            col("year", "学年", SchoolYear),
            col("stage", "学段", Stage),
            col("grade", "年级", Integer),
            col("class", "班级", Text),
            // 1 male, 2 female (GB/T 2261.1)
            col("sex", "性别", Text),
            // GB/T 3304
            col("ethnicity", "民族", Text),
            col("boarding", "是否住校", Boolean),
            col("left_behind", "是否留守儿童", Boolean),
            col("migrant", "是否随迁子女", Boolean),
            col("disability", "残疾类型", Text),
            // enrolled, suspended, left
            col("status", "学籍状态", Text),
        ],
        key: &[],
        time: Time::SchoolYear,
        row_unit: Some("person"),
    },
    Table {
        // Children of families lifted out of poverty, watched or in need, as the lists of other departments name them.
        name: "supported",
        title: "脱贫户、监测对象和困难家庭",
        columns: &[
            personal("citizen_id", "身份证件号", CitizenId),
            personal("name", "姓名", Text),
            personal("birth_date", "出生日期", Date),
            personal("household", "户号", Text),
            personal("guardian", "户主", Text),
            personal("phone", "联系电话", Text),
            personal("village", "村（社区）", Text),
            col("year", "学年", SchoolYear),
            // Which delivery of the list; missing for the yearly one.
            col("batch", "批次", Text),
            col("township", "乡镇", Text),
            col("division", "区划代码", DivisionCode),
            col("sex", "性别", Text),
            // lifted, unstable, marginal, sudden, low-income, destitute, orphan, disabled: forms/vocabularies/household-kind.toml
            col("kind", "户类型", Text),
            // listed, relapsed, risk-gone
            col("state", "状态", Text),
            col("since", "识别日期", Date),
        ],
        key: &[],
        time: Time::SchoolYear,
        row_unit: Some("person"),
    },
    Table {
        name: "teachers",
        title: "教职工",
        columns: &[
            personal("citizen_id", "身份证件号", CitizenId),
            personal("name", "姓名", Text),
            personal("birth_date", "出生日期", Date),
            personal("phone", "联系电话", Text),
            col("school", "学校标识码", SchoolCode),
            col("year", "学年", SchoolYear),
            col("stage", "任教学段", Stage),
            col("sex", "性别", Text),
            // full-time, manager, support, worker, other
            col("post", "岗位类别", Text),
            col("established", "是否在编", Boolean),
            // doctor, master, bachelor, associate, secondary, below
            col("degree", "学历", Text),
            // professor, senior, middle, assistant, clerk, none
            col("rank", "专业技术职务", Text),
            col("subject", "任教学科", Text),
            col("certificate", "是否持教师资格证", Boolean),
            col("certificate_subject", "教师资格学科", Text),
            // national, province, prefecture, county, none
            col("backbone", "骨干教师级别", Text),
            measured("years_at_school", "在本校年限", Integer, "year"),
            measured("training_hours", "五年培训学时", Real, "hour"),
            col("exchange", "是否交流轮岗", Boolean),
        ],
        key: &[],
        time: Time::SchoolYear,
        row_unit: Some("person"),
    },
];
