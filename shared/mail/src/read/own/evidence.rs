//! The signs that tell an announcement from a sentence: a year, a time. All in text of lower case.

/// A year of this century or the last that is not part of a CVE id.
pub fn has_year(text: &str) -> bool {
    numbers(text).any(|(before, number, _)| {
        number.len() == 4 && (number.starts_with("19") || number.starts_with("20")) && !before.ends_with("cve-")
    })
}

/// A time as `8:45`; not the port of an address, not a line and column of a file.
pub fn has_clock(text: &str) -> bool {
    numbers(text).any(|(before, hour, after)| {
        let minute = after.strip_prefix(':').and_then(|rest| numbers(rest).next());
        hour.len() <= 2
            && !before.ends_with(['.', ':'])
            && minute.is_some_and(|(between, minute, _)| between.is_empty() && minute.len() == 2)
    })
}

/// Every run of digits, with what stands before and after it.
fn numbers(text: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text[from..].find(|letter: char| letter.is_ascii_digit())?;
        let rest = &text[start..];
        let length = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        from = start + length;
        Some((&text[..start], &text[start..from], &text[from..]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years() {
        assert!(has_year("2016年12月") && has_year("15-12-2015,"));
        assert!(!has_year("cve-2024-1234") && !has_year("port 20160") && !has_year("1024"));
    }

    #[test]
    fn times() {
        assert!(has_clock("at 8:45") && has_clock("下午8:45，") && has_clock("08:32:10"));
        assert!(!has_clock("127.0.0.1:80") && !has_clock("main.c:42:10") && !has_clock("1:234") && !has_clock("9:"));
    }
}
