use crate::{Stage, Text, text};

/// The stages that a school of a kind (办学类型, GB/T 33782-2017) teaches; none for kinds outside general schooling and for
/// words that are no such code.
///
/// ```
/// use facts::{Stage, stages_of_kind};
/// assert_eq!(stages_of_kind("312"), [Stage::Primary, Stage::Junior]);
/// assert!(stages_of_kind("111").is_empty());
/// ```
pub fn stages_of_kind(kind: &str) -> &'static [Stage] {
    match kind {
        // 小学, 小学教学点, 附设小学班
        "211" | "218" | "219" => &[Stage::Primary],
        // 初级中学, 附设普通初中班, 职业初中
        "311" | "319" | "321" => &[Stage::Junior],
        // 九年一贯制
        "312" => &[Stage::Primary, Stage::Junior],
        // 完全中学
        "341" => &[Stage::Junior, Stage::Senior],
        // 高级中学, 附设普通高中班
        "342" | "349" => &[Stage::Senior],
        // 十二年一贯制
        "345" => &[Stage::Primary, Stage::Junior, Stage::Senior],
        _ => &[],
    }
}

/// What a kind of school (办学类型, GB/T 33782-2017) is called, for those that a county's compulsory education meets.
///
/// ```
/// use facts::title_of_kind;
/// assert_eq!(title_of_kind("312").unwrap().zh, "九年一贯制学校");
/// assert!(title_of_kind("000").is_none());
/// ```
pub fn title_of_kind(kind: &str) -> Option<Text> {
    Some(match kind {
        "111" => text!("幼儿园", "kindergarten"),
        "211" => text!("小学", "primary school"),
        "218" => text!("小学教学点", "primary teaching point"),
        "219" => text!("附设小学班", "attached primary classes"),
        "311" => text!("初级中学", "junior secondary school"),
        "312" => text!("九年一贯制学校", "nine-year school"),
        "319" => text!("附设普通初中班", "attached junior classes"),
        "321" => text!("职业初中", "vocational junior school"),
        "341" => text!("完全中学", "full secondary school"),
        "342" => text!("高级中学", "senior secondary school"),
        "345" => text!("十二年一贯制学校", "twelve-year school"),
        "349" => text!("附设普通高中班", "attached senior classes"),
        "371" => text!("专门学校", "special training school"),
        "511" => text!("盲人学校", "school for the blind"),
        "512" => text!("聋人学校", "school for the deaf"),
        "513" => text!("培智学校", "school for intellectually disabled pupils"),
        "514" => text!("其他特教学校", "other special school"),
        "519" => text!("附设特教班", "attached special classes"),
        _ => return None,
    })
}
