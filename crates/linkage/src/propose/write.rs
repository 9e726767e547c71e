use super::Found;
use super::role::Role;

/// The keys that these columns allow, the surest first.
pub(super) fn keys(found: &[Found]) -> Vec<Vec<String>> {
    let has = |role: Role| found.iter().any(|found| found.role == role);
    let name_latin = found.iter().any(|found| found.role == Role::Name && found.latin);
    let mut keys: Vec<Vec<String>> = Vec::new();
    let mut add = |needed: &[Role], terms: &[&str]| {
        if needed.iter().all(|role| has(*role)) {
            keys.push(terms.iter().map(|term| term.to_string()).collect());
        }
    };
    use Role::{Birth, CitizenId, County, Given, Guardian, Household, Name, Phone, StudentNo, Surname, Town, Village};
    add(&[CitizenId], &["id_no"]);
    add(&[StudentNo], &["student_no"]);
    add(&[Name, Birth], &["name", "birth"]);
    if has(Town) {
        add(&[Name, Town], &["pinyin(name)", "town"]);
    } else {
        add(&[Name, Birth], &["pinyin(name)", "year(birth)"]);
        add(&[Name, Birth], &["sound(name)", "month-day(birth)"]);
    }
    add(&[Birth, Village], &["birth", "village"]);
    add(&[Phone], &["phone"]);
    if has(County) {
        add(&[Birth, Name, County], &["birth", "surname-pinyin(name)", "county"]);
    } else {
        add(&[Birth, Name], &["birth", "surname(name)"]);
        add(&[Birth, Name], &["birth", "initials(name)"]);
    }
    add(&[Name, Village], &["name", "village"]);
    add(&[Guardian, Birth], &["guardian", "birth"]);
    add(&[CitizenId, Birth], &["last(id_no, 6)", "year(birth)"]);
    if !has(County) {
        add(&[CitizenId, Birth, Name], &["first(id_no, 14)", "surname(name)"]);
    }
    add(&[Household, Birth], &["household", "year(birth)"]);
    add(&[Given, Surname], &["given_name", "surname"]);
    add(&[Given, Birth], &["given_name", "birth"]);
    add(&[Surname, Birth], &["surname", "birth"]);
    add(&[Given, Surname], &["soundex(given_name)", "soundex(surname)"]);
    add(&[Given, Birth], &["soundex(given_name)", "month-day(birth)"]);
    add(&[Surname, Birth], &["soundex(surname)", "year(birth)"]);
    add(&[Given, Birth], &["soundex(given_name)", "year(birth)"]);
    add(&[Birth], &["birth"]);
    if !has(Birth) && !has(Given) {
        add(&[Name], &[if name_latin { "name" } else { "pinyin(name)" }]);
    }
    let others: Vec<&Found> = found.iter().filter(|found| found.role == Role::Other).collect();
    for (at, other) in others.iter().enumerate() {
        keys.push(vec![other.name.clone()]);
        for with in [(Given, "given_name"), (Surname, "surname"), (Birth, "year(birth)"), (Name, "name")] {
            if has(with.0) {
                keys.push(vec![other.name.clone(), with.1.to_string()]);
            }
        }
        keys.extend(others[at + 1..].iter().map(|second| vec![other.name.clone(), second.name.clone()]));
    }
    keys
}

/// The settings as TOML, with remarks for whoever changes them.
pub(super) fn settings(ids: &(String, String), found: &[Found], keys: &[Vec<String>], within: bool) -> String {
    let mut out = String::new();
    out.push_str(
        "# 由 junheng link init 根据表头和内容写出，可直接修改。Written by `junheng link init`; change it as you like.\n",
    );
    if !within {
        out.push_str("# 每人在哪边只出现一次：both、left、right、neither。In which register a person stands only once.\nunique = \"both\"\n");
    }
    out.push_str(&format!("id = {{ left = {}, right = {} }}\n\n", quoted(&ids.0), quoted(&ids.1)));
    for column in found {
        let heads = |heads: &[String]| match heads {
            [one] => quoted(one),
            more => format!("[{}]", more.iter().map(|head| quoted(head)).collect::<Vec<_>>().join(", ")),
        };
        let (left, right) = (heads(&column.left), heads(&column.right));
        let from = if left == right { format!("from = {left}") } else { format!("left = {left}\nright = {right}") };
        out.push_str(&format!("[[column]]\nname = \"{}\"\nkind = \"{}\"\n{from}\n\n", column.name, column.role.kind()));
    }
    out.push_str("# 至少在一条规则上相同的两条记录才比较。Two records are compared where they agree in one of these.\n");
    for key in keys {
        let terms: Vec<String> = key.iter().map(|term| quoted(term)).collect();
        out.push_str(&format!("[[block]]\non = [{}]\n\n", terms.join(", ")));
    }
    out.push_str("# 各项比较，由强到弱取第一个成立的。The first level that holds counts.\n");
    for (title, shared, levels) in comparisons(found) {
        let shared = if shared { "# 亲属也会相同。Relatives agree in it too.\nshared = true\n" } else { "" };
        let twins = if title.starts_with("出生日期") {
            "# 亲属中至少有这么多是同日出生的双胞胎。Of relatives, so many are twins at least.\nkin_min = 0.01\n"
        } else {
            ""
        };
        let levels: Vec<String> = levels.iter().map(|level| format!("    {level},\n")).collect();
        out.push_str(&format!("[[compare]]\ntitle = {}\n{shared}{twins}levels = [\n{}]\n\n", quoted(&title), levels.concat()));
    }
    // Top-level keys must stand before the tables in TOML.
    let split: Vec<&str> = [
        (Role::Birth, "year(birth)"),
        (Role::Sex, "sex"),
        (Role::Town, "town"),
        (Role::Village, "village"),
        (Role::Birth, "month-day(birth)"),
    ]
    .iter()
    .filter(|(role, _)| found.iter().any(|found| found.role == *role))
    .map(|(_, term)| *term)
    .collect();
    if !split.is_empty() {
        let terms: Vec<String> = split.iter().map(|term| quoted(term)).collect();
        let line =
            format!("# 块过大时依次用这些再分。By these a block that is too large is parted.\nsplit = [{}]\n", terms.join(", "));
        let at = out.find("id = {").unwrap_or(0);
        out.insert_str(at, &line);
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

type Written = (String, bool, Vec<String>);

fn comparisons(found: &[Found]) -> Vec<Written> {
    let of = |role: Role| found.iter().find(|found| found.role == role);
    let mut written: Vec<Written> = Vec::new();
    let mut add = |title: &str, shared: bool, levels: &[String]| written.push((title.to_string(), shared, levels.to_vec()));
    let rare = |when: &str, of: &str| format!("{{ when = {}, frequency = {} }}", quoted(when), quoted(of));
    let plain = |when: &str| quoted(when);
    if let Some(name) = of(Role::Name) {
        if name.latin {
            add(
                "姓名 name",
                false,
                &[
                    rare("same(name)", "name"),
                    rare("same(sorted(name))", "sorted(name)"),
                    plain("jaro(name, 0.92)"),
                    plain("jaro(name, 0.85)"),
                    rare("same(surname(name))", "surname(name)"),
                ],
            );
        } else {
            add(
                "姓名 name",
                false,
                &[
                    rare("same(name)", "name"),
                    rare("same(pinyin(name))", "pinyin(name)"),
                    plain("lookalike(name)"),
                    plain("lost-characters(name)"),
                    plain("sound-near(name)"),
                    plain("same(surname(name)) & edit(name, 1)"),
                    plain("long(name, 4) & edit(name, 2)"),
                    plain("prefix(name, 2)"),
                    plain("same(sorted(name))"),
                    plain("edit(name, 1)"),
                    rare("same(surname(name))", "surname(name)"),
                ],
            );
        }
    }
    for (role, title) in [(Role::Given, "名 given name"), (Role::Surname, "姓 surname")] {
        if let Some(column) = of(role) {
            let name = &column.name;
            let mut levels = vec![rare(&format!("same({name})"), name)];
            if of(Role::Given).is_some() && of(Role::Surname).is_some() {
                levels.push(plain("swapped(given_name, surname)"));
            }
            levels.extend([
                plain(&format!("edit({name}, 1)")),
                plain(&format!("jaro({name}, 0.9)")),
                plain(&format!("jaro({name}, 0.75)")),
            ]);
            add(title, false, &levels);
        }
    }
    if of(Role::Birth).is_some() {
        add(
            "出生日期 birth",
            false,
            &[plain("same(birth)"), plain("date-slip(birth)"), plain("days(birth, 55)"), plain("same(year(birth))")],
        );
    }
    for role in [Role::CitizenId, Role::StudentNo] {
        if let Some(column) = of(role) {
            let name = &column.name;
            let level = |test: &str, more: &str| plain(&format!("{test}({name}{more})"));
            add(
                if role == Role::CitizenId { "身份证号 citizen id" } else { "学籍号 student number" },
                false,
                &[
                    level("same", ""),
                    format!("{{ when = \"ids-valid({name})\", against = true }}"),
                    level("id-slip", ""),
                    level("edit", ", 2"),
                ],
            );
        }
    }
    if of(Role::Sex).is_some() {
        add("性别 sex", false, &[plain("same(sex)")]);
    }
    let household = household(found);
    if !household.is_empty() {
        let levels: Vec<String> = household.iter().map(|when| plain(when)).collect();
        add("家庭 household", true, &levels);
    }
    for other in found.iter().filter(|found| found.role == Role::Other) {
        let name = &other.name;
        let mut levels = vec![rare(&format!("same({name})"), name)];
        if other.latin {
            levels.extend([
                plain(&format!("edit({name}, 1)")),
                plain(&format!("edit({name}, 2)")),
                plain(&format!("jaro({name}, 0.88)")),
            ]);
        }
        add(&other.left[0], false, &levels);
    }
    written
}

/// What a household shares is one comparison: brothers and sisters agree in all of it at once.
fn household(found: &[Found]) -> Vec<String> {
    let has = |role: Role| found.iter().any(|found| found.role == role);
    let mut same: Vec<String> = Vec::new();
    if has(Role::Phone) {
        same.push("same(phone)".to_string());
    }
    if has(Role::Guardian) {
        let several = found.iter().any(|found| found.role == Role::Guardian && found.left.len() + found.right.len() > 2);
        same.push(if several { "overlap(guardian)" } else { "same(guardian)" }.to_string());
    }
    if has(Role::Household) {
        same.push("same(household)".to_string());
    }
    let village = match (has(Role::Village), has(Role::Town), has(Role::Address)) {
        (true, true, _) => Some("same(town) & same(village)"),
        (true, false, _) => Some("same(village)"),
        (false, _, true) => Some("same(village(address))"),
        _ => None,
    };
    let mut levels = Vec::new();
    let mut all: Vec<&str> = same.iter().map(String::as_str).collect();
    all.extend(village);
    // Every set of them, larger sets first.
    for size in (1..=all.len()).rev() {
        for set in 1_u32..1 << all.len() {
            if set.count_ones() as usize == size {
                let parts: Vec<&str> =
                    all.iter().enumerate().filter(|(at, _)| set & (1 << at) != 0).map(|(_, part)| *part).collect();
                let only_village = village.is_some() && parts == all[all.len() - 1..];
                if !only_village {
                    levels.push(parts.join(" & "));
                }
            }
        }
    }
    if let Some(village) = village {
        if has(Role::Group) {
            levels.push(format!("{village} & same(grp)"));
        }
        levels.push(village.to_string());
    }
    for (role, level) in [(Role::Town, "same(town)"), (Role::County, "same(county)")] {
        if has(role) {
            levels.push(level.to_string());
        }
    }
    levels
}

/// A string as TOML writes it.
fn quoted(words: &str) -> String {
    toml::Value::String(words.to_string()).to_string()
}
