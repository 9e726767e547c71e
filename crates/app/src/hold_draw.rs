use std::path::Path;

use draws::{certify, public_key, run, write_result};
use facts::text;
use serde::Serialize;

use crate::Failure;
use crate::draw_folder::{CERTIFICATE, DrawFolder, RESULT, refused};
use crate::prepare_draw::office_key;

/// A draw that has been held and signed.
#[derive(Debug, Clone, Serialize)]
pub struct HeldDraw {
    pub id: String,
    pub seed: String,
    /// Hash of `result.csv`.
    pub result: String,
    pub entries: usize,
    pub admitted: usize,
    /// Witnesses who did not show what they were bound to.
    pub missing: Vec<String>,
    /// Whether it had been held before: the result is the same, and stays.
    pub before: bool,
}

/// Holds a draw and signs its result, once. Whatever interrupts it, doing it again gives the same bytes; what lies there and is
/// not what follows from the witnesses is never written over.
pub fn hold_draw(home: &Path, folder: &Path) -> Result<HeldDraw, Failure> {
    let locked = DrawFolder::lock(folder)?;
    let files = locked.read()?;
    let (draw, list) = files.draw_and_list()?;
    let (_, reveals) = files.witnesses(&draw)?;
    let rows = run(&draw, &list, &reveals).map_err(refused)?;
    let result = write_result(&rows);
    let secret = office_key(home)?;
    if public_key(&secret) != draw.key {
        return Err(Failure::wrong_use(
            text!(
                "这台计算机的签名密钥不是准备这次派位时的那一把",
                "the signing key here is not the one with which this draw was prepared"
            ),
            text!("用准备时的数据目录（--home）", "use the home with which it was prepared (--home)"),
        ));
    }
    let certificate = certify(&draw, &reveals, &result, &secret);
    let differs = |there: &str, own: &str| !there.is_empty() && there != own;
    if differs(&files.result, &result) || differs(&files.certificate, &certificate.write()) {
        return Err(Failure::prevented(
            text!(
                "文件夹里已有的结果不是由这些见证内容得来的，没有改动它",
                "the result in the folder does not follow from these witnesses; nothing was changed"
            ),
            text!(
                "用 junheng draw verify 看哪里不符，保留原件并查明",
                "see with junheng draw verify what does not follow; keep the files and find out"
            ),
        ));
    }
    let before = !files.certificate.is_empty();
    if !before {
        locked.note("started", &reveals.seed().0.to_string())?;
        locked.write(RESULT, &result)?;
        locked.write(CERTIFICATE, &certificate.write())?;
        locked.note("finished", &certificate.result.to_string())?;
    }
    Ok(HeldDraw {
        id: draw.id().to_string(),
        seed: reveals.seed().0.to_string(),
        result: certificate.result.to_string(),
        entries: certificate.rows,
        admitted: certificate.admitted,
        missing: reveals.missing().into_iter().map(str::to_string).collect(),
        before,
    })
}
