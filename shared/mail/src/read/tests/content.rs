use super::*;
use crate::openpgp::Encryption;
use crate::read::saved_name;

const MIXED: &str = "From: Ann <ann@Example.ORG>\r\nTo: Desk <security+AbC@example.org>, x@y.z\r\n\
        Cc: security+def@example.org\r\n\
    Delivered-To: security+abc@example.org\r\nSubject: =?utf-8?q?Caf=C3=A9?=\r\n =?utf-8?q?_XSS?=\r\n\
    Message-ID: <1@example.org>\r\nIn-Reply-To: <0@a>\r\nReferences: <r@a> <0@a>\r\n\
        Date: Sun, 22 Nov 2026 13:00:00 +0100\r\n\
    Content-Type: multipart/mixed; boundary=m\r\n\r\n\
    --m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n\
    --a\r\nContent-Type: text/plain\r\n\r\nThe plain text.\r\n\
    --a\r\nContent-Type: text/html\r\n\r\n<p>The HTML text.</p>\r\n--a--\r\n\
    --m\r\nContent-Type: text/plain; name=\"..\\..\\a/poc.txt\"\r\nContent-Disposition: attachment\r\n\
    Content-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n\
    --m\r\nContent-Type: message/rfc822\r\n\r\nFrom: b@c\r\nSubject: inner\r\n\r\nNot the person's words.\r\n\
    --m\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\r\nx\r\n--m--\r\n";

#[test]
fn t10_a_mail_is_taken_apart() {
    let mail = mail(MIXED);
    let head = &mail.head;
    let from = head.from.as_ref().unwrap();
    assert_eq!((from.name.as_deref(), from.address.as_str()), (Some("Ann"), "ann@example.org"));
    assert_eq!(head.subject, "Caf\u{e9} XSS");
    assert_eq!(head.message_id.as_deref(), Some("1@example.org"));
    assert_eq!((head.in_reply_to.join(" "), head.references.join(" ")), ("0@a".to_owned(), "r@a 0@a".to_owned()));
    assert_eq!(head.date.unwrap().to_string(), "2026-11-22T12:00:00Z");
    assert_eq!(head.suffixes("security@example.org"), ["abc", "def"]);
    assert_eq!(mail.text, "The plain text.");
    assert!(!mail.html_only && !mail.text_cut && mail.over.is_empty() && mail.encrypted.is_none());
    let listed: Vec<_> = mail.attachments.iter().map(|a| (a.name.as_str(), a.content_type.as_str(), a.bytes)).collect();
    assert_eq!(
        listed,
        [("poc.txt", "text/plain", 5), ("mail-4.eml", "message/rfc822", 52), ("winmail.dat", "application/ms-tnef", 1)]
    );
    let (first, bytes) = attachment(MIXED.as_bytes(), &Limits::default(), mail.attachments[0].index).unwrap();
    assert_eq!((first.name.as_str(), bytes.as_slice()), ("poc.txt", b"hello".as_slice()));
    assert!(attachment(MIXED.as_bytes(), &Limits::default(), 99).is_none());
}

#[test]
fn t12_html_alone_is_read() {
    let read = mail("From: a@b\nContent-Type: text/html\n\n<div>one</div><div>two</div><script>alert(1)</script>");
    assert_eq!((read.text.as_str(), read.html_only), ("one\ntwo\n", true));
    let picture = mail("From: a@b\nContent-Type: text/html\n\n<img src=x>");
    assert_eq!((picture.text.as_str(), picture.attachments.len()), ("", 1));
    let empty_twin = "From: a@b\nContent-Type: multipart/alternative; \
        boundary=a\n\n--a\n\n  \n--a\nContent-Type: text/html\n\n\
                      <p>words</p>\n--a--\n";
    assert_eq!(mail(empty_twin).text, "words\n");
}

#[test]
fn t12_encrypted_mail_is_said_to_be() {
    let pgp = "From: a@b\nContent-Type: multipart/encrypted; boundary=e; \
        protocol=\"application/pgp-encrypted\"\n\n--e\n\
               Content-Type: application/pgp-encrypted\n\nVersion: 1\n--e\n\
               Content-Type: application/octet-stream\n\nx\n--e--\n";
    assert_eq!(mail(pgp).encrypted, Some(Encryption::PgpMime { part: Some(1) }));
    assert_eq!(mail(pgp).attachments.len(), 2);
    let smime = "From: a@b\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n\nMIAG";
    assert_eq!(mail(smime).encrypted, Some(Encryption::Smime));
    let opaque = mail("From: a@b\nContent-Type: application/pkcs7-mime; smime-type=signed-data\n\nMIAG");
    assert_eq!((opaque.encrypted, opaque.signed), (None, true));
    assert_eq!(mail("From: a@b\n\nHi\n-----BEGIN PGP MESSAGE-----\n\nx").encrypted, Some(Encryption::PgpInline));
    assert!(mail("From: a@b\n\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nx").signed);
    assert!(mail("From: a@b\nContent-Type: multipart/signed; boundary=s\n\n--s\n\nx\n--s--").signed);
}

#[test]
fn limits_of_content_cut_and_are_named() {
    let part = "--m\nContent-Type: application/pdf; name=a.pdf\n\n0123456789\n";
    let raw = format!(
        "From: a@b\nContent-Type: multipart/mixed; boundary=m\n\n--m\n\n{}\n{}--m--",
        "\u{e9}".repeat(10),
        part.repeat(3)
    );
    let limits =
        Limits { text_bytes: 5, attachments: 2, attachment_bytes: 9, attachments_total_bytes: 25, ..Limits::default() };
    let Read::Mail(mail) = read(raw.as_bytes(), &limits) else { panic!() };
    assert_eq!((mail.text.as_str(), mail.text_cut), ("\u{e9}\u{e9}", true));
    assert_eq!(mail.attachments.len(), 2);
    assert_eq!(mail.over, ["attachment_bytes", "attachments", "attachments_total_bytes"]);
}

#[test]
fn names_of_files_are_safe() {
    let name = |name: &str| {
        let part = format!("From: a@b\nContent-Type: application/x; name=\"{name}\"\n\nx");
        mail(part).attachments.remove(0).name
    };
    assert_eq!(name("/etc/passwd"), "passwd");
    assert_eq!(name("\u{202e}gpj.exe"), "\u{202e}gpj.exe");
    assert_eq!(saved_name("\u{202e}gpj.exe"), "gpj.exe");
    assert_eq!((saved_name("\u{200b}.profile"), saved_name("\u{200b}")), ("profile".to_owned(), "file".to_owned()));
    assert_eq!(name("..."), "part-1");
    assert_eq!(name("a:b?.txt"), "a_b_.txt");
    assert_eq!(name(&"x".repeat(500)).len(), 150);
}

#[test]
fn what_cannot_be_read_still_has_its_header() {
    let limits = Limits { bytes: 100, ..Limits::default() };
    let raw = format!("From: ann@example.org\nSubject: big\n\n{}", "x".repeat(200));
    let read = read(raw.as_bytes(), &limits);
    assert!(matches!(read, Read::Unreadable { why: "too large", .. }));
    assert_eq!(read.head().unwrap().from.as_ref().unwrap().address, "ann@example.org");
    let sender = Envelope::Address("ann@example.org".to_owned());
    let given_in = |mail: &str| super::read(stamped(&sender, [Verdict::Pass; 3], mail).as_bytes(), &Limits::default());
    let long = given_in(&format!("From: ann@example.org\r\nX: {}\r\n\r\nwords", "x".repeat(1 << 20)));
    assert!(matches!(long, Read::Unreadable { why: "header too long", .. }));
    assert_eq!(long.head().unwrap().from.as_ref().unwrap().address, "ann@example.org");
    for nothing in ["", "\r\n\r\n", "\0\u{1}binary\n\n", "just words\nand more words\n"] {
        let read = given_in(nothing);
        assert!(matches!(&read, Read::Unreadable { why: "no header", .. }), "{nothing}");
        assert!(read.head().unwrap().receipt.is_some());
    }
}

#[test]
fn a_mail_that_takes_too_long_is_given_up() {
    let raw: Arc<[u8]> = MIXED.as_bytes().into();
    assert!(matches!(read_within(raw.clone(), Limits::default(), Duration::from_secs(20)), Read::Mail(_)));
    let late = read_within(raw, Limits::default(), Duration::ZERO);
    assert!(
        matches!(&late, Read::Unreadable { why: "took too long", head: Some(head) } if head.subject == "Caf\u{e9} XSS")
    );
}
