use facts::{Finding, Place, Severity, Text, text};

use crate::certificate::Certificate;
use crate::draw::Draw;
use crate::reveal::{Reveals, read_commitments};
use crate::{DrawList, Hash, run, write_result};

/// The published files, as they were read.
#[derive(Debug, Clone, Copy)]
pub struct Published<'a> {
    pub draw: &'a str,
    pub list: &'a str,
    pub commitments: &'a str,
    pub reveals: &'a str,
    pub result: &'a str,
    pub certificate: &'a str,
}

/// Does everything again from the published files, and names each file that does not follow from the others; nothing where
/// all is as it should be.
pub fn verify(published: &Published) -> Vec<Finding> {
    let draw = match Draw::read(published.draw, "draw.txt") {
        Ok(draw) => draw,
        Err(finding) => return vec![*finding],
    };
    let mut findings = Vec::new();
    let (list, of_list) = DrawList::read(published.list, "list.csv");
    findings.extend(of_list);
    if list.write() != published.list {
        findings.push(changed(
            "list.csv",
            first_difference(&list.write(), published.list),
            text!("名单没有按规定排序或写法被改动", "the list is not sorted and written as it must be"),
        ));
    }
    if Hash::of(published.list.as_bytes()) != draw.list {
        findings.push(changed(
            "list.csv",
            None,
            text!("名单不是 draw.txt 里公布哈希的那一份", "the list is not the one whose hash stands in draw.txt"),
        ));
    }
    let reveals = read_commitments(published.commitments, &draw)
        .and_then(|commitments| Reveals::read(published.reveals, &draw, &commitments));
    let reveals = match reveals {
        Ok(reveals) => reveals,
        Err(finding) => {
            findings.push(*finding);
            return findings;
        }
    };
    if !findings.is_empty() {
        return findings;
    }
    match run(&draw, &list, &reveals) {
        Ok(rows) => {
            let own = write_result(&rows);
            if own != published.result {
                let line = first_difference(&own, published.result);
                let should = line.and_then(|line| own.lines().nth(line)).unwrap_or_default();
                findings.push(changed(
                    "result.csv",
                    line,
                    text!(
                        "重新计算的结果与公布的不同，这一行应为“{should}”",
                        "recomputed, the result differs: this line should be `{should}`"
                    ),
                ));
            }
        }
        Err(finding) => findings.push(*finding),
    }
    match Certificate::read(published.certificate) {
        None => findings.push(changed("certificate.txt", None, text!("证书读不懂", "the certificate cannot be read"))),
        Some(certificate) => findings.extend(of_certificate(&certificate, &draw, &reveals, published.result)),
    }
    findings
}

fn of_certificate(certificate: &Certificate, draw: &Draw, reveals: &Reveals, result: &str) -> Vec<Finding> {
    let rows = result.lines().count().saturating_sub(1);
    let admitted = result.lines().filter(|line| line.ends_with(",admitted")).count();
    let checks = [
        (certificate.draw == draw.id(), text!("证书写的是另一次派位", "the certificate speaks of another draw")),
        (
            certificate.seed == reveals.seed(),
            text!("证书里的种子不是由公开的内容得来", "the seed does not follow from what was shown"),
        ),
        (
            certificate.result == Hash::of(result.as_bytes()),
            text!("公布的结果不是签名的那一份", "the published result is not the one that was signed"),
        ),
        (
            (certificate.rows, certificate.admitted) == (rows, admitted),
            text!("证书上的人数与结果不符", "the numbers on the certificate are not those of the result"),
        ),
        (
            certificate.signed_by(&draw.key),
            text!("签名与 draw.txt 公布的公钥不符", "the signature is not that of the key in draw.txt"),
        ),
    ];
    checks.into_iter().filter(|(holds, _)| !holds).map(|(_, what)| changed("certificate.txt", None, what)).collect()
}

/// The first line, from 0, in which two texts differ.
fn first_difference(own: &str, published: &str) -> Option<usize> {
    let same = own.split('\n').zip(published.split('\n')).take_while(|(own, published)| own == published).count();
    (own != published).then_some(same)
}

fn changed(file: &str, line: Option<usize>, what: Text) -> Finding {
    let place = Place::Source { file: file.to_string(), line: line.map(|line| line as u32 + 1), excerpt: None };
    let hint = text!(
        "向发布单位索取原文件；原文件也不符的，保留证据并要求说明",
        "ask the publisher for the file; if that differs too, keep it and ask for an explanation"
    );
    Finding::new(Severity::Logic, "draw-does-not-recompute", place, what, hint)
}
