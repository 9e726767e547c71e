//! Whatever the bytes, reading ends, and ends without a panic.

mod support;

use std::sync::LazyLock;

use import::Forms;
use proptest::prelude::*;

static FORMS: LazyLock<Forms> = LazyLock::new(support::forms);

/// The samples of all forms: bytes that go deep into the readers before something is wrong with them.
static SAMPLES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let files = support::files_of(&support::forms_dir());
    files.into_iter().filter(|(name, _)| ["csv", "xls", "xlsx", "ods"].iter().any(|end| name.ends_with(end))).collect()
});

const STARTS: &[&[u8]] =
    &[b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<html><table>", b"\xef\xbb\xbf", b"\xff\xfe", b"<?xml"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn bytes_of_any_kind(start in 0..STARTS.len(), bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let bytes = [STARTS[start], &bytes].concat();
        for name in ["x.xlsx", "x.csv"] {
            import::read_bytes(name, &bytes, &FORMS);
        }
    }

    #[test]
    fn samples_with_something_wrong(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let (name, bytes) = which.get(&SAMPLES);
        let mut bytes = bytes.clone();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if cut {
            bytes.truncate(at + 1);
        }
        import::read_bytes(name, &bytes, &FORMS);
    }

    #[test]
    fn lines_of_words_that_forms_know(words in prop::collection::vec("(学校标识码|学年|小计|班级名称|学生数|年级|学段|小学|[0-9]{1,12}|-|[,\n\"\t]|[一-龥]{1,3}){0,12}", 0..12)) {
        import::read_bytes("x.csv", words.join(",").as_bytes(), &FORMS);
    }

    #[test]
    fn forms_of_any_kind(words in "(\\[\\[column\\]\\]\n|\\[\\[fact\\]\\]\n|id = \"[a-z]{1,3}\"\n|kind = \"(text|code|figure)\"\n|must = \"[a-z0-9 ()+<>=,']{0,20}\"\n|table = \"rooms\"\n|layout = \"list\"\n|.){0,20}") {
        Forms::check(&[("x/form.toml".to_string(), words.into_bytes())], FORMS.items().clone());
    }
}
