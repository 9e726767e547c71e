//! Accounts, sessions, leave for exports and the log of looks: the part of the story that both databases tell alike.

use store::{Account, Approval, Filter, NewTrace, Reach, Session, Settlement, Store, TraceFilter};

use crate::{actor, batch, entry};

fn trace(person: &str, act: &str, about: &str) -> NewTrace {
    let words = |words: &str| words.to_string();
    NewTrace {
        at: words("2026-03-02T08:00:00+08:00"),
        person: words(person),
        act: words(act),
        about: words(about),
        words: words("一句话"),
    }
}

fn session(token: &str, person: &str) -> Session {
    let words = |words: &str| words.to_string();
    Session {
        token: words(token),
        person: words(person),
        begun: words("2026-03-02T08:00:00+08:00"),
        seen: words("2026-03-02T08:00:00+08:00"),
        ends: words("2026-03-02T20:00:00+08:00"),
        address: words("10.0.0.7"),
        agent: String::new(),
    }
}

/// People come in, are counted, look, and go out.
pub fn tell(store: &mut dyn Store) {
    assert!(!store.has_accounts().unwrap());
    let account = Account {
        person: "li".into(),
        roles: vec!["teacher".into(), "school_office".into()],
        chosen: vec!["2153990001".into()],
        password: Some("$argon2id$…".into()),
        must_change: true,
        totp_step: 7,
        ..Account::default()
    };
    let change = Settlement {
        user: Some(actor("li")),
        account: Some(account.clone()),
        session: Some(session("t1", "li")),
        traces: vec![trace("li", "login", "li"), trace("li", "look", "C-1")],
        ..Settlement::default()
    };
    store.settle(&change).unwrap();
    assert!(store.has_accounts().unwrap());
    assert_eq!(store.account("li").unwrap().unwrap(), account);
    assert_eq!(store.accounts().unwrap(), [account]);
    assert_eq!((store.count_try("li").unwrap(), store.count_try("li").unwrap(), store.count_try("nobody").unwrap()), (1, 2, 0));

    store.settle(&Settlement { session: Some(session("t2", "li")), ..Settlement::default() }).unwrap();
    store.settle(&Settlement { session: Some(session("t3", "wang")), ..Settlement::default() }).unwrap();
    assert_eq!(store.session("t1").unwrap().unwrap(), session("t1", "li"));
    assert_eq!((store.sessions(Some("li")).unwrap().len(), store.sessions(None).unwrap().len()), (2, 3));
    let ended_of = Some(("li".to_string(), Some("t2".to_string())));
    store.settle(&Settlement { ended_of, ended: vec!["t3".into()], ..Settlement::default() }).unwrap();
    assert_eq!(store.sessions(None).unwrap(), [session("t2", "li")]);

    let asked = Approval {
        id: "PZ-1".into(),
        person: "li".into(),
        at: "2026-03-02T08:00:00+08:00".into(),
        what: "cases:export".into(),
        part: "cn/x".into(),
        reason: "核查".into(),
        state: "asked".into(),
        decided_by: None,
        decided: None,
        until: None,
    };
    let traces = vec![trace("wang", "look", "C-1")];
    store.settle(&Settlement { approval: Some(asked.clone()), traces, ..Settlement::default() }).unwrap();
    assert_eq!((store.approval("PZ-1").unwrap(), store.approvals().unwrap().len()), (Some(asked), 1));

    let looks = TraceFilter { acts: vec!["look".into()], about: Some("C-1".into()), ..TraceFilter::default() };
    let found: Vec<String> = store.traces(&looks).unwrap().into_iter().map(|trace| trace.person).collect();
    assert_eq!(found, ["wang", "li"]);
    let page = TraceFilter { older_than: Some(3), limit: 1, ..TraceFilter::default() };
    assert_eq!(store.traces(&page).unwrap()[0].no, 2);
    assert_eq!(store.verify_traces().unwrap(), Ok(3));
    reaches(store);
}

/// What somebody may see of the cases, as a condition of the list.
fn reaches(store: &mut dyn Store) {
    let mut told = entry("R-1", 0);
    told.row.division = "539903001".into();
    told.row.owner_role = "principal".into();
    told.row.told = Some(" bureau_leader ".into());
    let mut named = entry("R-2", 0);
    named.row.division = "539903002".into();
    named.row.owner_role = "principal".into();
    named.row.owner_person = Some("wang".into());
    named.row.school = Some("2153990077".into());
    store.append(&batch([told, named])).unwrap();
    let mut check = |unit: &str, roles: &[&str], person: Option<&str>, expected: &[&str]| {
        let reach = Reach {
            unit: Some(unit.into()),
            roles: roles.iter().map(|role| (*role).to_string()).collect(),
            person: person.map(str::to_string),
        };
        let filter = Filter { reaches: vec![reach], ..Filter::default() };
        let found: Vec<String> = store.list(&filter).unwrap().rows.into_iter().map(|row| row.case).collect();
        assert_eq!(found, expected, "{unit} {roles:?} {person:?}");
    };
    check("539903", &[], None, &["R-1", "R-2"]);
    check("539903001", &[], None, &["R-1"]);
    check("2153990077", &[], None, &["R-2"]);
    check("539903", &["principal"], None, &["R-1", "R-2"]);
    check("539903", &["bureau_leader"], None, &["R-1"]);
    check("539903", &["principal"], Some("li"), &["R-1"]);
    check("539903", &["principal"], Some("wang"), &["R-1", "R-2"]);
    check("539903", &["teacher"], None, &[]);
    check("-", &[], None, &[]);
    let words = |words: &str| Filter { words: Some(words.into()), ..Filter::default() };
    assert_eq!(store.list(&words("R-1")).unwrap().total, 1);
    assert_eq!(store.list(&words("R_1")).unwrap().total, 0);
}
