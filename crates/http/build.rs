//! Makes sure that there is something to embed: where the console has not been built, a page that says how.

use std::path::Path;

const NOTICE: &str = r#"<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>均衡 Junheng</title></head>
<body>
<h1>控制台还没有编译</h1>
<p>接口已经可用：<a href="/api/state">/api/state</a>。要编译控制台页面，请运行 <code>cargo xtask demo</code>（需要 Node 20.19 以上）。</p>
<h1 lang="en">The console has not been built</h1>
<p lang="en">The interface works: <a href="/api/state">/api/state</a>. To build the pages, run <code>cargo xtask demo</code> (it needs Node 20.19 or later).</p>
</body>
</html>
"#;

fn main() {
    let built = Path::new("../../web/dist");
    println!("cargo::rerun-if-changed={}", built.display());
    // Where a part of the path is not there, cargo would build anew each time; the folder above is always there.
    println!("cargo::rerun-if-changed=../../web/package.json");
    let Some(out) = std::env::var_os("OUT_DIR") else { return };
    let pages = Path::new(&out).join("pages");
    let copied = std::fs::remove_dir_all(&pages)
        .or_else(|error| if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
        .and_then(|()| std::fs::create_dir_all(&pages))
        .and_then(|()| {
            if built.join("index.html").is_file() {
                copy(built, &pages)
            } else {
                std::fs::write(pages.join("index.html"), NOTICE)
            }
        });
    if let Err(error) = copied {
        println!("cargo::error=the console's pages could not be copied: {error}");
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            std::fs::create_dir_all(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
