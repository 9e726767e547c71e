//! Accounts as the security administrator keeps them, and whoever sits at the machine itself.

use facts::{Text, text};
use serde::Serialize;
use store::{Account, Settlement};

use crate::account_login::trace;
use crate::rights::{Reaching, right_title};
use crate::{Failure, Ledger, Viewer, account_password};

/// An account as a list shows it.
#[derive(Debug, Clone, Serialize)]
pub struct AccountLine {
    pub person: String,
    pub name: String,
    /// The role in which they act first, then further ones.
    pub roles: Vec<String>,
    pub role_titles: Vec<Text>,
    pub unit: String,
    pub chosen: Vec<String>,
    /// Whether they can come in at all.
    pub has_password: bool,
    pub must_change: bool,
    pub locked: bool,
    pub shut_until: Option<String>,
    pub has_totp: bool,
    pub seen: Option<String>,
}

/// What is told of a new account, or changed of one.
#[derive(Debug, Clone, Default)]
pub struct AccountAsked {
    pub person: String,
    pub name: String,
    pub role: String,
    pub unit: String,
    /// Further roles.
    pub roles: Vec<String>,
    /// Units chosen one by one.
    pub chosen: Vec<String>,
}

/// A role with what it may.
#[derive(Debug, Clone, Serialize)]
pub struct RoleLine {
    pub id: String,
    pub title: Text,
    pub level: String,
    pub line: String,
    /// Right, its words, its scopes.
    pub rights: Vec<(String, Text, Vec<Reaching>)>,
}

/// Who acts on accounts: somebody who is in, or whoever sits at the machine.
#[derive(Debug, Clone, Copy)]
pub enum Keeper<'v> {
    Viewer(&'v Viewer),
    Machine,
}

impl Keeper<'_> {
    fn must(&self, right: &str) -> Result<(), Failure> {
        match self {
            Keeper::Viewer(viewer) => viewer.must(right),
            Keeper::Machine => Ok(()),
        }
    }

    fn person(&self) -> &str {
        match self {
            Keeper::Viewer(viewer) => &viewer.person,
            Keeper::Machine => "命令行",
        }
    }
}

/// All accounts, by name.
pub fn list_accounts(ledger: &mut Ledger, keeper: Keeper<'_>) -> Result<Vec<AccountLine>, Failure> {
    keeper.must("accounts:read")?;
    let accounts = ledger.store.accounts()?;
    let users = ledger.store.users()?;
    let line = |user: duty::Actor| {
        let account = accounts.iter().find(|account| account.person == user.person).cloned().unwrap_or_default();
        let roles: Vec<String> = std::iter::once(user.role).chain(account.roles).collect();
        AccountLine {
            role_titles: roles.iter().map(|role| ledger.procedures.roles.title(role)).collect(),
            person: user.person,
            name: user.name,
            roles,
            unit: user.unit,
            chosen: account.chosen,
            has_password: account.password.is_some(),
            must_change: account.must_change,
            locked: account.locked,
            shut_until: account.shut_until,
            has_totp: account.totp.is_some(),
            seen: account.seen,
        }
    };
    Ok(users.into_iter().map(line).collect())
}

/// Adds an account, or changes name, roles and units of one. What must be kept apart is refused.
pub fn put_account(ledger: &mut Ledger, keeper: Keeper<'_>, asked: &AccountAsked) -> Result<AccountLine, Failure> {
    keeper.must("accounts:write")?;
    ledger.look_at_clock();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if asked.person.is_empty() || asked.person.len() > 40 || !asked.person.chars().all(is_plain) || asked.name.trim().is_empty() {
        return Err(Failure::wrong_use(
            text!("账号或姓名不能用", "the account or the name cannot be used"),
            text!(
                "账号用字母、数字和 _ - .，不超过 40 个字；姓名不能空",
                "letters, digits and _ - . for the account, 40 at most; a name for the person"
            ),
        ));
    }
    if let Keeper::Viewer(viewer) = keeper
        && viewer.person == asked.person
    {
        return Err(Failure::forbidden(
            text!("不能改自己的角色", "nobody changes their own roles"),
            text!(
                "请另一位安全管理员改，或在服务器上用命令行",
                "ask another security administrator, or use the command line of the server"
            ),
        ));
    }
    for role in &asked.roles {
        known_role(ledger, role)?;
    }
    for unit in &asked.chosen {
        crate::duty_users::known_unit(unit)?;
    }
    let user = crate::duty_users::user_of(ledger, &asked.person, &asked.name, &asked.role, &asked.unit)?;
    let mut roles = vec![user.role.clone()];
    roles.extend(asked.roles.iter().cloned());
    if let Some(Text { zh, en }) = ledger.procedures.rights.broken_by(&roles) {
        return Err(Failure::forbidden(
            text!("这几个角色不能给同一个人：{zh}", "these roles are not for one person: {en}"),
            text!("另建一个账号，交给另一个人", "make another account, for another person"),
        ));
    }
    let known = ledger.store.account(&asked.person)?;
    let is_new = known.is_none();
    let account = Account {
        person: asked.person.clone(),
        roles: asked.roles.clone(),
        chosen: asked.chosen.clone(),
        ..known.unwrap_or_default()
    };
    let words = format!("{} {} {}", roles.join(" "), asked.unit, asked.chosen.join(" "));
    let act = if is_new { "account-added" } else { "account-changed" };
    let trace = trace(ledger, keeper.person(), act, &asked.person, words.trim());
    let change = Settlement { user: Some(user), account: Some(account), traces: vec![trace], ..Settlement::default() };
    ledger.store.settle(&change)?;
    let lines = list_accounts(ledger, Keeper::Machine)?;
    lines.into_iter().find(|line| line.person == asked.person).ok_or_else(|| no_account(&asked.person))
}

/// Gives a first password, which must be replaced at the first login; all sessions end. It is told once and kept nowhere.
pub fn reset_password(ledger: &mut Ledger, keeper: Keeper<'_>, person: &str, random: &[u8; 32]) -> Result<String, Failure> {
    keeper.must("accounts:write")?;
    ledger.look_at_clock();
    let mut account = account_of(ledger, person)?;
    let (mut of_words, mut salt) = ([0; 16], [0; 16]);
    of_words.copy_from_slice(&random[..16]);
    salt.copy_from_slice(&random[16..]);
    let password = account_password::first(&of_words);
    account.password = Some(account_password::hash(&password, &salt)?);
    account.must_change = true;
    account.changed = Some(ledger.now.to_string());
    account.tries = 0;
    account.shut_until = None;
    account.totp = None;
    let trace = trace(ledger, keeper.person(), "password-reset", person, "");
    let ended_of = Some((person.to_string(), None));
    ledger.store.settle(&Settlement { account: Some(account), ended_of, traces: vec![trace], ..Settlement::default() })?;
    Ok(password)
}

/// Locks an account, so that nobody comes in with it and whoever is in goes out; or opens it again, also after too many tries.
pub fn lock_account(ledger: &mut Ledger, keeper: Keeper<'_>, person: &str, lock: bool) -> Result<(), Failure> {
    keeper.must("accounts:write")?;
    ledger.look_at_clock();
    let mut account = account_of(ledger, person)?;
    account.locked = lock;
    account.tries = 0;
    account.shut_until = None;
    let act = if lock { "account-locked" } else { "account-unlocked" };
    let trace = trace(ledger, keeper.person(), act, person, "");
    let ended_of = lock.then(|| (person.to_string(), None));
    Ok(ledger.store.settle(&Settlement { account: Some(account), ended_of, traces: vec![trace], ..Settlement::default() })?)
}

/// Every role with what it may.
pub fn list_roles(ledger: &Ledger) -> Vec<RoleLine> {
    let line = |role: &duty::Role| RoleLine {
        id: role.id.clone(),
        title: ledger.procedures.roles.title(&role.id),
        level: role.level.clone(),
        line: role.line.clone(),
        rights: (ledger.procedures.rights.of_roles(std::slice::from_ref(&role.id)).into_iter())
            .map(|(right, scopes)| (right.clone(), right_title(&right), scopes))
            .collect(),
    };
    ledger.procedures.roles.roles.iter().map(line).collect()
}

/// The account of a user; one who has none yet gets an empty one.
pub(crate) fn account_of(ledger: &mut Ledger, person: &str) -> Result<Account, Failure> {
    if ledger.store.user(person)?.is_none() {
        return Err(no_account(person));
    }
    let empty = || Account { person: person.to_string(), ..Account::default() };
    Ok(ledger.store.account(person)?.unwrap_or_else(empty))
}

pub(crate) fn known_role(ledger: &Ledger, role: &str) -> Result<(), Failure> {
    if ledger.procedures.roles.role(role).is_some() {
        return Ok(());
    }
    Err(Failure::unknown(
        text!("没有角色“{role}”", "there is no role `{role}`"),
        text!("junheng users roles 列出全部", "`junheng users roles` lists them"),
    ))
}

fn no_account(person: &str) -> Failure {
    Failure::unknown(
        text!("没有账号“{person}”", "there is no account `{person}`"),
        text!("junheng users list 列出全部", "`junheng users list` lists them"),
    )
}

impl AccountLine {
    pub fn line(&self) -> Text {
        let join =
            |of: fn(&Text) -> &String| self.role_titles.iter().map(|title| of(title).as_str()).collect::<Vec<_>>().join("/");
        let (person, name, unit) = (&self.person, &self.name, &self.unit);
        let (zh, en) = (join(|title| &title.zh), join(|title| &title.en));
        let (state_zh, state_en) = match (self.locked, &self.shut_until, self.has_password, self.must_change) {
            (true, ..) => ("已停用", "locked"),
            (_, Some(_), ..) => ("输错太多，暂时锁定", "shut after too many tries"),
            (_, _, false, _) => ("不能登录", "cannot log in"),
            (_, _, _, true) => ("待改初始口令", "first password to be changed"),
            _ => ("可以登录", "can log in"),
        };
        text!("{person}  {name}  {zh}  管辖 {unit}  {state_zh}", "{person}  {name}  {en}  answers for {unit}  {state_en}")
    }
}

impl RoleLine {
    pub fn lines(&self) -> Vec<Text> {
        let (id, zh, en) = (&self.id, &self.title.zh, &self.title.en);
        let mut lines = vec![text!("{id}  {zh}", "{id}  {en}")];
        for (right, title, scopes) in &self.rights {
            let scopes: Vec<Text> = scopes.iter().map(|scope| scope.title()).collect();
            let join = |of: fn(&Text) -> &String| scopes.iter().map(|scope| of(scope).as_str()).collect::<Vec<_>>().join("、");
            let (zh, en, scope_zh, scope_en) = (&title.zh, &title.en, join(|scope| &scope.zh), join(|scope| &scope.en));
            lines.push(text!("    {right}  {zh}（{scope_zh}）", "    {right}  {en} ({scope_en})"));
        }
        lines
    }
}

impl Reaching {
    pub fn title(self) -> Text {
        match self {
            Reaching::All => text!("全部", "everything"),
            Reaching::Chosen => text!("自定", "chosen units"),
            Reaching::Unit => text!("本部门", "own department"),
            Reaching::Below => text!("本部门及以下", "own department and below"),
            Reaching::Own => text!("仅本人", "own only"),
        }
    }
}
