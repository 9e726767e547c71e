//! Summaries: words with `{names}` in them.

/// The names in braces, or Err for a brace without its fellow.
pub(crate) fn blanks(words: &str) -> Vec<Result<&str, ()>> {
    pieces(words)
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Words(_) => None,
            Piece::Name(name) => Some(Ok(name)),
            Piece::Broken => Some(Err(())),
        })
        .collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'w> {
    Words(&'w str),
    Name(&'w str),
    Broken,
}

pub(crate) fn pieces(words: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('{') {
        if !before.is_empty() {
            pieces.push(Piece::Words(before));
        }
        let Some((name, tail)) = after.split_once('}') else {
            pieces.push(Piece::Broken);
            return pieces;
        };
        pieces.push(Piece::Name(name.trim()));
        rest = tail;
    }
    if rest.contains('}') {
        pieces.push(Piece::Broken);
    }
    if !rest.is_empty() {
        pieces.push(Piece::Words(rest));
    }
    pieces
}
