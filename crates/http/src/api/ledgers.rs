//! `/api/ledgers`: the three ledgers in numbers, pairs that a person decides, and lists that another department hands in.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use app::{Arrived, Decided, Failure, KeptList, Ledgers, LedgersAsked, PairQueue};
use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use axum::http::header::AUTHORIZATION;
use axum::response::{IntoResponse, Response};
use facts::text;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::refusal::{Refusal, json_of};
use crate::server::{Server, Work};
use crate::shape::{Finding, Words, findings};
use crate::visit::Visit;

/// Registers held against each other lately: worked out once for a snapshot and the decisions of that time.
static KEPT: Mutex<Option<Kept>> = Mutex::new(None);

struct Kept {
    home: PathBuf,
    snapshot: String,
    decisions: usize,
    ledgers: Arc<Ledgers>,
}

/// A list of a county's families in need is a hundredth of this.
pub const LIST_BYTES_MAX: usize = 32 << 20;
/// Pairs that are shown at once.
const PAIRS_MAX: usize = 20;

/// The ledgers of the latest snapshot. Decisions made since are taken into account where `fresh` is asked for.
fn ledgers(work: &Work, who: &str, fresh: bool) -> Result<Arc<Ledgers>, Failure> {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let snapshot = app::snapshot_meant(&work.home, None)?;
    let decisions = if fresh { app::all_decisions(&work.home)?.len() } else { 0 };
    if let Some(known) = kept.as_ref()
        && known.home == work.home
        && known.snapshot == snapshot
        && (!fresh || known.decisions == decisions)
    {
        return Ok(known.ledgers.clone());
    }
    let decisions = app::all_decisions(&work.home)?.len();
    let asked = LedgersAsked { home: &work.home, policies: work.packs(), snapshot: Some(&snapshot), on: None, who };
    let ledgers = Arc::new(app::open_ledgers(&asked)?);
    *kept = Some(Kept { home: work.home.clone(), snapshot, decisions, ledgers: ledgers.clone() });
    Ok(ledgers)
}

/// The ledgers, for somebody who may see whole ids in this county.
fn seen(work: &Work, visit: &Visit, fresh: bool) -> Result<Arc<Ledgers>, Failure> {
    let ledgers = ledgers(work, &visit.who(), fresh)?;
    visit.viewer.must_for_county("identity:read", &ledgers.manifest.county.to_string())?;
    Ok(ledgers)
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LedgersQuery {
    /// Link again with what was decided since.
    pub fresh: Option<bool>,
}

/// How many children of each category, and what the registers' owners should mend.
#[utoipa::path(get, path = "/api/ledgers", params(LedgersQuery), responses((status = 200, body = LedgersShown), (status = "4XX", body = Refusal)))]
pub async fn ledgers_shown(Shared(server): Shared<Arc<Server>>, visit: Visit) -> Response {
    server
        .answer_anew(visit, |work, visit| {
            let query: LedgersQuery = visit.query()?;
            let ledgers = seen(work, visit, query.fresh == Some(true))?;
            Ok(LedgersShown::of(&ledgers))
        })
        .await
}

/// The next pairs that a person should decide, side by side with the reasons. Every record shown is a look, and is logged.
#[utoipa::path(get, path = "/api/ledgers/pairs", responses((status = 200, body = PairsShown), (status = "4XX", body = Refusal)))]
pub async fn ledger_pairs(Shared(server): Shared<Arc<Server>>, visit: Visit) -> Response {
    server
        .answer_anew(visit, |work, visit| {
            let ledgers = seen(work, visit, false)?;
            let covered = !visit.viewer.may("identity:read");
            let queue = app::pairs_to_decide(&ledgers, &work.home, &visit.who(), PAIRS_MAX, covered)?;
            Ok(PairsShown::of(&ledgers, &queue))
        })
        .await
}

/// Says that two records are one child, or are not. Nothing that was said before is overwritten. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/ledgers/decisions", request_body = PairDecision, responses((status = 200, body = PairDecided), (status = "4XX", body = Refusal)))]
pub async fn decide_pair(Shared(server): Shared<Arc<Server>>, visit: Visit, body: Bytes) -> Response {
    let said: PairDecision = match json_of(&body) {
        Ok(said) => said,
        Err(refusal) => return refusal.into_response(),
    };
    server
        .answer_anew(visit, move |work, visit| {
            let ledgers = seen(work, visit, false)?;
            if !ledgers.knows_pair(&said.left, &said.right) {
                return Err(Failure::unknown(
                    text!("登记册里没有这两条记录", "the registers have no such two records"),
                    text!("登记册可能刚更新：重新打开这一页", "they may have just been replaced: open the page again"),
                ));
            }
            let asked = app::DecisionAsked {
                who: &visit.who(),
                left: &said.left,
                right: &said.right,
                same: said.same,
                again: said.again,
                note: said.note.as_deref().unwrap_or_default(),
            };
            Ok(PairDecided::from(app::decide(&work.home, &asked)?))
        })
        .await
}

/// Takes one's own latest decision back; both lines stay in the record. Wants the header `x-junheng: 1`.
#[utoipa::path(delete, path = "/api/ledgers/decisions", responses((status = 200, body = PairDecided), (status = "4XX", body = Refusal)))]
pub async fn undo_pair(Shared(server): Shared<Arc<Server>>, visit: Visit) -> Response {
    server
        .answer_anew(visit, |work, visit| {
            seen(work, visit, false)?;
            Ok(PairDecided::from(app::undo_decision(&work.home, &visit.who(), None)?))
        })
        .await
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// What the sender calls the file; its ending tells nothing, its content does.
    pub name: Option<String>,
}

/// Takes a list of newly recognised families (form `support-list`: CSV or workbook, the body itself) and answers whom it means,
/// who becomes entitled to what, and what nobody could be found for. List and answer are kept, sealed; the same file handed in again is
/// the same list.
///
/// Wants `authorization: Bearer KEY` (`junheng ledgers key`), whose places are the only ones of which rows are looked at, or
/// somebody who is in and may import; and the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/ledgers/lists", params(ListQuery), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = ListArrived), (status = "4XX", body = Refusal)))]
pub async fn push_list(Shared(server): Shared<Arc<Server>>, visit: Visit, body: Bytes) -> Response {
    let folder = match server.jobs.folder() {
        Ok(folder) => folder,
        Err(error) => {
            let failure = Failure::io(text!("接收名单", "receive the list"), &server.home, &error);
            return Refusal::from(failure).into_response();
        }
    };
    server
        .answer_anew(visit, move |work, visit| {
            let query: ListQuery = visit.query()?;
            let key = visit.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
            let (who, scope) = match key {
                Some(key) => {
                    let known = app::list_key(&work.home, key)?;
                    (format!("list key: {}", known.name), Some(known.scope))
                }
                None => {
                    visit.viewer.must("imports:write")?;
                    (visit.who(), None)
                }
            };
            let ledgers = ledgers(work, &who, false)?;
            if scope.is_none() {
                visit.viewer.must_for_county("imports:write", &ledgers.manifest.county.to_string())?;
            }
            let path = folder.path().join("list");
            std::fs::write(&path, &body).map_err(|error| Failure::io(text!("接收名单", "receive the list"), &path, &error))?;
            let name = crate::upload::shown_name(query.name.as_deref().unwrap_or("名单"), 0);
            let asked = app::ArrivalAsked { home: &work.home, name: &name, path: &path, scope: scope.as_deref() };
            let arrived = app::arrive(&work.library, &ledgers, &asked)?;
            // Rows of other places alone are no list of this county.
            let kept = if arrived.rows > 0 {
                let manifest = &ledgers.manifest;
                Some(app::keep_list(&work.home, &who, &path, manifest.id.as_str(), &manifest.county.to_string(), &arrived)?)
            } else {
                None
            };
            Ok(ListArrived { n: kept.map(|kept| kept.n), ..ListArrived::from(arrived) })
        })
        .await
}

/// The lists that came in, the latest first: how many rows of each were matched, and what follows from it.
#[utoipa::path(get, path = "/api/ledgers/lists", responses((status = 200, body = ListsKept), (status = "4XX", body = Refusal)))]
pub async fn lists_kept(Shared(server): Shared<Arc<Server>>, visit: Visit) -> Response {
    server
        .answer_anew(visit, |work, visit| {
            let mut lists = app::kept_lists(&work.home)?;
            lists.retain(|list| visit.viewer.must_for_county("identity:read", &list.county).is_ok());
            Ok(ListsKept { lists: lists.into_iter().map(ListHead::from).collect() })
        })
        .await
}

/// A list that came in, row by row, names masked: as it was answered on that day.
#[utoipa::path(get, path = "/api/ledgers/lists/{n}", params(("n" = String, Path, description = "Its number.")), responses((status = 200, body = ListKept), (status = "4XX", body = Refusal)))]
pub async fn list_kept(Shared(server): Shared<Arc<Server>>, Path(n): Path<String>, visit: Visit) -> Response {
    server
        .answer_anew(visit, move |work, visit| {
            let (head, rows) = app::kept_list(&work.home, n.parse().unwrap_or(0))?;
            visit.viewer.must_for_county("identity:read", &head.county)?;
            Ok(ListKept {
                head: head.into(),
                matched: list_rows(rows.matched),
                unsure: list_rows(rows.unsure),
                unmatched: list_rows(rows.unmatched),
            })
        })
        .await
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LedgersShown {
    pub county_name: String,
    pub year: String,
    /// The month of the latest attendance.
    pub month: Option<String>,
    pub children: usize,
    pub suspected: usize,
    pub dropouts: usize,
    pub categories: Vec<LedgerCategory>,
    /// Entries that the registers' owners should mend, by owner.
    pub differences: Vec<LedgerOwner>,
    pub findings: Vec<Finding>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LedgerCategory {
    pub id: String,
    pub title: Words,
    /// children, suspected, dropout, other
    pub book: String,
    pub children: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LedgerOwner {
    pub register: String,
    pub owner: Words,
    pub entries: usize,
}

impl LedgersShown {
    fn of(ledgers: &Ledgers) -> LedgersShown {
        let count = |book| ledgers.of_book(book).count();
        let mut differences: Vec<LedgerOwner> = Vec::new();
        for difference in &ledgers.differences {
            match differences.iter_mut().find(|known| known.register == difference.register) {
                Some(known) => known.entries += 1,
                None => differences.push(LedgerOwner {
                    register: difference.register.to_string(),
                    owner: (&difference.owner).into(),
                    entries: 1,
                }),
            }
        }
        LedgersShown {
            county_name: ledgers.manifest.county_name.clone(),
            year: ledgers.year.id(),
            month: ledgers.month.clone(),
            children: count(app::Book::Children),
            suspected: count(app::Book::Suspected),
            dropouts: count(app::Book::Dropout),
            categories: (ledgers.counts().into_iter())
                .map(|count| LedgerCategory {
                    id: count.id,
                    title: count.title.into(),
                    book: count.book.to_string(),
                    children: count.children,
                })
                .collect(),
            differences,
            findings: findings(&ledgers.findings),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PairsShown {
    pub county_name: String,
    pub year: String,
    pub waiting: usize,
    pub decided: usize,
    pub disputed: usize,
    pub pairs: Vec<PairLine>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PairLine {
    pub left: PairRecord,
    pub right: PairRecord,
    /// That they are one child, as the program sees it.
    pub probability: f64,
    /// The weightiest first.
    pub reasons: Vec<PairWhy>,
    /// Whether it was decided before and is asked again.
    pub again: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PairRecord {
    pub key: String,
    pub register: String,
    pub title: Words,
    pub file: String,
    pub row: u32,
    pub fields: Vec<PairCell>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PairCell {
    pub id: String,
    pub title: Words,
    pub value: String,
    pub agrees: Option<bool>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PairWhy {
    pub comparison: String,
    pub words: Words,
    /// log2 of how much likelier this is for one child than for two.
    pub weight: f64,
}

impl PairsShown {
    fn of(ledgers: &Ledgers, queue: &PairQueue) -> PairsShown {
        let record = |side: &app::PairSide| PairRecord {
            key: side.key.clone(),
            register: side.register.to_string(),
            title: (&side.title).into(),
            file: side.file.clone(),
            row: side.row,
            fields: (side.fields.iter())
                .map(|field| PairCell {
                    id: field.id.to_string(),
                    title: (&field.title).into(),
                    value: field.value.clone(),
                    agrees: field.agrees,
                })
                .collect(),
        };
        PairsShown {
            county_name: ledgers.manifest.county_name.clone(),
            year: ledgers.year.id(),
            waiting: queue.waiting,
            decided: queue.decided,
            disputed: queue.disputed,
            pairs: (queue.pairs.iter())
                .map(|pair| PairLine {
                    left: record(&pair.left),
                    right: record(&pair.right),
                    probability: pair.probability,
                    reasons: (pair.reasons.iter())
                        .map(|reason| PairWhy {
                            comparison: reason.comparison.clone(),
                            words: (&reason.words).into(),
                            weight: reason.weight,
                        })
                        .collect(),
                    again: pair.again,
                })
                .collect(),
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct PairDecision {
    pub left: String,
    pub right: String,
    pub same: bool,
    #[serde(default)]
    pub again: bool,
    pub note: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PairDecided {
    /// Its line in the record, counted from 1.
    pub n: u64,
    pub left: String,
    pub right: String,
    /// None where it takes an earlier line back.
    pub same: Option<bool>,
    pub undoes: Option<u64>,
}

impl From<Decided> for PairDecided {
    fn from(decided: Decided) -> PairDecided {
        let Decided { n, left, right, same, undoes, .. } = decided;
        PairDecided { n, left, right, same, undoes }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ListsKept {
    pub lists: Vec<ListHead>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ListHead {
    pub n: u64,
    pub when: String,
    /// Who handed it in.
    pub who: String,
    pub file: String,
    pub rows: usize,
    pub matched: usize,
    pub unsure: usize,
    pub unmatched: usize,
    pub newly_entitled: usize,
    /// What that costs in a term, in yuan.
    pub amount: f64,
    /// Of the matched, those who are at no school.
    pub not_at_school: usize,
}

impl From<KeptList> for ListHead {
    fn from(list: KeptList) -> ListHead {
        let KeptList { n, when, who, file, rows, matched, unsure, unmatched, newly_entitled, amount, not_at_school, .. } = list;
        ListHead { n, when, who, file, rows, matched, unsure, unmatched, newly_entitled, amount, not_at_school }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ListKept {
    pub head: ListHead,
    pub matched: Vec<ListRow>,
    pub unsure: Vec<ListRow>,
    pub unmatched: Vec<ListRow>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ListArrived {
    /// Under which number it is kept; none where no row was of the places of the key.
    pub n: Option<u64>,
    pub file: String,
    pub rows: usize,
    pub matched: Vec<ListRow>,
    pub unsure: Vec<ListRow>,
    pub unmatched: Vec<ListRow>,
    pub newly_entitled: usize,
    /// What that costs in a term, in yuan.
    pub amount: f64,
    /// Of the matched, those who are at no school.
    pub not_at_school: usize,
    pub milliseconds: u64,
    pub findings: Vec<Finding>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ListRow {
    pub row: u32,
    /// Masked.
    pub name: String,
    /// `listed` or `relapsed`
    pub state: String,
    /// The child under its pseudonym.
    pub child: Option<String>,
    pub probability: Option<f64>,
    pub school: String,
    pub grade: String,
    pub class: String,
    pub category: Option<Words>,
    pub newly: Vec<ListDue>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ListDue {
    pub item: String,
    pub title: Words,
    pub amount: f64,
}

fn list_rows(rows: Vec<app::ArrivedRow>) -> Vec<ListRow> {
    let row = |row: app::ArrivedRow| ListRow {
        row: row.row,
        name: row.name,
        state: row.state,
        child: row.child,
        probability: row.probability,
        school: row.school,
        grade: row.grade,
        class: row.class,
        category: row.category.map(Words::from),
        newly: (row.newly.into_iter())
            .map(|due| ListDue { item: due.item, title: due.title.into(), amount: due.amount })
            .collect(),
    };
    rows.into_iter().map(row).collect()
}

impl From<Arrived> for ListArrived {
    fn from(arrived: Arrived) -> ListArrived {
        ListArrived {
            n: None,
            file: arrived.file,
            rows: arrived.rows,
            matched: list_rows(arrived.matched),
            unsure: list_rows(arrived.unsure),
            unmatched: list_rows(arrived.unmatched),
            newly_entitled: arrived.newly_entitled,
            amount: arrived.amount,
            not_at_school: arrived.not_at_school,
            milliseconds: u64::try_from(arrived.milliseconds).unwrap_or(u64::MAX),
            findings: findings(&arrived.findings),
        }
    }
}
