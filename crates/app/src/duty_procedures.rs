use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use duty::chain::{digest, hex};
use duty::{Calendar, Procedure, ProcedureFiles, Roles};
use facts::Finding;

use crate::Failure;
use crate::library::{files_under, own_policy_files};
use crate::rights::Rights;

/// The procedures, roles and holidays in force: those in the binary, those in the home's `policies/`, those named on the
/// command line. One of the same id that comes later stands in the place of the earlier one.
pub struct Procedures {
    pub roles: Roles,
    /// Who may see and do what.
    pub rights: Rights,
    pub calendar: Calendar,
    /// By id; with the files that a case keeps.
    pub all: BTreeMap<String, (Procedure, ProcedureFiles)>,
    /// What is wrong with those that were left out.
    pub findings: Vec<Finding>,
    /// How many walks were walked.
    pub walks: usize,
}

/// Reads the procedures of a home.
pub fn procedures(home: &Path, extra: &[PathBuf]) -> Result<Procedures, Failure> {
    let mut files = own_policy_files();
    let of_home = home.join("policies");
    let folders = of_home.is_dir().then_some(of_home).into_iter().chain(extra.iter().cloned());
    for folder in folders {
        for (path, text) in below_policies(&folder)? {
            files.retain(|(known, _)| *known != path);
            files.push((path, text));
        }
    }
    Ok(assemble(files, false))
}

/// Reads the procedures in folders, beside the binary's own roles and holidays, and walks their walks.
pub(crate) fn check_procedures(folders: &[PathBuf]) -> Result<Procedures, Failure> {
    let mut files: Vec<(String, String)> = own_policy_files().into_iter().filter(|(path, _)| is_table(path)).collect();
    for folder in folders {
        for (path, text) in below_policies(folder)? {
            files.retain(|(known, _)| *known != path);
            files.push((path, text));
        }
    }
    Ok(assemble(files, true))
}

fn is_table(path: &str) -> bool {
    ["/roles.toml", "/holidays.toml", "/rights.toml"].iter().any(|name| path.ends_with(name))
}

/// Every text below a folder, by its path below the nearest `policies`.
pub(crate) fn below_policies(folder: &Path) -> Result<Vec<(String, String)>, Failure> {
    let whole = folder
        .canonicalize()
        .map_err(|error| Failure::io(facts::text!("读取标准目录", "read the folder of packs"), folder, &error))?;
    let root = whole.ancestors().find(|at| at.file_name().is_some_and(|name| name == "policies")).unwrap_or(&whole);
    let below = whole.strip_prefix(root).unwrap_or(Path::new("")).to_string_lossy().replace('\\', "/");
    let files = files_under(&whole)?.into_iter().map(|(path, bytes)| {
        let path = if below.is_empty() { path } else { format!("{below}/{path}") };
        (path, String::from_utf8_lossy(&bytes).into_owned())
    });
    Ok(files.collect())
}

fn assemble(mut files: Vec<(String, String)>, walk: bool) -> Procedures {
    files.sort();
    let mut found = Procedures {
        roles: Roles::default(),
        rights: Rights::default(),
        calendar: Calendar::default(),
        all: BTreeMap::new(),
        findings: Vec::new(),
        walks: 0,
    };
    for (path, text) in &files {
        if path.ends_with("roles.toml") {
            match duty::roles(path, text) {
                Ok(roles) => found.roles.merge(roles),
                Err(finding) => found.findings.push(*finding),
            }
        } else if path.ends_with("holidays.toml") {
            found.findings.extend(duty::holidays(path, text, &mut found.calendar));
        }
    }
    found.rights = crate::rights::read(&files, &|role| found.roles.role(role).is_some());
    found.findings.extend(found.rights.findings.iter().cloned());
    let ids: Vec<String> =
        files.iter().filter_map(|(path, _)| path.strip_suffix("/procedure.toml").map(str::to_string)).collect();
    for id in ids {
        let below = format!("{id}/");
        let of: Vec<(String, String)> =
            files.iter().filter_map(|(path, text)| Some((path.strip_prefix(&below)?.to_string(), text.clone()))).collect();
        let whole: String = of.iter().map(|(path, text)| format!("{} {path}\n{} {text}\n", path.len(), text.len())).collect();
        let version = hex(&digest(whole.as_bytes()));
        let source = ProcedureFiles { version: version[..12].to_string(), files: of, id };
        let (procedure, findings) = duty::read(&source, &found.roles);
        found.findings.extend(findings);
        let Some(procedure) = procedure else { continue };
        for (path, text) in source.files.iter().filter(|(path, _)| walk && path.starts_with("walks/")) {
            let name = format!("{}/{path}", source.id);
            found.findings.extend(duty::walk(&procedure, &found.roles, &found.calendar, &name, text));
            found.walks += 1;
        }
        found.all.insert(source.id.clone(), (procedure, source));
    }
    found
}
