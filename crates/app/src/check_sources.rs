use std::path::PathBuf;

use facts::{Finding, Place, Severity, text};
use policy::PackFiles;
use serde::Serialize;

use crate::duty_procedures::check_procedures;
use crate::library::{assemble, files_under, own_forms, own_packs, packs_under};
use crate::{Failure, Library};

/// What a check of packs and forms found.
#[derive(Debug, Serialize)]
#[must_use = "an unread report mends nothing"]
pub struct Checked {
    pub packs: Vec<String>,
    pub forms: Vec<String>,
    /// How many cases were computed.
    pub cases: usize,
    /// The procedures of duties, and how many of their walks were walked.
    pub procedures: Vec<String>,
    pub walks: usize,
    pub findings: Vec<Finding>,
}

/// Checks the packs and forms in folders: their language, their sources, and that every case comes out as published.
///
/// Packs outside the folders are there to be extended; only what lies in the folders is reported.
pub fn check_sources(paths: &[PathBuf]) -> Result<Checked, Failure> {
    let (mut packs, mut forms): (Vec<PackFiles>, Vec<(String, Vec<u8>)>) = (Vec::new(), Vec::new());
    let mut form_ids = Vec::new();
    for path in paths {
        packs.extend(packs_under(path)?);
        let (ids, files) = forms_under(path)?;
        form_ids.extend(ids);
        forms.extend(files);
    }
    let of_duties = check_procedures(paths)?;
    if packs.is_empty() && forms.is_empty() && of_duties.all.is_empty() && of_duties.findings.is_empty() {
        return Err(Failure::wrong_use(
            text!(
                "给出的路径里没有标准包（pack.toml）也没有表式（form.toml）",
                "there is no pack (pack.toml) and no form (form.toml) there"
            ),
            text!("例如：junheng check policies forms", "for example: junheng check policies forms"),
        ));
    }
    let wanted: Vec<String> = packs.iter().map(|pack| pack.id.clone()).collect();
    for pack in own_packs() {
        if !wanted.contains(&pack.id) {
            packs.push(pack);
        }
    }
    let given: Vec<String> = forms.iter().map(|(path, _)| path.clone()).collect();
    forms.extend(own_forms().into_iter().filter(|(path, _)| !given.contains(path)));
    let library = assemble(&packs, &forms);
    let mut findings: Vec<Finding> =
        library.findings.iter().filter(|finding| concerns(finding, &wanted, &form_ids)).cloned().collect();
    let mut cases = 0;
    for id in &wanted {
        let (computed, found) = compute_cases(&library, id);
        cases += computed;
        findings.extend(found);
    }
    findings.extend(of_duties.findings);
    // From the top of each file down, whatever the code.
    findings.sort_by(|a, b| (a.severity, &a.place, &a.code).cmp(&(b.severity, &b.place, &b.code)));
    let procedures = of_duties.all.into_keys().collect();
    Ok(Checked { packs: wanted, forms: form_ids, cases, procedures, walks: of_duties.walks, findings })
}

/// Computes the cases of a pack and says which come out otherwise than published.
pub fn compute_cases(library: &Library, id: &str) -> (usize, Vec<Finding>) {
    let Some(pack) = library.packs.get(id) else { return (0, Vec::new()) };
    let mut findings = Vec::new();
    for case in &pack.cases {
        match library.packs.resolve(id, case.on, &case.county) {
            Ok(resolved) => findings.extend(evaluate::run_case(&resolved, case)),
            Err(found) => findings.extend(found),
        }
    }
    (pack.cases.len(), findings)
}

type FormFiles = Vec<(String, Vec<u8>)>;

/// The ids of the forms in or below a folder, and their files with the paths that they have below `forms/`. Lists of items,
/// vocabularies and cross-checks beside them come too: a form is checked with those that it will be read with.
fn forms_under(folder: &std::path::Path) -> Result<(Vec<String>, FormFiles), Failure> {
    let whole = folder.canonicalize().map_err(|error| Failure::io(text!("读取文件夹", "read the folder"), folder, &error))?;
    let root = whole
        .ancestors()
        .find(|ancestor| ancestor.file_name().is_some_and(|name| name == "forms"))
        .map(std::path::Path::to_path_buf);
    let root = match root {
        Some(root) => root,
        None if whole.join("form.toml").is_file() => whole.parent().unwrap_or(&whole).to_path_buf(),
        None if whole.join("forms").is_dir() => whole.join("forms"),
        None => whole.clone(),
    };
    let below = whole.strip_prefix(&root).unwrap_or(std::path::Path::new("")).to_string_lossy().replace('\\', "/");
    let start = if below.is_empty() { root.clone() } else { whole.clone() };
    let mut files = files_under(&start)?;
    if !below.is_empty() {
        for (path, _) in &mut files {
            *path = format!("{below}/{path}");
        }
    }
    let ids: Vec<String> = files.iter().filter_map(|(path, _)| path.strip_suffix("/form.toml").map(str::to_string)).collect();
    let is_shared = |path: &str| {
        let of_forms = !ids.is_empty() || root.ends_with("forms");
        let known = ["items/", "vocabularies/"].iter().any(|folder| path.starts_with(folder));
        of_forms && path.ends_with(".toml") && (known || matches!(path, "sheet-words.toml" | "cross-checks.toml"))
    };
    files.retain(|(path, _)| is_shared(path) || ids.iter().any(|id| path.starts_with(&format!("{id}/"))));
    Ok((ids, files))
}

/// Whether a finding is about one of the packs or forms that were asked about.
fn concerns(finding: &Finding, packs: &[String], forms: &[String]) -> bool {
    match &finding.place {
        Place::Source { file, .. } => {
            let inside = |id: &String| {
                file.split('/').collect::<Vec<_>>().windows(id.split('/').count()).any(|part| part.join("/") == *id)
            };
            packs.iter().any(inside) || forms.iter().any(inside) || finding.severity == Severity::Logic
        }
        _ => true,
    }
}
