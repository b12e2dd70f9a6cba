//! Mails made to break whoever reads them.

use super::*;
use std::time::Instant;

/// Reads within a time that a slow machine has too, on a stack as small as any.
fn survives(raw: Vec<u8>) -> Read {
    let started = Instant::now();
    let read = thread::Builder::new().stack_size(1024 * 1024).spawn(move || read(&raw, &Limits::default()));
    let read = read.unwrap().join().unwrap();
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    read
}

fn why(read: &Read) -> &'static str {
    match read {
        Read::Mail(_) => "",
        Read::Unreadable { why, .. } => why,
    }
}

fn nested(levels: usize, header: impl Fn(usize) -> String) -> Vec<u8> {
    let mut raw = String::from("From: a@b\n");
    for level in 0..levels {
        raw += &header(level);
    }
    (raw + "\nwords\n").into_bytes()
}

#[test]
fn t12_depth_and_width_are_bounded() {
    let deep = nested(10_000, |n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n"));
    assert_eq!(why(&survives(deep)), "nested too deep");
    let same = nested(10_000, |_| "Content-Type: multipart/mixed; boundary=b\n\n--b\n".to_owned());
    assert_eq!(why(&survives(same)), "too many parts");
    let mails = nested(100_000, |_| "Content-Type: message/rfc822\n\n".to_owned());
    assert!(matches!(survives(mails), Read::Mail(mail) if mail.attachments.len() == 1));
    let wide =
        nested(1, |_| "Content-Type: multipart/mixed; boundary=b\n\n".to_owned() + &"--b\n\nx\n".repeat(200_000));
    assert_eq!(why(&survives(wide)), "too many parts");
    let lone = nested(1, |_| "Content-Type: multipart/mixed; boundary=b\n\n".to_owned() + &"--c\n".repeat(200_000));
    assert!(matches!(survives(lone), Read::Mail(_)));
    let fine = nested(15, |n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n"));
    assert!(matches!(survives(fine), Read::Mail(mail) if mail.text == "words\n"));
}

/// The parser of fields sees at most the limit of a header; no field may make it slow.
#[test]
fn t12_headers_are_bounded() {
    assert_eq!(unreadable(format!("Subject: {}\n\nx", "y".repeat(1 << 20))), "header too long");
    assert_eq!(unreadable("X: y\n".repeat(2_000)), "too many header fields");
    let units = [
        "(",
        "<",
        "\"",
        ",",
        ";",
        "\\",
        "=?",
        "=?utf-8?q?",
        "=?utf-8?b?=?=",
        "a@",
        "x*0=\"",
        ":",
        "=?utf-8?q?a?= ",
        "\n ",
    ];
    let names = [
        "From",
        "To",
        "Subject",
        "Content-Type",
        "Content-Disposition",
        "References",
        "Date",
        "Authentication-Results",
    ];
    for unit in units {
        for name in names {
            let value = unit.repeat(200_000 / unit.len());
            let raw = format!("{name}: {value}\nX: y\n\nwords");
            assert!(matches!(survives(raw.into_bytes()), Read::Mail(_)), "{name} {unit}");
        }
    }
}

#[test]
fn t12_what_has_no_header_is_no_mail() {
    for raw in
        [&b""[..], b"\n\n\n", b"\0\0\0\x01\x02", b"\x89PNG\r\n\x1a\n\0\0", b"just words\nand more\n", b"\xff\xfe"]
    {
        assert_eq!(unreadable(raw), "no header");
    }
}

#[test]
fn t12_broken_mail_with_words_is_a_mail() {
    let cases: [(&[u8], &str); 12] = [
        (b"From: a@b\n\nwords", "words"),
        (b"From: a@b\rSubject: x\r\rwords\r", "words\n"),
        (b"From: a@b\r\n\r\nwo\0r\x1bds", "words"),
        (b"From: \xe4\xf6 <a@b>\nSubject: \xe4\xff\n\nwords", "words"),
        (b"From: a@b\nContent-Type: multipart/mixed\n\nwords", "words"),
        (b"From: a@b\nContent-Type: multipart/mixed; boundary=\"\"\n\nwords", "words"),
        (b"From: a@b\nContent-Type: ;;;===\"\n\nwords", "words"),
        (b"From: a@b\nContent-Type: text/plain; charset=\"x\"; charset=y\n\nwords", "words"),
        (b"From: a@b\nContent-Transfer-Encoding: base64\n\n d29y!ZHM=\xff", "words"),
        (b"From: a@b\nContent-Transfer-Encoding: quoted-printable\n\nwo=72=\nds=G=", "words=G="),
        (b"From a@b Mon\nFrom: a@b\n\nwords", "words"),
        (b"From: a@b\nwords without a blank line\n", "words without a blank line\n"),
    ];
    for (raw, text) in cases {
        assert_eq!(mail(raw).text, text, "{}", String::from_utf8_lossy(raw));
    }
    assert_eq!(mail("From: a@b\nSubject: only a header\n").text, "");
}

#[test]
fn t12_huge_bodies_are_read_in_time() {
    let size = 20 << 20;
    for (header, unit) in [
        ("Content-Type: text/html", "<"),
        ("Content-Type: text/html", "<div>"),
        ("Content-Type: text/html", "<!--"),
        ("Content-Type: text/html", "<a"),
        ("Content-Type: text/html", "<head><style>"),
        ("Content-Type: text/html", "&"),
        ("Content-Type: text/plain; format=flowed", "> \n"),
        ("Content-Type: text/plain; charset=utf-7", "+"),
        ("Content-Transfer-Encoding: base64", "!"),
        ("Content-Transfer-Encoding: quoted-printable", "="),
        ("Content-Type: multipart/mixed", "--x\n"),
        ("Content-Type: multipart/mixed; boundary=x", "--x"),
    ] {
        let raw = format!("From: a@b\n{header}\n\n{}", unit.repeat(size / unit.len()));
        let Read::Mail(mail) = survives(raw.into_bytes()) else { panic!("{header} {unit}") };
        assert!(mail.text.len() <= Limits::default().text_bytes);
    }
}

/// Every prefix of a mail, and every mail with one byte changed, is read without a panic reaching anybody.
#[test]
fn t12_damage_anywhere_is_survived() {
    let whole = "Return-Path: <a@b>\r\nFrom: \"x\" <a@b>\r\nTo: g: c@d, e@f;\r\n\
        Subject: =?iso-2022-jp?B?GyRCJDMbKEI=?=\r\n\
                 Content-Type: multipart/alternative; boundary=\"=_b\"; x*0*=utf-8''a%20; x*1=b\r\n\r\n--=_b\r\n\
                 Content-Type: text/plain; charset=utf-7; format=flowed\r\n\r\n+AOQ- \r\n> x\r\n--=_b\r\n\
                 Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
                 <p>=C3=A4&auml;&#x110000;<!-- </p>\r\n\
                 --=_b--\r\n";
    for end in 0..whole.len() {
        let _ = read(&whole.as_bytes()[..end], &Limits::default());
    }
    for at in 0..whole.len() {
        for byte in [0, b'\n', b' ', b'"', b';', b'=', b'<', 0xff] {
            let mut raw = whole.as_bytes().to_vec();
            raw[at] = byte;
            let _ = read(&raw, &Limits::default());
        }
    }
}
