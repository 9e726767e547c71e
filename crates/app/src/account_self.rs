//! What everybody does with their own account: another password, the second step.

use facts::text;
use store::{Session, Settlement};

use crate::account_login::{trace, world_time};
use crate::account_manage::account_of;
use crate::account_totp::{code_fits, otpauth, secret_of, square};
use crate::{Failure, Ledger, Viewer, account_password};

/// A secret that is to be put into the telephone before it is switched on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotpOffer {
    /// In base 32, to be typed.
    pub secret: String,
    /// `otpauth://totp/…`, to be opened on the telephone.
    pub address: String,
    /// The address as a square to be photographed: its side, and the path of what is dark.
    pub square: (usize, String),
}

/// Replaces one's own password; all other sessions of the account end.
pub fn change_password(
    ledger: &mut Ledger,
    viewer: &Viewer,
    session: &Session,
    (old, new): (&str, &str),
    salt: &[u8; 16],
) -> Result<(), Failure> {
    ledger.look_at_clock();
    let mut account = account_of(ledger, &viewer.person)?;
    let rules = ledger.procedures.rights.passwords()?.clone();
    // A wrong old password counts as a try: a session left open is no way to find it out.
    let tries = ledger.store.count_try(&viewer.person)?;
    let fits = account.password.as_deref().is_some_and(|phc| account_password::fits(old, phc));
    if !fits || tries > rules.tries_max {
        let trace = trace(ledger, &viewer.person, "password-failed", &viewer.person, "");
        let ended = if tries > rules.tries_max { vec![session.token.clone()] } else { Vec::new() };
        ledger.store.settle(&Settlement { ended, traces: vec![trace], ..Settlement::default() })?;
        return Err(Failure::forbidden(
            text!("原口令不对", "the old password is wrong"),
            text!("忘了口令请安全管理员重置", "if you forgot it, ask the security administrator to reset it"),
        ));
    }
    account_password::strong(new, &viewer.person, &rules)?;
    if old == new {
        return Err(Failure::wrong_use(
            text!("新口令与原口令相同", "the new password is the old one"),
            text!("换一个", "choose another"),
        ));
    }
    account.password = Some(account_password::hash(new, salt)?);
    account.must_change = false;
    account.changed = Some(ledger.now.to_string());
    account.tries = 0;
    let trace = trace(ledger, &viewer.person, "password-changed", &viewer.person, "");
    let ended_of = Some((viewer.person.clone(), Some(session.token.clone())));
    let change = Settlement { account: Some(account), ended_of, traces: vec![trace], ..Settlement::default() };
    Ok(ledger.store.settle(&change)?)
}

/// Offers a secret for the second step; nothing is kept until a code proves that the telephone has it.
pub fn offer_totp(viewer: &Viewer, random: &[u8; 20]) -> TotpOffer {
    let secret = secret_of(random);
    let address = otpauth(&secret, &viewer.person);
    let square = square(&address);
    TotpOffer { secret, address, square }
}

/// Switches the second step on, with a code made from the secret that was offered.
pub fn set_totp(ledger: &mut Ledger, viewer: &Viewer, secret: &str, code: &str) -> Result<(), Failure> {
    ledger.look_at_clock();
    let mut account = account_of(ledger, &viewer.person)?;
    let Some(step) = code_fits(secret, code, world_time(ledger.now), 0) else { return Err(wrong_code()) };
    account.totp = Some(secret.to_string());
    account.totp_step = step;
    let trace = trace(ledger, &viewer.person, "totp-on", &viewer.person, "");
    Ok(ledger.store.settle(&Settlement { account: Some(account), traces: vec![trace], ..Settlement::default() })?)
}

/// Switches the second step off, with a code from it.
pub fn unset_totp(ledger: &mut Ledger, viewer: &Viewer, code: &str) -> Result<(), Failure> {
    ledger.look_at_clock();
    let mut account = account_of(ledger, &viewer.person)?;
    let Some(secret) = account.totp.take() else { return Ok(()) };
    let Some(step) = code_fits(&secret, code, world_time(ledger.now), account.totp_step) else { return Err(wrong_code()) };
    account.totp_step = step;
    let trace = trace(ledger, &viewer.person, "totp-off", &viewer.person, "");
    Ok(ledger.store.settle(&Settlement { account: Some(account), traces: vec![trace], ..Settlement::default() })?)
}

fn wrong_code() -> Failure {
    Failure::wrong_use(
        text!("验证码不对", "the code is wrong"),
        text!(
            "输入手机上现在显示的六位数字；核对手机的时间",
            "enter the six digits that the telephone shows now; look at its clock"
        ),
    )
}
