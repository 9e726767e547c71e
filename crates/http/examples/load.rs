//! How long readers wait when many read at once:
//! `cargo run --release -p http-server --example load -- 127.0.0.1:8420 [READERS] [REQUESTS EACH]`.
//!
//! Each reader keeps one connection and asks for one page's data after the other, as browsers do. Prints, for each address and
//! over all, the median, the 99th of a hundred and the longest wait in milliseconds.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let at: SocketAddr = words.first().ok_or("use: load ADDRESS [READERS] [REQUESTS EACH]")?.parse()?;
    let number = |index: usize, default: usize| words.get(index).map_or(Ok(default), |word| word.parse());
    let (readers, each) = (number(1, 200)?, number(2, 50)?);
    let paths = paths(at)?;
    let started = Instant::now();
    let mut waits: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
    let all: Vec<_> = std::thread::scope(|scope| {
        let paths = &paths;
        let reading: Vec<_> = (0..readers).map(|reader| scope.spawn(move || read(at, paths, reader, each))).collect();
        reading.into_iter().filter_map(|reader| reader.join().ok()).collect()
    });
    for result in all {
        for (path, wait) in result? {
            waits.entry(&paths[path]).or_default().push(wait);
        }
    }
    let took = started.elapsed();
    let total: usize = waits.values().map(Vec::len).sum();
    for (path, waits) in &mut waits {
        println!("{}  {path}", line(waits));
    }
    let mut every: Vec<Duration> = waits.into_values().flatten().collect();
    println!("{}  all, {readers} readers, {total} answers, {:.0} a second", line(&mut every), total as f64 / took.as_secs_f64());
    Ok(())
}

fn line(waits: &mut [Duration]) -> String {
    waits.sort();
    let at = |share: f64| waits.get(((waits.len() as f64 * share) as usize).min(waits.len().saturating_sub(1)));
    let ms = |wait: Option<&Duration>| wait.map_or(0.0, |wait| wait.as_secs_f64() * 1000.0);
    format!("p50 {:7.2}  p99 {:7.2}  max {:7.2} ms", ms(at(0.5)), ms(at(0.99)), ms(waits.last()))
}

/// The data of each page, of the county that is there: several schools and figures, so that not all is one answer.
fn paths(at: SocketAddr) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let mut stream = BufReader::new(TcpStream::connect(at)?);
    let mut paths: Vec<String> = [
        "/api/state",
        "/api/board",
        "/api/schools",
        "/api/classes",
        "/api/map",
        "/api/packs",
        "/api/packs/cn/2017-quality-balance",
    ]
    .map(str::to_string)
    .to_vec();
    let mut json = |path: &str| -> Result<serde_json::Value, Box<dyn std::error::Error>> {
        Ok(serde_json::from_slice(&ask(&mut stream, at, path, false)?)?)
    };
    let (schools, board) = (json("/api/schools")?, json("/api/board")?);
    let codes: Vec<&str> =
        schools["schools"].as_array().into_iter().flatten().filter_map(|school| school["code"].as_str()).collect();
    let ids: Vec<&str> = board["indicators"].as_array().into_iter().flatten().filter_map(|one| one["id"].as_str()).collect();
    paths.extend(codes.iter().take(20).map(|code| format!("/api/schools/{code}")));
    paths.extend(ids.iter().map(|id| format!("/api/indicators/{id}")));
    for short in board["short"].as_array().into_iter().flatten().take(10) {
        let (school, stage) = (short["school"].as_str().unwrap_or_default(), short["stage"].as_str().unwrap_or_default());
        if let Some(indicator) = short["misses"][0]["indicator"].as_str() {
            paths.push(format!("/api/figures?indicator={indicator}&school={school}&stage={stage}"));
        }
    }
    Ok(paths)
}

type Waits = Vec<(usize, Duration)>;

fn read(at: SocketAddr, paths: &[String], reader: usize, each: usize) -> Result<Waits, std::io::Error> {
    let mut stream = BufReader::new(TcpStream::connect(at)?);
    let mut waits = Vec::with_capacity(each);
    for step in 0..each {
        let path = (reader * 7 + step * 13) % paths.len();
        let started = Instant::now();
        ask(&mut stream, at, &paths[path], true)?;
        waits.push((path, started.elapsed()));
    }
    Ok(waits)
}

/// One request on a connection that stays open.
fn ask(stream: &mut BufReader<TcpStream>, at: SocketAddr, path: &str, packed: bool) -> Result<Vec<u8>, std::io::Error> {
    let encoding = if packed { "Accept-Encoding: gzip\r\n" } else { "" };
    stream.get_mut().write_all(format!("GET {path} HTTP/1.1\r\nHost: {at}\r\n{encoding}\r\n").as_bytes())?;
    let (mut length, mut status) = (0, String::new());
    stream.read_line(&mut status)?;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(words) = line.strip_prefix("content-length: ") {
            length = words.parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    if status.contains(" 200 ") { Ok(body) } else { Err(std::io::Error::other(format!("{path}: {status}"))) }
}
