use facts::{Date, SchoolYear};

/// The name a file has in a government office: 单位_表名_学年_日期, with nothing in it that a file system refuses.
///
/// ```
/// let name = report::file_name("示例市教育体育局", "优质均衡申报表", facts::SchoolYear::starting(2025), facts::Date::constant(2026, 3, 1));
/// assert_eq!(name, "示例市教育体育局_优质均衡申报表_2025-2026学年_20260301.xlsx");
/// assert!(!report::file_name("../a/b", "x", facts::SchoolYear::starting(2025), facts::Date::constant(2026, 3, 1)).contains('/'));
/// ```
pub fn file_name(body: &str, table: &str, year: SchoolYear, day: Date) -> String {
    let day = format!("{:04}{:02}{:02}", day.year(), day.month(), day.day());
    format!("{}_{}_{}学年_{day}.xlsx", safe(body), safe(table), year.id())
}

/// At most sixty characters, because some file systems count bytes and Chinese takes three each.
fn safe(words: &str) -> String {
    let refused = |c: char| matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '_') || c.is_control();
    let kept: String = words.trim().chars().map(|c| if refused(c) { '-' } else { c }).take(60).collect();
    let kept = kept.trim_start_matches('.').trim_end_matches(['.', ' ']);
    if kept.is_empty() { "未命名".to_string() } else { kept.to_string() }
}
