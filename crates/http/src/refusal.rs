use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use facts::{Text, text};
use serde::Serialize;
use utoipa::ToSchema;

use crate::shape::Words;

/// Why something was not done, and the way on. Every answer of 4xx and 5xx is one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Refusal {
    pub what: Words,
    pub hint: Words,
    #[serde(skip)]
    status: StatusCode,
}

impl Refusal {
    pub fn new(status: StatusCode, what: Text, hint: Text) -> Refusal {
        Refusal { what: what.into(), hint: hint.into(), status }
    }

    pub fn status(&self) -> StatusCode {
        self.status
    }

    pub fn no_such_page() -> Refusal {
        Refusal::new(
            StatusCode::NOT_FOUND,
            text!("没有这个地址", "there is nothing at this address"),
            text!("回到首页", "go back to the first page"),
        )
    }

    pub fn no_such_method() -> Refusal {
        Refusal::new(
            StatusCode::METHOD_NOT_ALLOWED,
            text!("这个地址不接受这种请求", "this address does not take such a request"),
            text!("对照 docs/reference/openapi.json", "see docs/reference/openapi.json"),
        )
    }

    pub fn bad_body() -> Refusal {
        Refusal::new(
            StatusCode::BAD_REQUEST,
            text!("提交的内容读不懂", "what was sent cannot be read"),
            text!(
                "用 JSON：{{\"explanations\":[{{\"code\":…,\"place\":…,\"words\":…,\"by\":…}}]}}",
                "send JSON: {{\"explanations\":[{{\"code\":…,\"place\":…,\"words\":…,\"by\":…}}]}}"
            ),
        )
    }

    pub fn bad_upload() -> Refusal {
        Refusal::new(
            StatusCode::BAD_REQUEST,
            text!("上传中断，或不是表单上传（multipart/form-data）", "the upload broke off, or is no form (multipart/form-data)"),
            text!("在“导入”页重新选择文件上传；没有保存任何内容", "choose the files again on the page Import; nothing was kept"),
        )
    }
}

/// What was sent, read as JSON; nothing at all is read as an empty object.
pub fn json_of<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(if body.is_empty() { b"{}" } else { body }).map_err(|fault| {
        Refusal::new(
            StatusCode::BAD_REQUEST,
            text!("提交的内容读不懂：{fault}", "what was sent cannot be read: {fault}"),
            text!("对照 docs/reference/openapi.json", "see docs/reference/openapi.json"),
        )
    })
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(&self)).into_response()
    }
}

/// An answer as JSON that is never kept by a cache.
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
        match serde_json::to_vec(&self.0) {
            Ok(bytes) => ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], bytes).into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}

impl From<app::Failure> for Refusal {
    fn from(failure: app::Failure) -> Refusal {
        let status = match &failure {
            app::Failure { forbidden: true, .. } => StatusCode::FORBIDDEN,
            app::Failure { unknown: true, .. } => StatusCode::NOT_FOUND,
            app::Failure { busy: true, .. } => StatusCode::CONFLICT,
            app::Failure { wrong_use: true, .. } => StatusCode::BAD_REQUEST,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Refusal::new(status, failure.what, failure.hint)
    }
}
