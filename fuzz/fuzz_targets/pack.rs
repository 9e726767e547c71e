//! Any text as the files of a pack: refused with a place, or accepted and resolved.
#![no_main]

const HEAD: &str = "id = \"cn/fuzz\"\ntitle = \"一\"\ntitle_en = \"One\"\nplace = \"\"\nin_force = { from = 2017-04-19 }\n\
    [document]\ntitle = \"一\"\nnumber = \"一\"\nissuer = \"一\"\nsigned = 2017-04-19\nurl = \"https://example.org\"\nretrieved = 2026-01-01\n\
    [[part]]\nid = \"resources\"\ntitle = \"一\"\ntitle_en = \"One\"\n";

libfuzzer_sys::fuzz_target!(|text: &str| {
    let file = |path: &str, text: &str| (path.to_string(), text.to_string());
    let source = file("source.md", "# 一 {#a7-1}\n");
    if text.contains("in_force") {
        junheng_fuzz::check_pack(vec![file("pack.toml", text), source]);
    } else {
        junheng_fuzz::check_pack(vec![file("pack.toml", HEAD), file("entries.toml", text), file("cases/one.toml", text), source]);
    }
});
