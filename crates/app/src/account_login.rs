//! Coming in and going out: passwords, the second step, lockout, sessions.

use duty::Moment;
use duty::chain::{digest, hex};
use facts::text;
use serde::Serialize;
use store::{Account, NewTrace, Session, Settlement};

use crate::account_totp::code_fits;
use crate::rights::Passwords;
use crate::{Failure, Ledger, Viewer, account_password};

/// What somebody says to come in.
#[derive(Debug, Clone, Default)]
pub struct LoginAsked {
    pub person: String,
    pub password: String,
    /// The code of the second step.
    pub code: Option<String>,
    /// Where they come from, and with what.
    pub address: String,
    pub agent: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// They are in: what the browser holds from now on.
    In { token: String },
    /// The password is right, and a code is wanted, too.
    NeedsCode,
}

/// Somebody who is in, with what they may.
#[derive(Debug, Clone)]
pub struct Entered {
    pub viewer: Viewer,
    pub session: Session,
    /// Whether a second step is set up.
    pub has_totp: bool,
}

/// A session as its owner and the system administrator see it.
#[derive(Debug, Clone, Serialize)]
pub struct SessionLine {
    /// The first digits of its hash: enough to tell sessions apart, too few to come in with.
    pub id: String,
    pub person: String,
    pub begun: String,
    pub seen: String,
    pub address: String,
    pub agent: String,
    pub own: bool,
}

/// The two looks at an account between which the password is compared, so that nobody waits for the ledger meanwhile.
pub struct Candidate {
    account: Option<Account>,
    tries_left: i64,
}

/// Counts the try and says whether it may go on; the password is compared next, outside the ledger.
pub fn begin_login(ledger: &mut Ledger, asked: &LoginAsked) -> Result<Candidate, Failure> {
    ledger.look_at_clock();
    let rules = ledger.procedures.rights.passwords()?.clone();
    let Some(account) = ledger.store.account(&asked.person)?.filter(|account| account.password.is_some()) else {
        return Ok(Candidate { account: None, tries_left: 0 });
    };
    if account.locked {
        return Err(Failure::forbidden(
            text!("这个账号已被停用", "this account is locked"),
            text!("请安全管理员启用", "ask the security administrator to unlock it"),
        ));
    }
    let now = ledger.now.to_string();
    if let Some(until) = account.shut_until.as_ref().filter(|until| **until > now) {
        return Err(shut(until));
    }
    // An earlier shutting is over: tries are counted anew.
    let is_over = account.shut_until.is_some();
    if is_over {
        let account = Account { shut_until: None, tries: 0, ..account.clone() };
        ledger.store.settle(&Settlement { account: Some(account), ..Settlement::default() })?;
    }
    let tries = ledger.store.count_try(&asked.person)?;
    if tries > rules.tries_max {
        let until = later(ledger.now, rules.shut_minutes * 60).to_string();
        let trace = trace(ledger, &asked.person, "shut", &asked.person, &format!("{} {until}", asked.address));
        let account = Account { shut_until: Some(until.clone()), tries, ..account };
        ledger.store.settle(&Settlement { account: Some(account), traces: vec![trace], ..Settlement::default() })?;
        return Err(shut(&until));
    }
    let account = Account { tries, shut_until: None, ..account };
    Ok(Candidate { account: Some(account), tries_left: rules.tries_max - tries })
}

impl Candidate {
    /// Compares the password. It takes as long for an account that is not there: its name is not to be found out so.
    pub fn password_fits(&self, password: &str) -> bool {
        const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2l4dGVlbiBieXRlcyBvaw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let phc = self.account.as_ref().and_then(|account| account.password.as_deref());
        account_password::fits(password, phc.unwrap_or(NOBODY)) && phc.is_some()
    }
}

/// Lets somebody in whose password fitted, or writes down that it did not. `random` becomes what the browser holds.
pub fn end_login(
    ledger: &mut Ledger,
    asked: &LoginAsked,
    candidate: Candidate,
    fitted: bool,
    random: &[u8; 32],
) -> Result<Login, Failure> {
    let rules = ledger.procedures.rights.passwords()?.clone();
    let wrong = |ledger: &mut Ledger, left: i64| {
        let trace = trace(ledger, &asked.person, "login-failed", &asked.person, &asked.address);
        ledger.store.settle(&Settlement { traces: vec![trace], ..Settlement::default() })?;
        Err(Failure::forbidden(
            text!("账号、口令或验证码不对", "account, password or code is wrong"),
            if left > 0 {
                text!(
                    "还可以试 {left} 次；忘了口令请安全管理员重置",
                    "{left} more tries; if you forgot it, ask the security administrator to reset it"
                )
            } else {
                text!("忘了口令请安全管理员重置", "if you forgot it, ask the security administrator to reset it")
            },
        ))
    };
    let left = candidate.tries_left;
    let Some(mut account) = candidate.account.filter(|_| fitted) else { return wrong(ledger, left) };
    if let Some(secret) = &account.totp {
        let Some(code) = asked.code.as_deref().filter(|code| !code.trim().is_empty()) else {
            // The try stays counted until the code is right: nothing is written that another try could undo.
            return Ok(Login::NeedsCode);
        };
        match code_fits(secret, code, world_time(ledger.now), account.totp_step) {
            Some(step) => account.totp_step = step,
            None => return wrong(ledger, left),
        }
    }
    if account.must_change && is_older(&account, ledger.now, rules.first_days) {
        return Err(Failure::forbidden(
            text!("初始口令已过期", "the first password has run out"),
            text!("请安全管理员重置", "ask the security administrator to reset it"),
        ));
    }
    account.must_change |= is_older(&account, ledger.now, rules.days_max);
    let_in(ledger, account, asked, random)
}

/// Lets somebody in without a password: only in a home made for showing, whose accounts anybody may try.
pub fn enter_demo(ledger: &mut Ledger, asked: &LoginAsked, random: &[u8; 32]) -> Result<Login, Failure> {
    ledger.look_at_clock();
    if !is_demo(ledger)? {
        return Err(Failure::forbidden(
            text!("只有演示数据目录可以不用口令登录", "only a home made for showing lets people in without a password"),
            text!("用账号和口令登录", "log in with account and password"),
        ));
    }
    let Some(account) = ledger.store.account(&asked.person)?.filter(|account| !account.locked) else {
        let person = &asked.person;
        return Err(Failure::unknown(
            text!("没有账号“{person}”", "there is no account `{person}`"),
            text!("从列表里选一个", "choose one of the list"),
        ));
    };
    let_in(ledger, account, asked, random)
}

fn let_in(ledger: &mut Ledger, mut account: Account, asked: &LoginAsked, random: &[u8; 32]) -> Result<Login, Failure> {
    let hours = ledger.procedures.rights.sessions()?.hours_max;
    let now = ledger.now.to_string();
    account.tries = 0;
    account.shut_until = None;
    account.seen = Some(now.clone());
    let token = hex(random);
    let session = Session {
        token: hash_of(&token),
        person: account.person.clone(),
        begun: now.clone(),
        seen: now,
        ends: later(ledger.now, hours * 3600).to_string(),
        address: asked.address.clone(),
        agent: asked.agent.chars().take(200).collect(),
    };
    let trace = trace(ledger, &account.person, "login", &account.person, &asked.address);
    let change = Settlement { account: Some(account), session: Some(session), traces: vec![trace], ..Settlement::default() };
    ledger.store.settle(&change)?;
    Ok(Login::In { token })
}

/// Who holds this token, if it still serves.
pub fn enter(ledger: &mut Ledger, token: &str) -> Result<Option<Entered>, Failure> {
    ledger.look_at_clock();
    let Some(mut session) = ledger.store.session(&hash_of(token))? else { return Ok(None) };
    let idle = ledger.procedures.rights.sessions()?.idle_minutes * 60;
    let (user, account) = (ledger.store.user(&session.person)?, ledger.store.account(&session.person)?);
    let quiet = ledger.now.as_unix() - session.seen.parse::<Moment>().map_or(0, Moment::as_unix);
    let (Some(user), Some(account)) = (user, account.filter(|account| !account.locked)) else {
        ledger.store.settle(&Settlement { ended: vec![session.token], ..Settlement::default() })?;
        return Ok(None);
    };
    if session.ends < ledger.now.to_string() || quiet > idle {
        let trace = trace(ledger, &user.person, "timeout", &user.person, "");
        let ended = vec![session.token];
        ledger.store.settle(&Settlement { ended, traces: vec![trace], ..Settlement::default() })?;
        return Ok(None);
    }
    // Written down once a minute: a page asks many times.
    if quiet > 60 {
        session.seen = ledger.now.to_string();
        ledger.store.settle(&Settlement { session: Some(session.clone()), ..Settlement::default() })?;
    }
    let viewer = Viewer::of(&user, &account, &ledger.procedures.rights);
    Ok(Some(Entered { viewer, session, has_totp: account.totp.is_some() }))
}

/// Ends one's own session.
pub fn leave(ledger: &mut Ledger, token: &str) -> Result<(), Failure> {
    ledger.look_at_clock();
    let token = hash_of(token);
    let Some(session) = ledger.store.session(&token)? else { return Ok(()) };
    let trace = trace(ledger, &session.person, "logout", &session.person, "");
    Ok(ledger.store.settle(&Settlement { ended: vec![token], traces: vec![trace], ..Settlement::default() })?)
}

/// One's own sessions, or those of all.
pub fn list_sessions(ledger: &mut Ledger, viewer: &Viewer, own: &Session, all: bool) -> Result<Vec<SessionLine>, Failure> {
    if all {
        viewer.must("sessions:read")?;
    }
    let person = (!all).then_some(viewer.person.as_str());
    let sessions = ledger.store.sessions(person)?;
    let line = |session: Session| SessionLine {
        id: session.token.get(..16).unwrap_or("").to_string(),
        own: session.token == own.token,
        person: session.person,
        begun: session.begun,
        seen: session.seen,
        address: session.address,
        agent: session.agent,
    };
    Ok(sessions.into_iter().map(line).collect())
}

/// Ends a session: one's own, or with the right to it somebody else's.
pub fn end_session(ledger: &mut Ledger, viewer: &Viewer, id: &str) -> Result<(), Failure> {
    let sessions = ledger.store.sessions(None)?;
    let found = sessions.into_iter().find(|session| id.len() == 16 && session.token.starts_with(id));
    let Some(session) = found.filter(|session| session.person == viewer.person || viewer.may("sessions:write")) else {
        return Err(Failure::unknown(
            text!("没有这个登录", "there is no such session"),
            text!("刷新列表", "load the list again"),
        ));
    };
    let trace = trace(ledger, &viewer.person, "session-ended", &session.person, id);
    Ok(ledger.store.settle(&Settlement { ended: vec![session.token], traces: vec![trace], ..Settlement::default() })?)
}

/// Whether anybody can come in; as long as nobody can, no login is asked for.
pub fn has_accounts(ledger: &mut Ledger) -> Result<bool, Failure> {
    Ok(ledger.store.has_accounts()?)
}

/// Whether the home was made for showing.
pub fn is_demo(ledger: &mut Ledger) -> Result<bool, Failure> {
    Ok(ledger.store.mark("demo")?.is_some())
}

pub(crate) fn trace(ledger: &Ledger, person: &str, act: &str, about: &str, words: &str) -> NewTrace {
    let word = |words: &str| words.chars().filter(|c| !c.is_control()).take(500).collect::<String>();
    NewTrace { at: ledger.now.to_string(), person: word(person), act: act.to_string(), about: word(about), words: word(words) }
}

/// A moment so many seconds later.
pub(crate) fn later(moment: Moment, seconds: i64) -> Moment {
    Moment::from_unix(world_time(moment) + seconds)
}

/// Seconds since 1970: clocks in Beijing are eight hours ahead.
pub(crate) fn world_time(moment: Moment) -> i64 {
    moment.as_unix() - 8 * 3600
}

fn is_older(account: &Account, now: Moment, days: i64) -> bool {
    let set = account.changed.as_ref().and_then(|changed| changed.parse::<Moment>().ok());
    set.is_some_and(|set| now.as_unix() - set.as_unix() > days * 86_400)
}

/// What is kept of a token: whoever reads the store cannot come in with it.
fn hash_of(token: &str) -> String {
    hex(&digest(token.as_bytes()))
}

fn shut(until: &str) -> Failure {
    let until = until.get(..16).unwrap_or(until).replace('T', " ");
    Failure::forbidden(
        text!("输错次数太多，账号锁定到 {until}", "too many wrong tries: the account is shut until {until}"),
        text!("到时再试，或请安全管理员解锁", "try again then, or ask the security administrator to open it"),
    )
}

/// Rules of passwords, for pages that say them.
pub fn password_rules(ledger: &Ledger) -> Result<Passwords, Failure> {
    ledger.procedures.rights.passwords().cloned()
}
