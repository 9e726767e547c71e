//! Coming in: first passwords, wrong ones, the second step, going out, and what is written down about it.

use std::net::SocketAddr;

use app::{AccountAsked, Keeper, LedgerAsked};
use serde_json::{Value, json};

use crate::client::{Answer, OWN, send};
use crate::house::{copy_of_sample, serve};

fn ask(at: SocketAddr, method: &str, path: &str, cookie: &str, body: &Value) -> Answer {
    send(at, method, path, &[OWN, ("Cookie", cookie)], body.to_string().as_bytes())
}

fn log_in(at: SocketAddr, person: &str, password: &str) -> Answer {
    ask(at, "POST", "/api/session", "", &json!({ "person": person, "password": password }))
}

fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").unwrap_or_default().split(';').next().unwrap_or_default().to_string()
}

#[test]
fn somebody_comes_in_changes_the_password_and_goes_out() {
    let (_folder, home) = copy_of_sample();
    let mut ledger = app::open_ledger(&LedgerAsked { home: home.clone(), ..LedgerAsked::default() }).unwrap();
    let add = |ledger: &mut app::Ledger, person: &str, role: &str| {
        let unit = "539901".to_string();
        let asked =
            AccountAsked { person: person.into(), name: "王".into(), role: role.into(), unit, ..AccountAsked::default() };
        app::put_account(ledger, Keeper::Machine, &asked).unwrap();
        app::reset_password(ledger, Keeper::Machine, person, &app::random().unwrap()).unwrap()
    };
    let first = add(&mut ledger, "wang", "bureau_leader");
    let of_security = add(&mut ledger, "zhao", "security_admin");
    let of_audit = add(&mut ledger, "qian", "audit_admin");
    // Three administrators: nobody holds two of these roles.
    let both = AccountAsked {
        person: "sun".into(),
        name: "孙".into(),
        role: "security_admin".into(),
        unit: "539901".into(),
        roles: vec!["audit_admin".into()],
        chosen: Vec::new(),
    };
    let refused = app::put_account(&mut ledger, Keeper::Machine, &both).unwrap_err();
    assert!(refused.forbidden && refused.what.en.contains("not for one person"), "{refused:?}");

    let at = serve(&home);
    assert_eq!(ask(at, "GET", "/api/state", "", &json!({})).status, 401);
    assert_eq!(log_in(at, "wang", "not this").status, 403);
    assert_eq!(log_in(at, "nobody", "not this").status, 403);
    let answer = log_in(at, "wang", &first);
    assert_eq!(answer.status, 200);
    let wang = cookie(&answer);
    // The first password opens nothing but its own change.
    assert_eq!(ask(at, "GET", "/api/board", &wang, &json!({})).status, 403);
    let change =
        |old: &str, new: &str| ask(at, "POST", "/api/session/password", &wang, &json!({ "old": old, "new": new })).status;
    assert_eq!((change("wrong", "Kunlun-2026"), change(&first, "easy"), change(&first, "Kunlun-2026")), (403, 400, 204));
    assert_eq!(ask(at, "GET", "/api/board", &wang, &json!({})).status, 200);
    assert_eq!(ask(at, "GET", "/api/accounts", &wang, &json!({})).status, 403);
    // Without the header of its own pages nothing changes, whatever cookie comes along.
    assert_eq!(send(at, "DELETE", "/api/session", &[("Cookie", &wang)], b"").status, 403);
    assert_eq!(ask(at, "DELETE", "/api/session", &wang, &json!({})).status, 204);
    assert_eq!(ask(at, "GET", "/api/board", &wang, &json!({})).status, 401);

    // Six wrong ones shut the account, even for the right one.
    for _ in 0..6 {
        assert_eq!(log_in(at, "wang", "wrong").status, 403);
    }
    let shut = log_in(at, "wang", "Kunlun-2026");
    assert!(shut.status == 403 && shut.json()["what"]["en"].as_str().unwrap().contains("shut until"));

    // The security administrator opens it again, and sees no log; the audit administrator reads it, and changes no account.
    let settled = |person: &str, first: &str| {
        let cookie = cookie(&log_in(at, person, first));
        assert_eq!(ask(at, "POST", "/api/session/password", &cookie, &json!({ "old": first, "new": "Kunlun-2027" })).status, 204);
        cookie
    };
    let (zhao, qian) = (settled("zhao", &of_security), settled("qian", &of_audit));
    assert_eq!(ask(at, "POST", "/api/accounts/wang/unlock", &qian, &json!({})).status, 403);
    assert_eq!(ask(at, "POST", "/api/accounts/wang/unlock", &zhao, &json!({})).status, 204);
    assert_eq!(ask(at, "GET", "/api/logs", &zhao, &json!({})).status, 403);
    let wang = cookie(&log_in(at, "wang", "Kunlun-2026"));
    assert!(!wang.is_empty());
    let lines = ask(at, "GET", "/api/logs?person=wang", &qian, &json!({})).json();
    let acts: Vec<&str> = lines["lines"].as_array().unwrap().iter().map(|line| line["act"].as_str().unwrap()).collect();
    for act in ["login", "login-failed", "shut", "password-changed", "logout"] {
        assert!(acts.contains(&act), "{act} in {acts:?}");
    }

    // Locked, whoever is in is out at once.
    assert_eq!(ask(at, "POST", "/api/accounts/wang/lock", &zhao, &json!({})).status, 204);
    assert_eq!(ask(at, "GET", "/api/board", &wang, &json!({})).status, 401);

    // A second step that is on is asked for.
    let offer = ask(at, "POST", "/api/session/totp", &zhao, &json!({})).json();
    let secret = offer["secret"].as_str().unwrap();
    assert_eq!(secret.len(), 32);
    let wrong = ask(at, "PUT", "/api/session/totp", &zhao, &json!({ "secret": secret, "code": "000000" }));
    assert!(matches!(wrong.status, 400 | 204));
}
