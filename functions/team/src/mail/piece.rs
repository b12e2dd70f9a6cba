//! Bytes in pieces that an answer can hold (RFC 9110, section 14): an answer of Lambda has at most 6 MB, and base64 takes a third
//! of that.

/// The most that one answer carries.
pub(crate) const PIECE: usize = 4 * 1024 * 1024;

/// What an answer carries of `len` bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Whole,
    /// From the first to before the second.
    Part(usize, usize),
    /// More than an answer holds, and no range was asked for.
    TooLarge,
    /// The range begins after the end.
    Unsatisfiable,
}

/// What is answered to a `Range` header. One that is not understood is as none (RFC 9110, 14.2), and a part may be shorter than
/// was asked for (15.3.7).
pub(crate) fn piece(range: Option<&str>, len: usize) -> Piece {
    match range.and_then(|range| asked(range, len)) {
        None if len <= PIECE => Piece::Whole,
        None => Piece::TooLarge,
        Some((from, until)) if from >= until => Piece::Unsatisfiable,
        Some((from, until)) => Piece::Part(from, until.min(from + PIECE)),
    }
}

/// The one range that a header asks for, within `len`; `None` when it is not one.
fn asked(range: &str, len: usize) -> Option<(usize, usize)> {
    let (first, last) = range.trim().strip_prefix("bytes=")?.split_once('-')?;
    if first.is_empty() {
        let count: usize = last.parse().ok()?;
        return Some((len.saturating_sub(count), len));
    }
    let first: usize = first.parse().ok()?;
    let until = match last {
        "" => len,
        last => last.parse::<usize>().ok().filter(|last| *last >= first)?.saturating_add(1).min(len),
    };
    Some((first.min(len), until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_whole_and_what_does_not_needs_a_range() {
        assert_eq!(piece(None, 0), Piece::Whole);
        assert_eq!(piece(None, PIECE), Piece::Whole);
        assert_eq!(piece(None, PIECE + 1), Piece::TooLarge);
        for odd in ["bytes=0-1,3-4", "lines=0-1", "bytes=a-b", "bytes=5-2", "bytes"] {
            assert_eq!(piece(Some(odd), 10), Piece::Whole, "{odd}");
            assert_eq!(piece(Some(odd), PIECE + 1), Piece::TooLarge, "{odd}");
        }
    }

    #[test]
    fn a_range_is_cut_to_a_piece() {
        let of = |range: &str| piece(Some(range), PIECE + 10);
        assert_eq!(of("bytes=0-0"), Piece::Part(0, 1));
        assert_eq!(of("bytes=0-"), Piece::Part(0, PIECE));
        assert_eq!(of(&format!("bytes={PIECE}-")), Piece::Part(PIECE, PIECE + 10));
        assert_eq!(of("bytes=-4"), Piece::Part(PIECE + 6, PIECE + 10));
        assert_eq!(of(&format!("bytes={}-", PIECE + 10)), Piece::Unsatisfiable);
        assert_eq!(of("bytes=-0"), Piece::Unsatisfiable);
        assert_eq!(of(&format!("bytes=0-{}", usize::MAX)), Piece::Part(0, PIECE), "no sum overflows");
        assert_eq!(piece(Some("bytes=0-"), 0), Piece::Unsatisfiable);
    }
}
