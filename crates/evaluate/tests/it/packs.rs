//! The packs in the tree reproduce their own cases.

use std::path::Path;

use evaluate::run_case;
use policy::check;

use crate::support;

#[test]
fn every_pack_reproduces_its_cases() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let packs = support::packs(&root);
    assert!(!packs.is_empty(), "no pack under {}", root.display());
    let (set, findings) = check(&packs, &support::items());
    let faults: Vec<_> = findings.iter().filter(|finding| finding.must_fix()).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    let mut count = 0;
    for id in set.ids().map(str::to_string).collect::<Vec<_>>() {
        for case in &set.get(&id).expect("listed").cases {
            let resolved = set.resolve(&id, case.on, &case.county).unwrap_or_else(|findings| panic!("{id}: {findings:#?}"));
            let findings = run_case(&resolved, case);
            assert!(findings.is_empty(), "{findings:#?}");
            count += case.expected.len();
        }
    }
    assert!(count > 200, "only {count} expectations were checked");
}
