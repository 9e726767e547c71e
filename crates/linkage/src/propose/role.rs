use super::Found;
use crate::Table;
use crate::clean;

/// What a column is of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Name,
    Given,
    Surname,
    Birth,
    CitizenId,
    StudentNo,
    Sex,
    Phone,
    Guardian,
    Household,
    County,
    Town,
    Village,
    Group,
    Address,
    /// Something else that both registers call the same.
    Other,
    /// Says nothing about who somebody is.
    Nothing,
}

/// In the order in which settings list them.
pub(super) const ROLES: &[Role] = &[
    Role::Name,
    Role::Given,
    Role::Surname,
    Role::Birth,
    Role::CitizenId,
    Role::StudentNo,
    Role::Sex,
    Role::Phone,
    Role::Guardian,
    Role::Household,
    Role::County,
    Role::Town,
    Role::Village,
    Role::Group,
    Role::Address,
];

impl Role {
    /// What settings call a column of this role.
    pub(super) fn name(self) -> &'static str {
        match self {
            Role::Name => "name",
            Role::Given => "given_name",
            Role::Surname => "surname",
            Role::Birth => "birth",
            Role::CitizenId => "id_no",
            Role::StudentNo => "student_no",
            Role::Sex => "sex",
            Role::Phone => "phone",
            Role::Guardian => "guardian",
            Role::Household => "household",
            Role::County => "county",
            Role::Town => "town",
            Role::Village => "village",
            Role::Group => "grp",
            Role::Address => "address",
            Role::Other | Role::Nothing => "other",
        }
    }

    pub(super) fn kind(self) -> &'static str {
        match self {
            Role::Name | Role::Guardian => "name",
            Role::Birth => "date",
            Role::CitizenId => "citizen-id",
            Role::StudentNo => "student-no",
            Role::Sex => "sex",
            Role::Phone => "phone",
            Role::Household => "code",
            Role::County | Role::Town | Role::Village => "place",
            Role::Group => "group",
            Role::Address => "address",
            Role::Given | Role::Surname | Role::Other | Role::Nothing => "text",
        }
    }
}

/// Words in headings, the surer first: a "guardian's phone" is a phone, and a "guardian's id" nobody's that is looked for.
const HEADS: &[(&[&str], Role)] = &[
    (&["监护人身份证", "监护人证件", "家长身份证", "父亲身份证", "母亲身份证", "户主身份证", "户主证件"], Role::Nothing),
    (&["学籍号"], Role::StudentNo),
    (&["身份证", "证件号", "公民身份", "idcard", "id_card", "id_no", "idno", "citizen"], Role::CitizenId),
    (
        &["证件类型", "与户主关系", "与监护人关系", "关系", "学校", "年级", "班级", "备注", "学年", "状态", "日期类型"],
        Role::Nothing,
    ),
    (&["电话", "手机", "联系方式", "phone", "mobile", "telephone"], Role::Phone),
    (&["监护人", "父亲", "母亲", "家长", "户主", "联系人", "guardian", "parent", "father", "mother"], Role::Guardian),
    (&["户号", "户编号", "户籍号", "household"], Role::Household),
    (&["性别", "sex", "gender"], Role::Sex),
    (&["出生", "生日", "date_of_birth", "birth", "dob"], Role::Birth),
    (&["given_name", "givenname", "first_name", "firstname", "forename"], Role::Given),
    (&["surname", "last_name", "lastname", "family_name"], Role::Surname),
    (&["姓名", "名字", "fullname", "full_name"], Role::Name),
    (&["地址", "住址", "addr"], Role::Address),
    (&["小组", "村民组", "grp"], Role::Group),
    (&["村", "社区", "居委", "village"], Role::Village),
    (&["乡镇", "街道", "镇", "township", "town"], Role::Town),
    (&["区县", "县", "county"], Role::County),
];

/// For each column its heading, role, and whether its words are in Latin script. Columns that are nearly empty or the same
/// for everybody have no role.
pub(super) fn roles(table: &Table) -> Vec<(String, Role, bool)> {
    let mut roles = Vec::new();
    for (at, head) in table.heads().into_iter().enumerate() {
        let look = look(table, at);
        let too_thin = is_thin(table, at);
        let role = if head.trim().is_empty() || too_thin { Role::Nothing } else { role(head, &look, table, at) };
        roles.push((head.to_string(), role, look.latin));
    }
    roles
}

/// Nearly empty, or the same for everybody.
fn is_thin(table: &Table, at: usize) -> bool {
    table.filled(at) * 50 < table.len() || table.distinct(at) < 2 && table.len() > 1
}

/// Headings of columns that would tell people apart, were they not nearly empty or the same for everybody.
pub(super) fn thin(table: &Table) -> Vec<&str> {
    let heads = table.heads().into_iter().enumerate();
    let wanted = |head: &str| {
        let lower = head.to_lowercase();
        let worded = HEADS.iter().find(|(words, _)| words.iter().any(|word| lower.contains(word)));
        worded.is_some_and(|(_, role)| !matches!(role, Role::Nothing | Role::Sex))
    };
    // Of a handful of people it is no wonder.
    const ROWS_MIN: usize = 10;
    heads.filter(|(at, head)| table.len() >= ROWS_MIN && is_thin(table, *at) && wanted(head)).map(|(_, head)| head).collect()
}

fn role(head: &str, look: &Look, table: &Table, at: usize) -> Role {
    let lower = head.to_lowercase().replace([' ', '-'], "_");
    // "address_1" of a street is a part of an address, not a Chinese one; "name" alone is a name, "street_name" is none.
    let exactly = match lower.as_str() {
        "name" | "xm" => Some(Role::Name),
        "tel" => Some(Role::Phone),
        _ => None,
    };
    let worded =
        exactly.or_else(|| HEADS.iter().find(|(words, _)| words.iter().any(|word| lower.contains(word))).map(|(_, role)| *role));
    match worded {
        Some(Role::Address) if look.latin => Role::Other,
        Some(Role::Village | Role::Town | Role::County | Role::Group) if look.latin => Role::Other,
        Some(role) => role,
        None if look.ids > 0.6 => Role::CitizenId,
        None if look.phones > 0.6 => Role::Phone,
        None if look.days > 0.8 => Role::Birth,
        // A running number tells records apart and not people.
        None if table.distinct(at) == table.len() && table.len() > 20 => Role::Nothing,
        None => Role::Other,
    }
}

/// What the words of a column look like.
struct Look {
    ids: f64,
    phones: f64,
    days: f64,
    latin: bool,
}

fn look(table: &Table, at: usize) -> Look {
    const SAMPLE: usize = 500;
    let words = &table.columns[at].words;
    let step = (words.len() / SAMPLE).max(1);
    let sample: Vec<&str> = (1..words.len()).step_by(step).map(|code| words.get(code as u32)).collect();
    let share = |test: &dyn Fn(&str) -> bool| sample.iter().filter(|word| test(word)).count() as f64 / sample.len().max(1) as f64;
    let digits = |word: &str| word.bytes().filter(u8::is_ascii_digit).count();
    Look {
        ids: share(&|word| clean::is_valid_id(&word.to_uppercase())),
        phones: share(&|word| word.len() == 11 && digits(word) == 11 && word.starts_with('1')),
        days: share(&|word| word.len() <= 11 && facts::parse_date(word).is_some_and(|day| (1900..2100).contains(&day.year()))),
        latin: share(&|word| word.is_ascii()) > 0.9,
    }
}

/// The column by which each register numbers its records: one that says so and repeats nothing, or any that repeats nothing.
pub(super) fn ids(left: &Table, right: Option<&Table>, found: &[Found]) -> (String, String) {
    let of = |table: &Table, taken: &dyn Fn(&Found) -> &[String]| -> String {
        let unique: Vec<(usize, &str)> = table
            .heads()
            .into_iter()
            .enumerate()
            .filter(|(at, head)| !head.is_empty() && table.distinct(*at) == table.len() && !table.is_empty())
            .collect();
        let numbered = |head: &str| {
            let lower = head.to_lowercase();
            lower.ends_with("id") || ["编号", "学籍号", "序号", "号码", "代码"].iter().any(|word| lower.contains(word))
        };
        let personal = |head: &str| found.iter().any(|found| taken(found).iter().any(|other| other == head));
        let best = unique
            .iter()
            .find(|(_, head)| numbered(head) && !personal(head))
            .or_else(|| unique.iter().find(|(_, head)| !personal(head)));
        best.or_else(|| unique.iter().find(|(_, head)| numbered(head))).map(|(_, head)| head.to_string()).unwrap_or_default()
    };
    let left_id = of(left, &|found: &Found| &found.left);
    let right_id = right.map_or_else(|| left_id.clone(), |right| of(right, &|found: &Found| &found.right));
    (left_id, right_id)
}
