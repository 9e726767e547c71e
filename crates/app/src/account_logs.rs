//! The log of who came in, looked, exported and changed accounts, and leave for exports.

use facts::{Text, text};
use store::{Approval, Settlement, Trace, TraceFilter};

use crate::account_login::{later, trace};
use crate::account_looks::take_in_looks;
use crate::{Failure, Ledger, Viewer};

/// Acts that concern records of pupils: what a disciplinary inspector reads.
const LOOKS: &[&str] = &["look", "look-list", "look-people", "look-vault", "looks-cut", "export"];

/// Which lines are asked for.
#[derive(Debug, Clone, Default)]
pub struct LogAsked {
    pub person: Option<String>,
    pub act: Option<String>,
    pub about: Option<String>,
    pub from: Option<String>,
    pub before: Option<String>,
    pub older_than: Option<i64>,
    pub limit: u32,
}

/// Reads the log: all of it with the one right, the looks at pupils' records with the other. The reading is written down, too.
pub fn read_traces(ledger: &mut Ledger, viewer: &Viewer, asked: &LogAsked) -> Result<Vec<Trace>, Failure> {
    if !viewer.may("audit:read") {
        viewer.must("looks:read")?;
    }
    ledger.look_at_clock();
    take_in_looks(ledger)?;
    let mut acts: Vec<String> = asked.act.iter().cloned().collect();
    if !viewer.may("audit:read") {
        acts = LOOKS
            .iter()
            .filter(|act| asked.act.as_deref().is_none_or(|asked| asked == **act))
            .map(|act| (*act).to_string())
            .collect();
        if acts.is_empty() {
            return Ok(Vec::new());
        }
    }
    let filter = TraceFilter {
        person: asked.person.clone(),
        acts,
        about: asked.about.clone(),
        from: asked.from.clone(),
        before: asked.before.clone(),
        older_than: asked.older_than,
        limit: asked.limit.clamp(1, 500),
    };
    let read = ledger.store.traces(&filter)?;
    let about = asked.about.clone().or_else(|| asked.person.clone()).unwrap_or_default();
    write_down(ledger, viewer, "log-read", &about, "")?;
    Ok(read)
}

/// Writes down that somebody did something that changes nothing else.
pub(crate) fn write_down(ledger: &mut Ledger, viewer: &Viewer, act: &str, about: &str, words: &str) -> Result<(), Failure> {
    let who = if viewer.is_alone() { MACHINE } else { viewer.person.as_str() };
    let trace = trace(ledger, who, act, about, words);
    Ok(ledger.store.settle(&Settlement { traces: vec![trace], ..Settlement::default() })?)
}

/// Whoever sits at the machine itself: by the command line, or in a home without accounts.
pub(crate) const MACHINE: &str = "命令行";

/// Asks for leave to take out many records at once.
pub fn ask_approval(
    ledger: &mut Ledger,
    viewer: &Viewer,
    part: &str,
    reason: &str,
    random: &[u8; 8],
) -> Result<Approval, Failure> {
    viewer.must("approvals:ask")?;
    ledger.look_at_clock();
    if reason.trim().chars().count() < 4 {
        return Err(Failure::wrong_use(
            text!("要写明用途", "say what it is for"),
            text!("例如：向州教育局报送第三季度核查", "for instance: the quarterly check for the prefecture"),
        ));
    }
    let approval = Approval {
        id: format!("PZ-{}", duty::chain::hex(random)),
        person: viewer.person.clone(),
        at: ledger.now.to_string(),
        what: "cases:export".into(),
        part: part.to_string(),
        reason: reason.trim().chars().take(500).collect(),
        state: "asked".into(),
        decided_by: None,
        decided: None,
        until: None,
    };
    let trace = trace(ledger, &viewer.person, "approval-asked", &approval.id, &approval.reason);
    let change = Settlement { approval: Some(approval.clone()), traces: vec![trace], ..Settlement::default() };
    ledger.store.settle(&change)?;
    Ok(approval)
}

/// Gives leave or declines it: never to oneself.
pub fn decide_approval(ledger: &mut Ledger, viewer: &Viewer, id: &str, give: bool) -> Result<Approval, Failure> {
    viewer.must("approvals:decide")?;
    ledger.look_at_clock();
    let Some(mut approval) = ledger.store.approval(id)? else {
        return Err(Failure::unknown(
            text!("没有申请“{id}”", "there is no request `{id}`"),
            text!("刷新列表", "load the list again"),
        ));
    };
    if approval.person == viewer.person {
        return Err(Failure::forbidden(
            text!("不能审批自己的申请", "nobody decides on their own request"),
            text!("请另一位领导审批", "ask another leader"),
        ));
    }
    if approval.state != "asked" {
        return Err(Failure::wrong_use(
            text!("这个申请已经审批过", "this request was decided on already"),
            text!("需要的话重新申请", "ask anew if needed"),
        ));
    }
    let hours = ledger.procedures.rights.approvals()?.hours_max;
    approval.state = if give { "given" } else { "declined" }.into();
    approval.decided_by = Some(viewer.person.clone());
    approval.decided = Some(ledger.now.to_string());
    approval.until = give.then(|| later(ledger.now, hours * 3600).to_string());
    let act = if give { "approval-given" } else { "approval-declined" };
    let trace = trace(ledger, &viewer.person, act, id, &approval.person);
    let change = Settlement { approval: Some(approval.clone()), traces: vec![trace], ..Settlement::default() };
    ledger.store.settle(&change)?;
    Ok(approval)
}

/// One's own requests; all of them for those who decide.
pub fn list_approvals(ledger: &mut Ledger, viewer: &Viewer) -> Result<Vec<Approval>, Failure> {
    let mut all = ledger.store.approvals()?;
    if !viewer.may("approvals:decide") && !viewer.may("audit:read") {
        viewer.must("approvals:ask")?;
        all.retain(|approval| approval.person == viewer.person);
    }
    Ok(all)
}

/// Refuses an export of records of persons that nobody gave leave for.
pub(crate) fn must_be_approved(ledger: &mut Ledger, viewer: &Viewer, part: &str) -> Result<String, Failure> {
    let now = ledger.now.to_string();
    let approvals = ledger.store.approvals()?;
    let given = |approval: &&Approval| {
        approval.person == viewer.person
            && approval.part == part
            && approval.state == "given"
            && approval.until.as_ref().is_some_and(|until| *until > now)
    };
    approvals.iter().find(given).map(|approval| approval.id.clone()).ok_or_else(|| {
        Failure::forbidden(
            text!(
                "批量查看或导出涉及学生的台账，要先经批准",
                "many cases about pupils are seen or exported at once only with leave"
            ),
            text!(
                "选定一种台账，申请并写明用途；批准后再看、再导出",
                "choose one ledger, ask for it and say what it is for; come back when leave was given"
            ),
        )
    })
}

/// What an act is called.
pub fn act_title(act: &str) -> Text {
    match act {
        "look" => text!("查看案件", "looked at a case"),
        "look-list" => text!("列出涉及学生的案件", "listed cases about pupils"),
        "look-people" => text!("查看名册记录", "looked at rows of a roll"),
        "look-vault" => text!("查看密存", "looked into a vault"),
        "looks-cut" => text!("查阅记录文件被截短", "the file of looks was cut"),
        "export" => text!("导出", "exported"),
        "login" => text!("登录", "came in"),
        "logout" => text!("退出", "went out"),
        "login-failed" => text!("登录失败", "did not come in"),
        "shut" => text!("输错太多被锁定", "shut after too many tries"),
        "timeout" => text!("超时退出", "timed out"),
        "session-ended" => text!("结束登录", "ended a session"),
        "account-added" => text!("新建账号", "added an account"),
        "account-changed" => text!("修改账号", "changed an account"),
        "account-locked" => text!("停用账号", "locked an account"),
        "account-unlocked" => text!("启用账号", "unlocked an account"),
        "password-reset" => text!("重置口令", "reset a password"),
        "password-changed" => text!("修改口令", "changed the password"),
        "password-failed" => text!("改口令时原口令不对", "old password wrong when changing it"),
        "totp-on" => text!("启用验证码", "second step on"),
        "totp-off" => text!("停用验证码", "second step off"),
        "sync" => text!("按最新评估立案、销号", "opened and closed cases by the latest evaluation"),
        "log-read" => text!("查看日志", "read the log"),
        "approval-asked" => text!("申请导出", "asked for an export"),
        "approval-given" => text!("批准导出", "gave leave for an export"),
        "approval-declined" => text!("不批准导出", "declined an export"),
        other => Text::new(other, other),
    }
}
