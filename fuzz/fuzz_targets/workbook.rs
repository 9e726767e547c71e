//! Any bytes named .xlsx, .xls, .ods or .zip. What begins like the XML of a sheet is put into an otherwise sound workbook.
#![no_main]

use junheng_fuzz::{FORMS, open_document, read_out, workbook};

libfuzzer_sys::fuzz_target!(init: junheng_fuzz::let_caught_panics_pass(), |data: &[u8]| {
    let findings = match data {
        [b'<', b'o', ..] => import::read_bytes("数据.ods", &open_document(data), &FORMS),
        [b'<', ..] => import::read_bytes("数据.xlsx", &workbook(data), &FORMS),
        _ => import::read_bytes("数据.xlsx", data, &FORMS),
    };
    read_out(&findings);
});
