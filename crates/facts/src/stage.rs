use serde::{Deserialize, Serialize};

use crate::{Text, text};

/// A stage of schooling, or `Whole` for a figure that a school reports without dividing it by stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    Primary,
    Junior,
    Senior,
    Whole,
}

impl Stage {
    pub const ALL: [Stage; 4] = [Stage::Primary, Stage::Junior, Stage::Senior, Stage::Whole];

    /// The word stored in fact tables, in packs and on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Stage::Primary => "primary",
            Stage::Junior => "junior",
            Stage::Senior => "senior",
            Stage::Whole => "whole",
        }
    }

    pub fn from_id(id: &str) -> Option<Stage> {
        Stage::ALL.into_iter().find(|stage| stage.id() == id)
    }

    /// Reads the words that files use for a stage.
    ///
    /// ```
    /// use facts::Stage;
    /// assert_eq!(Stage::read(" 小学 "), Some(Stage::Primary));
    /// assert_eq!(Stage::read("初中学段"), Some(Stage::Junior));
    /// assert_eq!(Stage::read("全校"), Some(Stage::Whole));
    /// assert_eq!(Stage::read("大学"), None);
    /// ```
    pub fn read(words: &str) -> Option<Stage> {
        let words = crate::plain(words).to_lowercase();
        let words = words.trim_end_matches("学段").trim_end_matches("阶段").trim_end_matches('部');
        match words {
            "小学" | "primary" | "elementary" => Some(Stage::Primary),
            "初中" | "初级中学" | "普通初中" | "junior" | "lower secondary" | "middle" => Some(Stage::Junior),
            "高中" | "普通高中" | "senior" | "upper secondary" | "high" => Some(Stage::Senior),
            "全校" | "合计" | "学校" | "不分" | "不分学段" | "whole" | "all" => Some(Stage::Whole),
            _ => None,
        }
    }

    pub fn title(self) -> Text {
        match self {
            Stage::Primary => text!("小学", "primary"),
            Stage::Junior => text!("初中", "junior secondary"),
            Stage::Senior => text!("高中", "senior secondary"),
            Stage::Whole => text!("全校", "whole school"),
        }
    }
}
