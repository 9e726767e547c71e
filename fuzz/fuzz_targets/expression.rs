//! Any text as a formula, a filter and a condition: refused with a place, or compiled.
#![no_main]

const HEAD: &str = "id = \"cn/fuzz\"\ntitle = \"一\"\ntitle_en = \"One\"\nplace = \"\"\nin_force = { from = 2017-04-19 }\n\
    [document]\ntitle = \"一\"\nnumber = \"一\"\nissuer = \"一\"\nsigned = 2017-04-19\nurl = \"https://example.org\"\nretrieved = 2026-01-01\n\
    [[part]]\nid = \"resources\"\ntitle = \"一\"\ntitle_en = \"One\"\n";

libfuzzer_sys::fuzz_target!(|text: &str| {
    let text = toml::Value::String(text.to_string());
    let titles = "title = \"一\"\ntitle_en = \"One\"\narticle = \"a7-1\"\n";
    let entries = format!(
        "[[parameter]]\nid = \"least\"\n{titles}unit = \"m2/person\"\n[[parameter.value]]\nfrom = 2017-04-19\nvalue = 1\nconfirmed = true\nsource = \"一\"\n\
         [[scope]]\nfrom = 2017-04-19\narticle = \"a7-1\"\nwhere = {text}\n\
         [[stock]]\nid = \"pupils\"\n{titles}unit = \"person\"\ntable = \"school_figures\"\nwhere = \"item = 'pupils'\"\naggregate = \"sum(value)\"\nlevel = \"school\"\n\
         [[stock]]\nid = \"area\"\n{titles}unit = \"m2\"\ntable = \"school_figures\"\nwhere = {text}\naggregate = \"sum(value)\"\nlevel = \"school\"\n\
         [[indicator]]\nid = \"ratio\"\n{titles}short = \"一\"\nunit = \"m2/person\"\nformula = {text}\nstages = [\"primary\"]\nthreshold = \"least\"\ncompare = \">=\"\nweight = \"pupils\"\nlever = \"area\"\npart = \"resources\"\nform_decimals = 2\n\
         [[item]]\nid = \"size\"\nno = 1\npart = \"resources\"\n{titles}level = \"school\"\nrequire = {text}\n"
    );
    let file = |path: &str, text: &str| (path.to_string(), text.to_string());
    junheng_fuzz::check_pack(vec![file("pack.toml", HEAD), file("entries.toml", &entries), file("source.md", "# 一 {#a7-1}\n")]);
});
