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
}

impl Failure {
    pub fn wrong_use(what: Text, hint: Text) -> Failure {
        Failure { what, hint, wrong_use: true }
    }

    pub fn prevented(what: Text, hint: Text) -> Failure {
        Failure { what, hint, wrong_use: false }
    }

    /// The operating system refused to read or write a path.
    pub fn io(act: Text, path: &std::path::Path, error: &std::io::Error) -> Failure {
        let at = path.display();
        let Text { zh, en } = act;
        Failure::prevented(
            text!("{zh}失败：{at}：{error}", "could not {en}: {at}: {error}"),
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
        Failure { what: error.words(), hint: Text::new("", ""), wrong_use: asked_wrongly }
    }
}
