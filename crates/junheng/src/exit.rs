use std::process::ExitCode;

/// How a command went, as a script sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done, and nothing must be fixed.
    Fine,
    /// 1: done, and there are findings that must be fixed, or standards that are missed.
    Missed,
    /// 2: the command line asks for something that does not exist.
    WrongUse,
    /// 3: it could not be done: the disk, the rights, a damaged file of our own.
    Prevented,
}

impl Exit {
    pub fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Exit::Fine => 0,
            Exit::Missed => 1,
            Exit::WrongUse => 2,
            Exit::Prevented => 3,
        })
    }
}
