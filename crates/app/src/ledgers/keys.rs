//! Keys with which another department's system hands in lists: each has a name, places and an end, and only its hash is kept.

use std::path::{Path, PathBuf};

use duty::chain::hex;
use facts::{Date, Text, parse_date, text};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Failure;
use crate::link_output::write_whole;
use crate::random::random;

/// A key as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListKey {
    /// Whose it is: goes into the record of looks.
    pub name: String,
    /// Beginnings of the division codes of which it may hand in rows.
    pub scope: Vec<String>,
    /// The last day on which it opens anything.
    pub until: String,
    hash: String,
}

fn path(home: &Path) -> PathBuf {
    home.join("keys").join("list-keys.json")
}

fn keys(home: &Path) -> Result<Vec<ListKey>, Failure> {
    let path = path(home);
    let words = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        words => words.map_err(|error| Failure::io(text!("读取钥匙", "read the keys"), &path, &error))?,
    };
    serde_json::from_str(&words).map_err(|error| {
        let at = path.display();
        Failure::prevented(text!("{at} 读不懂：{error}", "{at} cannot be read: {error}"), Text::new("", ""))
    })
}

/// Makes a key and gives it; it is shown this once. A key of the same name is replaced.
pub fn make_list_key(home: &Path, name: &str, scope: &[String], until: Date) -> Result<String, Failure> {
    let digits = |begin: &String| begin.len() >= 2 && begin.bytes().all(|b| b.is_ascii_digit());
    if name.trim().is_empty() || scope.is_empty() || !scope.iter().all(digits) {
        return Err(Failure::wrong_use(
            text!("钥匙要有名称和区划范围", "a key wants a name and places"),
            text!("--name 乡村振兴局 --scope 539901 --until 2027-08-31", "--name OFFICE --scope 539901 --until 2027-08-31"),
        ));
    }
    let key = hex(&random::<32>()?);
    let mut all = keys(home)?;
    all.retain(|known| known.name != name);
    all.push(ListKey { name: name.to_string(), scope: scope.to_vec(), until: until.to_string(), hash: hash(&key) });
    let words = serde_json::to_string_pretty(&all).map_err(|error| {
        Failure::prevented(text!("钥匙没有保存：{error}", "the key was not kept: {error}"), Text::new("", ""))
    })?;
    write_whole(&path(home), words.as_bytes())?;
    Ok(key)
}

/// The key that somebody brings, if it is one and has not ended.
pub fn list_key(home: &Path, key: &str) -> Result<ListKey, Failure> {
    let wanted = hash(key.trim());
    let known = keys(home)?.into_iter().find(|known| known.hash == wanted);
    let today = crate::list_packs::today();
    let known = known.filter(|known| parse_date(&known.until).is_some_and(|until| today <= until));
    known.ok_or_else(|| {
        Failure::forbidden(
            text!("这把钥匙不对，或已过期", "the key is wrong or has ended"),
            text!("请县里另发：junheng ledgers key", "ask the county for another: junheng ledgers key"),
        )
    })
}

fn hash(key: &str) -> String {
    hex(&Sha256::digest([b"junheng list key ", key.as_bytes()].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_opens_until_its_last_day() {
        let folder = tempfile::tempdir().unwrap();
        let scope = ["539901".to_string()];
        let today = crate::list_packs::today();
        let key = make_list_key(folder.path(), "office", &scope, today).unwrap();
        assert_eq!(list_key(folder.path(), &key).unwrap().scope, scope);
        assert!(list_key(folder.path(), "00").is_err());
        let kept = std::fs::read_to_string(path(folder.path())).unwrap();
        assert!(!kept.contains(&key));
        make_list_key(folder.path(), "office", &scope, Date::constant(2020, 1, 1)).unwrap();
        assert!(list_key(folder.path(), &key).is_err());
        assert!(make_list_key(folder.path(), "", &scope, today).is_err());
    }
}
