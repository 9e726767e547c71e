use crate::Stage;

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
