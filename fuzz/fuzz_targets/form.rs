//! Any text as a form.toml: refused with a place, or accepted and used on a small file.
#![no_main]

use facts::ItemList;
use import::Forms;

const ROLL: &str = "学校标识码,学校名称,学年,学段,年级,班级名称,学生数\n2153000012,甲小学,2025-2026,小学,一年级,一班,45\n";

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let (forms, findings) = Forms::check(&[("fuzz/form.toml".to_string(), data.to_vec())], ItemList::default());
    junheng_fuzz::read_out(&findings);
    junheng_fuzz::read_out(&import::read_bytes("班级.csv", ROLL.as_bytes(), &forms));
});
