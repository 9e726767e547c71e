//! The home's key: 32 random bytes, written once in hexadecimal, readable by its owner alone.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use crate::content::hex;
use crate::durable::{Temporary, sync_folder};
use crate::home::file_names;
use crate::lock::HomeLock;
use crate::seal::HomeKey;
use crate::{Act, Home, HomeError};

pub(crate) fn path(home: &Home) -> PathBuf {
    home.keys().join("home.key")
}

/// Reads the key, if there is one.
pub(crate) fn read(home: &Home) -> Result<Option<HomeKey>, HomeError> {
    let path = path(home);
    let words = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(HomeError::KeyDamaged { path }),
        words => words.map_err(|error| HomeError::io(Act::ReadKey, &path, error))?,
    };
    parse(words.trim()).map(Some).ok_or(HomeError::KeyDamaged { path })
}

/// Reads the key, making it when the home is new. A home that has sealed anything has lost its key rather than never had
/// one: a second key would hide that.
pub(crate) fn read_or_create(lock: &HomeLock) -> Result<HomeKey, HomeError> {
    let home = lock.home();
    if let Some(key) = read(home)? {
        return Ok(key);
    }
    let path = path(home);
    if has_sealed_files(home)? {
        return Err(HomeError::KeyMissing { path });
    }
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| HomeError::NoRandomness { path: path.clone() })?;
    let temporary = Temporary::in_folder(&home.keys(), "key");
    let written = temporary
        .create_private()
        .and_then(|mut file| file.write_all(format!("{}\n", hex(&bytes)).as_bytes()))
        .and_then(|()| temporary.publish(&path))
        .and_then(|()| sync_folder(&home.keys()));
    written.map_err(|error| HomeError::io(Act::CreateKey, &path, error))?;
    Ok(HomeKey(bytes))
}

fn has_sealed_files(home: &Home) -> Result<bool, HomeError> {
    let sealed = |names: Vec<String>, ending: &str| names.iter().any(|name| name.ends_with(ending));
    let mut found = sealed(file_names(&home.raw())?, ".sealed");
    for county in home.counties()? {
        found |= sealed(file_names(&home.county(&county))?, ".people");
    }
    Ok(found)
}

fn parse(words: &str) -> Option<HomeKey> {
    let mut key = [0; 32];
    if words.len() != 64 || !words.is_ascii() {
        return None;
    }
    for (index, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&words[2 * index..2 * index + 2], 16).ok()?;
    }
    Some(HomeKey(key))
}
