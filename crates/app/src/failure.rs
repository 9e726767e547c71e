use facts::{Finding, Text, text};
use serde::Serialize;
use snapshot::HomeError;

/// Why a use case could not be carried out: what failed, and the way on.
#[derive(Debug, Clone, Serialize)]
pub struct Failure {
    pub what: Text,
    pub hint: Text,
    /// Whether something was asked for that does not exist, rather than the machine standing in the way.
    pub wrong_use: bool,
    /// Whether the thing that was named does not exist.
    #[serde(skip)]
    pub unknown: bool,
    /// Whether somebody else is at work, so that it may be done later.
    #[serde(skip)]
    pub busy: bool,
    /// Whether whoever asked may not.
    #[serde(skip)]
    pub forbidden: bool,
}

impl Failure {
    pub fn wrong_use(what: Text, hint: Text) -> Failure {
        Failure { what, hint, wrong_use: true, unknown: false, busy: false, forbidden: false }
    }

    pub fn prevented(what: Text, hint: Text) -> Failure {
        Failure { what, hint, wrong_use: false, unknown: false, busy: false, forbidden: false }
    }

    /// An indicator is asked for at a stage at which it is not formed.
    pub fn not_at_stage() -> Failure {
        Failure::unknown(
            text!("该指标不在这个学段计算", "the indicator is not formed at this stage"),
            text!("换一个学段", "choose another stage"),
        )
    }

    /// What was named does not exist.
    pub fn unknown(what: Text, hint: Text) -> Failure {
        Failure { unknown: true, ..Failure::wrong_use(what, hint) }
    }

    /// Whoever asks may not.
    pub fn forbidden(what: Text, hint: Text) -> Failure {
        Failure { forbidden: true, ..Failure::wrong_use(what, hint) }
    }

    /// The operating system refused to read or write a path.
    pub fn io(act: Text, path: &std::path::Path, error: &std::io::Error) -> Failure {
        let (at, why) = (path.display(), why(error));
        let (Text { zh, en }, Text { zh: why_zh, en: why_en }) = (act, why);
        Failure::prevented(
            text!("{zh}失败：{at}：{why_zh}", "could not {en}: {at}: {why_en}"),
            text!("检查路径、磁盘空间和读写权限", "look at the path, the room on the disk and the permissions"),
        )
    }

    /// The findings that made a thing impossible, as one message.
    pub fn found(findings: &[Finding]) -> Failure {
        let join = |of: fn(&Text) -> &str| findings.iter().map(|finding| of(&finding.what)).collect::<Vec<_>>().join("；");
        let hint = findings.first().map_or_else(|| Text::new("", ""), |finding| finding.hint.clone());
        Failure::wrong_use(Text::new(join(|text| &text.zh), join(|text| &text.en)), hint)
    }
}

impl From<HomeError> for Failure {
    fn from(error: HomeError) -> Failure {
        let asked_wrongly =
            matches!(error, HomeError::NoHome { .. } | HomeError::NoSnapshot { .. } | HomeError::AmbiguousId { .. });
        Failure {
            what: error.words(),
            hint: Text::new("", ""),
            wrong_use: asked_wrongly,
            unknown: matches!(error, HomeError::NoSnapshot { .. } | HomeError::NoRawFile { .. }),
            busy: matches!(error, HomeError::Locked { .. }),
            forbidden: false,
        }
    }
}

/// The system's reason in words; what has no name here keeps the system's own.
fn why(error: &std::io::Error) -> Text {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => text!("没有这个文件或文件夹", "there is no such file or folder"),
        ErrorKind::PermissionDenied => text!("没有读写权限", "permission denied"),
        ErrorKind::StorageFull => text!("磁盘已满", "the disk is full"),
        ErrorKind::FileTooLarge => text!("文件超过了系统允许的大小", "the file would be larger than the system allows"),
        ErrorKind::QuotaExceeded => text!("磁盘配额已用完", "the disk quota is used up"),
        ErrorKind::ReadOnlyFilesystem => text!("磁盘只读", "the disk is read-only"),
        ErrorKind::IsADirectory => text!("这是一个文件夹", "it is a folder"),
        ErrorKind::NotADirectory => text!("路径中有一段不是文件夹", "a part of the path is no folder"),
        _ => Text::new(error.to_string(), error.to_string()),
    }
}
