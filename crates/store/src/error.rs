use facts::{Text, text};

/// Why the store could not do something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// Somebody else acted on the case first; nothing was written.
    Conflict { case: String },
    /// Somebody else is writing for longer than one can wait.
    Busy,
    /// There is no room on the disk; nothing was written.
    Full,
    /// The store may be read, not written.
    ReadOnly,
    /// It cannot be opened: the path, the address, the password.
    FailedOpen { what: String },
    /// It was written by a newer version of the program.
    Newer { found: i64, known: i64 },
    /// Going back to an older form would lose something.
    WouldLose { table: String },
    /// A copy goes only into an empty store.
    NotEmpty,
    /// It is no store of ours, or it is damaged.
    Broken { what: String },
    /// The connection was lost.
    Lost { what: String },
    /// The database says otherwise.
    Refused { what: String },
}

impl StoreError {
    pub fn words(&self) -> Text {
        match self {
            StoreError::Conflict { case } => {
                text!("{case} 刚刚被别人办理，这次没有写入", "somebody else has just acted on {case}; nothing was written")
            }
            StoreError::Busy => text!("台账正在被别人写入", "somebody else is writing to the store"),
            StoreError::Full => text!("磁盘已满，没有写入", "the disk is full; nothing was written"),
            StoreError::ReadOnly => text!("台账只读，没有写入", "the store is read-only; nothing was written"),
            StoreError::FailedOpen { what } => text!("打不开台账：{what}", "the store cannot be opened: {what}"),
            StoreError::Newer { found, known } => text!(
                "台账的格式是第 {found} 版，本程序只认到第 {known} 版",
                "the store has form {found}; this program knows forms up to {known}"
            ),
            StoreError::WouldLose { table } => {
                text!("退回旧格式会丢失 {table} 里的内容", "going back would lose what is in {table}")
            }
            StoreError::NotEmpty => text!("目标台账不是空的", "the store to be filled is not empty"),
            StoreError::Broken { what } => text!("台账损坏或不是台账：{what}", "the store is damaged, or none of ours: {what}"),
            StoreError::Lost { what } => text!("与数据库的连接断了：{what}", "the connection to the database was lost: {what}"),
            StoreError::Refused { what } => text!("数据库拒绝：{what}", "the database refused: {what}"),
        }
    }

    /// The way on.
    pub fn hint(&self) -> Text {
        match self {
            StoreError::Conflict { .. } => text!("重新查看本案，再决定要不要办", "look at the case again, then decide"),
            StoreError::Busy | StoreError::Lost { .. } => text!("稍后再试", "try again later"),
            StoreError::Full => text!("清出磁盘空间，再办一次", "make room on the disk and do it again"),
            StoreError::ReadOnly => text!("检查文件权限", "look at the permissions of the file"),
            StoreError::FailedOpen { .. } => {
                text!("检查 --store 的路径或地址", "look at the path or address after --store")
            }
            StoreError::Newer { .. } => text!("升级本程序", "upgrade the program"),
            StoreError::WouldLose { .. } => text!("先备份并清空", "back it up and empty it first"),
            StoreError::NotEmpty => text!("换一个空的目标", "choose an empty one"),
            StoreError::Broken { .. } | StoreError::Refused { .. } => {
                text!("从备份恢复：junheng restore", "restore a backup: junheng restore")
            }
        }
    }
}
