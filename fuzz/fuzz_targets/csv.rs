//! Any bytes named .csv: findings or rows, never a panic, never more memory than the file deserves.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    junheng_fuzz::read_out(&import::read_bytes("数据.csv", data, &junheng_fuzz::FORMS));
});
