//! `/api/imports`: files are received, looked over, explained, and accepted or thrown away.

use std::sync::Arc;

use app::ExcerptAsked;
use axum::body::Bytes;
use axum::extract::{Multipart, Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use facts::{FileHash, text};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::excerpt::Excerpt;
use crate::jobs::{Answer, Job, Phase};
use crate::refusal::{Json, Refusal};
use crate::server::Server;
use crate::shape::{Finding, Words, findings};
use crate::upload;
use crate::visit::Visit;

/// Receives files for one import and looks them over; nothing is kept until they are accepted. Wants the header
/// `x-junheng: 1`.
#[utoipa::path(post, path = "/api/imports", request_body(content = UploadForm, content_type = "multipart/form-data"), responses((status = 202, body = Received), (status = "4XX", body = Refusal)))]
pub async fn receive(
    Shared(server): Shared<Arc<Server>>,
    visit: Visit,
    form: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Response {
    let form = match form {
        Ok(form) => form,
        Err(_) => return Refusal::bad_upload().into_response(),
    };
    match upload::receive(&server, &visit, form).await {
        Ok(job) => (StatusCode::ACCEPTED, Json(Received { job })).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

/// Imports under way or done since the server was started, the newest first.
#[utoipa::path(get, path = "/api/imports", responses((status = 200, body = Imports)))]
pub async fn imports(Shared(server): Shared<Arc<Server>>) -> Response {
    let jobs = server.jobs.all();
    Json(Imports { imports: jobs.iter().map(|job| ImportBrief::from(&**job)).collect() }).into_response()
}

/// How far an import has come, and what was found.
#[utoipa::path(get, path = "/api/imports/{job}", params(("job" = String, Path)), responses((status = 200, body = Import), (status = "4XX", body = Refusal)))]
pub async fn import(Shared(server): Shared<Arc<Server>>, Path(job): Path<String>) -> Response {
    match server.jobs.get(&job) {
        Ok(job) => Json(Import::from(&*job)).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

/// Publishes what was looked over, with answers to 经验 findings. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/imports/{job}/accept", params(("job" = String, Path)), request_body = Acceptance, responses((status = 202, body = Received), (status = "4XX", body = Refusal)))]
pub async fn accept(Shared(server): Shared<Arc<Server>>, Path(job): Path<String>, body: Bytes) -> Response {
    let accepted = (|| {
        let words = if body.is_empty() { b"{}".as_slice() } else { &body };
        let acceptance: Acceptance = serde_json::from_slice(words).map_err(|_| Refusal::bad_body())?;
        let answers = acceptance.explanations.into_iter().map(|one| Answer {
            about: one.place.school.or(one.place.file).unwrap_or_default(),
            code: one.code,
            words: one.words,
            by: one.by,
        });
        server.jobs.accept(&server, &job, answers.collect())
    })();
    match accepted {
        Ok(()) => (StatusCode::ACCEPTED, Json(Received { job })).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

/// Stops an import and throws its files away. Wants the header `x-junheng: 1`.
#[utoipa::path(delete, path = "/api/imports/{job}", params(("job" = String, Path)), responses((status = 204), (status = "4XX", body = Refusal)))]
pub async fn discard(Shared(server): Shared<Arc<Server>>, Path(job): Path<String>) -> Response {
    match server.jobs.discard(&job) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct JobExcerptQuery {
    /// The file as a finding names it: `数据.zip/学籍.csv`.
    pub file: String,
    pub sheet: Option<String>,
    /// `D7`, or `7` where a whole row is meant.
    pub cell: Option<String>,
}

/// The piece of an uploaded sheet around a finding, before anything is kept; columns that tell who somebody is are masked.
#[utoipa::path(get, path = "/api/imports/{job}/excerpt", params(("job" = String, Path), JobExcerptQuery), responses((status = 200, body = Excerpt), (status = "4XX", body = Refusal)))]
pub async fn job_excerpt(Shared(server): Shared<Arc<Server>>, Path(id): Path<String>, visit: Visit) -> Response {
    let job = match server.jobs.get(&id) {
        Ok(job) => job,
        Err(refusal) => return refusal.into_response(),
    };
    server
        .answer_anew(visit, move |work, visit| {
            let asked: JobExcerptQuery = visit.query()?;
            let name = asked.file.clone();
            let asked = ExcerptAsked {
                file: FileHash(String::new()),
                sheet: asked.sheet.unwrap_or_default(),
                cell: asked.cell.unwrap_or_default(),
                snapshot: None,
                who: visit.who(),
            };
            let uploads = job.uploads();
            Ok(Excerpt::from(&app::show_uploaded(&work.library, &uploads, &name, &asked)?))
        })
        .await
}

/// The parts of an upload.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it only describes the form in the OpenAPI document; the parts are read as they come")]
pub struct UploadForm {
    /// Files, each under the name by which the official knows it, with its folders where a folder was dropped.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<String>,
    /// Who imports, to be shown to whoever has to wait.
    by: Option<String>,
    /// The county (six digits) of files that name none.
    county: Option<String>,
    /// `true`: start from nothing instead of the county's latest snapshot.
    fresh: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Received {
    pub job: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Imports {
    pub imports: Vec<ImportBrief>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ImportBrief {
    pub id: String,
    pub state: ImportState,
    pub by: Option<String>,
    pub files: usize,
    pub created: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ImportState {
    /// Another import is at work; `waiting_for` says whose.
    Waiting,
    /// The files are being read; nothing is kept.
    Checking,
    /// It can be accepted.
    Checked,
    /// Something must be mended first.
    Refused,
    /// Accepted: the files are being read again and published.
    Publishing,
    Published,
    /// It could not be carried out; `failure` says why.
    Failed,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Import {
    pub id: String,
    pub state: ImportState,
    pub by: Option<String>,
    /// RFC 3339
    pub created: String,
    pub uploads: Vec<UploadedFile>,
    pub progress: Option<ImportProgress>,
    pub waiting_for: Option<Words>,
    /// What each file was recognised as, by name.
    pub files: Vec<ImportFile>,
    pub findings: Vec<Finding>,
    pub count: FindingCount,
    /// What became of it, in words.
    pub result: Vec<Words>,
    pub published: Vec<PublishedLine>,
    pub failure: Option<Refusal>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct UploadedFile {
    pub name: String,
    pub bytes: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ImportProgress {
    pub file: String,
    pub files_done: usize,
    pub files: usize,
    pub rows: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ImportFile {
    pub name: String,
    pub hash: String,
    /// Empty where it is none that is known.
    pub forms: Vec<FormLine>,
    pub rows: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FormLine {
    pub id: String,
    pub title: Words,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FindingCount {
    /// Must be mended.
    pub logic: usize,
    /// Mend or explain.
    pub experience: usize,
    pub note: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PublishedLine {
    pub snapshot: String,
    pub county: String,
    pub county_name: String,
    /// False where the home had this very content already.
    pub new: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct Acceptance {
    #[serde(default)]
    pub explanations: Vec<GivenExplanation>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct GivenExplanation {
    /// The code of the finding.
    pub code: String,
    pub place: GivenPlace,
    pub words: String,
    /// Who answers for it.
    pub by: String,
}

/// Of the place of a finding, what the answer needs.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct GivenPlace {
    pub file: Option<String>,
    pub school: Option<String>,
}

impl From<&Job> for ImportBrief {
    fn from(job: &Job) -> ImportBrief {
        ImportBrief {
            id: job.id.clone(),
            state: state_of(&job.phase()),
            by: job.by.clone(),
            files: job.files.len(),
            created: job.created.clone(),
        }
    }
}

fn state_of(phase: &Phase) -> ImportState {
    match phase {
        Phase::Waiting(_) => ImportState::Waiting,
        Phase::Checking => ImportState::Checking,
        Phase::Checked => ImportState::Checked,
        Phase::Refused => ImportState::Refused,
        Phase::Publishing => ImportState::Publishing,
        Phase::Published => ImportState::Published,
        Phase::Failed(_) => ImportState::Failed,
    }
}

impl From<&Job> for Import {
    fn from(job: &Job) -> Import {
        let phase = job.phase();
        let report = job.report();
        let of =
            |severity| report.iter().flat_map(|report| &report.findings).filter(|finding| finding.severity == severity).count();
        Import {
            id: job.id.clone(),
            state: state_of(&phase),
            by: job.by.clone(),
            created: job.created.clone(),
            uploads: job.files.iter().map(|file| UploadedFile { name: file.name.clone(), bytes: file.bytes }).collect(),
            progress: job.progress().map(|step| ImportProgress {
                file: step.file,
                files_done: step.files_done,
                files: step.files,
                rows: step.rows,
            }),
            waiting_for: match &phase {
                Phase::Waiting(who) => {
                    Some(who.as_ref().map_or_else(|| text!("前面的导入", "an earlier import").into(), Words::from))
                }
                _ => None,
            },
            files: (report.iter().flat_map(|report| &report.files))
                .map(|file| ImportFile {
                    name: file.name.clone(),
                    hash: file.hash.clone(),
                    forms: (file.forms.iter()).map(|id| FormLine { id: id.clone(), title: job.form_title(id).into() }).collect(),
                    rows: file.rows,
                })
                .collect(),
            findings: findings(report.iter().flat_map(|report| &report.findings)),
            count: FindingCount {
                logic: of(facts::Severity::Logic),
                experience: of(facts::Severity::Experience),
                note: of(facts::Severity::Note),
            },
            result: report.iter().flat_map(|report| report.result_lines()).map(Words::from).collect(),
            published: (report.iter().flat_map(|report| report.published()))
                .map(|one| PublishedLine {
                    snapshot: one.manifest.id.to_string(),
                    county: one.manifest.county.to_string(),
                    county_name: one.manifest.county_name.clone(),
                    new: one.new,
                })
                .collect(),
            failure: if let Phase::Failed(failure) = phase { Some(Refusal::from(failure)) } else { None },
        }
    }
}
