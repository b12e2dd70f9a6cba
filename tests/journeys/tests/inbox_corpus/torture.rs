//! What parsers of mail have fallen over: depth, boundaries, charsets, encodings, headers, and bytes of chance.

use desk_harness::Chance;

use crate::automatic::base64;

const HEAD: &str = "From: Rita <rita@example.org>\r\nTo: security@expressjs.com\r\nMIME-Version: 1.0\r\n";

pub(crate) fn mails(chance: &mut Chance) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    nested(&mut all);
    boundaries(&mut all);
    charsets(&mut all);
    headers(&mut all);
    by_chance(chance, &mut all);
    all
}

type All = Vec<(String, Vec<u8>)>;

fn mail(all: &mut All, what: &str, rest: impl AsRef<[u8]>) {
    let head = format!("{HEAD}Message-ID: <torture-{}@example.org>\r\n", all.len());
    all.push((what.to_owned(), [head.as_bytes(), rest.as_ref()].concat()));
}

fn nested(all: &mut All) {
    for depth in [2, 31, 33, 200, 2_000] {
        let mut body = "Content-Type: text/plain\r\n\r\nwords\r\n".to_owned();
        for level in 0..depth {
            let kind = format!("Content-Type: multipart/mixed; boundary=\"b{level}\"\r\n\r\n--b{level}\r\n");
            body = match depth {
                // Long ones are built without their ends, which do not close them either.
                2_000 => format!("{kind}{body}"),
                _ => format!("{kind}{body}--b{level}--\r\n"),
            };
        }
        mail(all, &format!("{depth} multiparts in one another"), body);
    }
    for depth in [2, 30, 300] {
        let inner = "Content-Type: message/rfc822\r\n\r\n".repeat(depth) + "Subject: innermost\r\n\r\nwords";
        mail(all, &format!("{depth} mails in one another"), inner);
    }
    let parts = |count: usize| "--b\r\n\r\nx\r\n".repeat(count);
    for count in [0, 1, 999, 1_001, 20_000] {
        let kind = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
        mail(all, &format!("{count} parts"), format!("{kind}{}--b--\r\n", parts(count)));
    }
}

fn boundaries(all: &mut All) {
    let of = |boundary: &str, body: &str| format!("Content-Type: multipart/mixed{boundary}\r\n\r\n{body}");
    let long = "b".repeat(5_000);
    for (what, boundary, body) in [
        ("no boundary", "", "--b\r\n\r\nwords\r\n--b--"),
        ("an empty one", "; boundary=\"\"", "--\r\n\r\nwords\r\n----"),
        ("one that never comes", "; boundary=x", "--b\r\n\r\nwords\r\n--b--"),
        ("one that never ends", "; boundary=b", "--b\r\n\r\nwords"),
        (
            "one that begins another",
            "; boundary=b",
            "--b\r\nContent-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\n\r\nx\r\n--b--",
        ),
        (
            "the same within",
            "; boundary=b",
            "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--",
        ),
        ("two of them", "; boundary=a; boundary=b", "--a\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--a--"),
        ("an open quote", "; boundary=\"b", "--b\r\n\r\nwords\r\n--b--"),
        ("one with blanks", "; boundary=\" b \"", "-- b \r\n\r\nwords\r\n-- b --"),
        ("one of 5000", &format!("; boundary={long}"), &format!("--{long}\r\n\r\nwords")),
        ("in pieces", "; boundary*0=b; boundary*1=b", "--bb\r\n\r\nwords\r\n--bb--"),
        ("only its end", "; boundary=b", "--b--"),
    ] {
        mail(all, &format!("boundary: {what}"), of(boundary, body));
    }
}

fn charsets(all: &mut All) {
    let names = [
        "utf-7",
        "utf-16",
        "utf-32",
        "iso-2022-jp",
        "hz-gb-2312",
        "x-mac-roman",
        "cp437",
        "",
        "\"",
        "utf-8\r\n x",
        "🙂",
    ];
    let broken: [&[u8]; 4] = [b"\xff\xfe\xfd", b"\x1b$B\x1b", b"+AGE-+", b"\xed\xa0\x80\xc0\xaf"];
    for name in names {
        for (n, bytes) in broken.iter().enumerate() {
            let head = format!("Content-Type: text/plain; charset={name}\r\n\r\n");
            mail(all, &format!("charset {name:?}, bytes {n}"), [head.as_bytes(), bytes].concat());
        }
    }
    for encoding in ["base64", "quoted-printable", "x-uuencode", "8bit", "binary", "7bit", "nothing", ""] {
        for body in ["=", "====", "=ZZ=0", "A", "QUJD QUJD*", "begin 644 x\n#0V%T\n`\nend\n"] {
            mail(
                all,
                &format!("{encoding:?} of {body:?}"),
                format!("Content-Transfer-Encoding: {encoding}\r\n\r\n{body}"),
            );
        }
    }
    let bomb = base64(&vec![b'<'; 300_000]);
    mail(
        all,
        "tags without end",
        format!("Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n{bomb}"),
    );
    let tags = "<div>".repeat(50_000);
    mail(all, "50000 open tags", format!("Content-Type: text/html\r\n\r\n{tags}"));
}

fn headers(all: &mut All) {
    let word = "=?utf-8?q?".repeat(2_000);
    for (what, head) in [
        ("a subject of 200 kB", format!("Subject: {}\r\n", "x".repeat(200_000))),
        ("a subject of 2 MB", format!("Subject: {}\r\n", "x".repeat(2_000_000))),
        ("5000 headers", "X-Header: x\r\n".repeat(5_000)),
        ("a header folded 20000 times", format!("Subject: x\r\n{}", " x\r\n".repeat(20_000))),
        ("encoded words without end", format!("Subject: {word}\r\n")),
        ("a broken encoded word", "Subject: =?utf-8?b?//8?= =?x?y?z?= =?utf-8?q?=ZZ?=\r\n".to_owned()),
        ("no colon", "This is no header\r\n".to_owned()),
        ("an empty name", ": x\r\n".to_owned()),
        ("zeros", "Subject: a\0b\0\r\n".to_owned()),
        ("10000 receivers", format!("Cc: {}\r\n", "a@example.net, ".repeat(10_000))),
        ("comments in comments", format!("Cc: {}a@b{}\r\n", "(".repeat(10_000), ")".repeat(10_000))),
        ("a group without end", "Cc: friends: a@b, c@d\r\n".to_owned()),
        ("two of each", "From: max@example.net\r\nTo: x@example.net\r\nSubject: a\r\nSubject: b\r\n".to_owned()),
        ("10000 references", format!("References: {}\r\n", "<a@example.net> ".repeat(10_000))),
        ("200000 letters in a reference", format!("References: <{}>\r\n", "a".repeat(200_000))),
    ] {
        mail(all, &format!("header: {what}"), format!("{head}\r\nwords"));
    }
    for (what, bytes) in [
        ("no empty line", &b"Subject: x"[..]),
        ("lines that end in CR", b"Subject: x\r\rwords\rmore\r"),
        ("lines that end in LF", b"Subject: x\n\nwords\nmore\n"),
        ("nothing but ends of lines", b"\r\n\r\n\r\n\r\n"),
        ("zeros", b"\r\n\0\0\0\0\0\0\0\0"),
    ] {
        mail(all, what, bytes);
    }
    mail(all, "a line of 5 MB", ["\r\n".as_bytes(), &vec![b'x'; 5_000_000]].concat());
    mail(all, "200000 quoted lines", format!("\r\n{}", "> > > x\r\n".repeat(200_000)));
}

/// Good mails with some of their bytes replaced, moved or left out.
fn by_chance(chance: &mut Chance, all: &mut All) {
    let good = "Subject: =?utf-8?b?R3LDvMOfZQ==?=\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: \
        multipart/alternative; boundary=\"c\"\r\n\r\n--c\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: \
        quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe\r\n--c\r\nContent-Type: text/html\r\n\r\n<p>Gr&uuml;&szlig;e</p>\r\n--c--\r\n--b\r\n\
        Content-Type: application/pdf; name=\"a.pdf\"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; \
        filename*=utf-8''%C3%BC.pdf\r\n\r\nJVBERi0xLjQK\r\n--b--\r\n";
    for n in 0..60 {
        let mut bytes = good.as_bytes().to_vec();
        for _ in 0..chance.within(1..12) {
            let at = chance.within(0..bytes.len() as u64) as usize;
            match chance.within(0..4) {
                0 => bytes[at] = chance.draw() as u8,
                1 => drop(bytes.remove(at)),
                2 => bytes.truncate(at.max(20)),
                _ => {
                    let piece = bytes[at..(at + 40).min(bytes.len())].to_vec();
                    let to = chance.within(0..bytes.len() as u64) as usize;
                    bytes.splice(to..to, piece);
                }
            }
        }
        mail(all, &format!("altered by chance {n}"), bytes);
    }
    for n in 0..10 {
        let length = chance.within(1..20_000) as usize;
        let bytes: Vec<u8> = (0..length).map(|_| chance.draw() as u8).collect();
        all.push((format!("bytes of chance {n}"), bytes));
    }
}
