use std::path::Path;

use facts::text;
use serde::Serialize;

use crate::Failure;
use crate::library::paths_under;

/// The sample county as it was written.
#[derive(Debug, Serialize)]
pub struct Sampled {
    pub files: usize,
    /// The school years, each a folder.
    pub years: Vec<String>,
}

/// Writes the sample county into an empty folder.
pub fn make_sample(out: &Path, seed: u64) -> Result<Sampled, Failure> {
    if out.is_dir() && !paths_under(out)?.is_empty() {
        let at = out.display();
        return Err(Failure::wrong_use(
            text!("{at} 里已有文件，样例不会覆盖它们", "there are files in {at}; the sample does not write over them"),
            text!("换一个空目录", "name an empty folder"),
        ));
    }
    let truth = sample::write(out, seed, sample::Size::County)
        .map_err(|error| Failure::io(text!("写出样例县", "write the sample county"), out, &error))?;
    Ok(Sampled { files: paths_under(out)?.len(), years: truth.years.iter().map(|year| year.year.to_string()).collect() })
}

/// Writes the bulk data of the benches: for each county one `school-figures` list and, with `rolls`, one pupil roll.
pub fn make_bench_data(out: &Path, seed: u64, counties: u64, schools: u32, pupils: u32, rolls: bool) -> Result<(), Failure> {
    for county in 0..counties {
        let folder = out.join(format!("{county:03}"));
        sample::write_bench_county(&folder, seed + county, schools, pupils, rolls)
            .map_err(|error| Failure::io(text!("写出对比数据", "write the bench data"), &folder, &error))?;
    }
    Ok(())
}
