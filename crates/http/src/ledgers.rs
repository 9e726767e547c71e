//! The ledgers of a home, opened once and used again: a few, so that readers need not wait for one another.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use app::{Failure, Ledger, LedgerAsked};
use facts::text;

pub struct Ledgers {
    asked: LedgerAsked,
    /// Each with the state of the packs in which it was opened.
    free: Mutex<Vec<(u64, Ledger)>>,
    /// Whether the home has accounts; once it has, it stays so while the server runs.
    has_accounts: AtomicBool,
}

/// Ledgers kept open.
const FREE_MAX: usize = 8;

impl Ledgers {
    pub fn new(home: PathBuf, policies: Vec<PathBuf>, store: Option<String>) -> Ledgers {
        Ledgers {
            asked: LedgerAsked { home, policies, store, practice: false, at: None },
            free: Mutex::new(Vec::new()),
            has_accounts: AtomicBool::new(false),
        }
    }

    /// Whether there is a ledger at all: one is not made by looking.
    pub fn exists(&self) -> bool {
        self.asked.store.is_some() || self.asked.home.join("duty").join("log.sqlite").is_file()
    }

    /// Does something with a ledger that is there.
    pub fn with<T>(&self, generation: u64, act: impl FnOnce(&mut Ledger) -> Result<T, Failure>) -> Result<T, Failure> {
        if !self.exists() {
            return Err(Failure::unknown(
                text!("还没有台账", "there is no ledger yet"),
                text!(
                    "在“我的工作”页按“按最新评估更新”，或在服务器上运行：junheng duty sync",
                    "press the button for the latest evaluation on the page My work, or run on the server: junheng duty sync"
                ),
            ));
        }
        self.with_new(generation, act)
    }

    /// The same, making a ledger where there is none.
    pub fn with_new<T>(&self, generation: u64, act: impl FnOnce(&mut Ledger) -> Result<T, Failure>) -> Result<T, Failure> {
        let kept = {
            let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
            free.retain(|(of, _)| *of == generation);
            free.pop()
        };
        let mut ledger = match kept {
            Some((_, ledger)) => ledger,
            None => app::open_ledger(&self.asked)?,
        };
        let done = act(&mut ledger);
        // After trouble with the store the next opens it anew.
        if done.as_ref().map_or_else(|failure| failure.wrong_use || failure.busy, |_| true) {
            let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
            if free.len() < FREE_MAX {
                free.push((generation, ledger));
            }
        }
        done
    }

    /// Whether anybody can log in, so that everybody must.
    pub fn ask_for_login(&self, generation: u64) -> Result<bool, Failure> {
        if self.has_accounts.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let has = self.exists() && self.with(generation, app::has_accounts)?;
        if has {
            self.has_accounts.store(true, Ordering::Relaxed);
        }
        Ok(has)
    }
}
