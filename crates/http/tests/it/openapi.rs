/// The document that the typed client is made from; `UPDATE=1` writes what the code says now, for review.
#[test]
fn the_document_says_what_the_code_does() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/openapi.json");
    let now = http_server::openapi();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == now, "docs/reference/openapi.json is not what the code says; UPDATE=1 writes it anew");
}
