//! Who may be believed, and who only looks so.

use super::*;
use Verdict::{Fail, Gray, Pass};
use sha2::{Digest, Sha256};

const FROM: &str = "From: Ann <ann@example.org>\r\nSubject: x\r\n";

fn envelope(address: &str) -> Envelope {
    Envelope::Address(address.to_owned())
}

fn judged(raw: &str) -> Authentication {
    mail(raw).head.authentication(&Own::default(), &[])
}

#[test]
fn what_is_stamped_is_read_back() {
    let raw = stamped(&envelope("bounce@mail.example.org"), [Pass, Fail, Gray], &format!("{FROM}\r\nwords"));
    let mail = mail(&raw);
    let receipt = mail.head.receipt.as_ref().unwrap();
    assert_eq!(receipt.received_at.unwrap().to_string(), "2026-11-22T12:00:00Z");
    assert_eq!(receipt.recipient.as_deref(), Some("desk+s3cret@in.example.org"));
    assert!(matches!(&receipt.envelope_from, Envelope::Address(from) if from == "bounce@mail.example.org"));
    assert_eq!((receipt.spam, receipt.virus), (Pass, Pass));
    assert_eq!((receipt.spf, receipt.dkim, receipt.dmarc), (Pass, Fail, Gray));
    assert_eq!((receipt.fields, receipt.dmarc_domain.as_deref()), (8, Some("example.org")));
    assert_eq!(mail.head.suffixes("desk@in.example.org"), ["s3cret"]);
    let raw = stamped(
        &Envelope::Null,
        [Gray, Pass, Gray],
        "DKIM-Signature: v=1; d=Mail.Example.org; s=x\r\nFrom: a@b\r\n\r\n",
    );
    let mail = self::mail(raw);
    let receipt = mail.head.receipt.as_ref().unwrap();
    assert!(matches!(receipt.envelope_from, Envelope::Null));
    assert_eq!(receipt.dkim_domains, ["mail.example.org"]);
}

#[test]
fn what_real_ses_writes_is_read() {
    let raw = "Return-Path: <bounce@example.org>\r\n\
        Received: from mail-wm1-f50.example.org (mail-wm1-f50.example.org [192.0.2.50])\r\n \
        by inbound-smtp.us-east-1.amazonaws.com with SMTP id q041v1u3p6g5bust1o2se9of7vf685mtivi7ci01\r\n \
         for 23@in.example.net;\r\n \
        Mon, 20 Mar 2023 03:11:44 +0000 (UTC)\r\nX-SES-Spam-Verdict: GRAY\r\nX-SES-Virus-Verdict: FAIL\r\n\
        Received-SPF: pass (spfCheck: domain of _spf.example.org designates 192.0.2.50 as permitted sender) \
        client-ip=192.0.2.50; envelope-from=bounce@example.org; helo=mail-wm1-f50.example.org;\r\n\
        Authentication-Results: amazonses.com;\r\n \
         spf=pass (spfCheck: domain of _spf.example.org designates 192.0.2.50 as permitted sender) \
         client-ip=192.0.2.50; envelope-from=bounce@example.org; helo=mail-wm1-f50.example.org;\r\n \
        dkim=pass header.i=@example.org;\r\n dkim=fail header.i=@other.net;\r\n \
         dmarc=pass header.from=example.org;\r\n\
        X-SES-RECEIPT: AEFBQUFBQUFB\r\nX-SES-DKIM-SIGNATURE: a=rsa-sha256; d=amazonses.com;\r\n\
        Received: by mail-wm1-f50.example.org\r\n\
        From: ann@example.org\r\n\r\nwords";
    let mail = mail(raw);
    let receipt = mail.head.receipt.as_ref().unwrap();
    assert_eq!((receipt.spam, receipt.virus), (Gray, Fail));
    assert_eq!((receipt.spf, receipt.dkim, receipt.dmarc), (Pass, Pass, Pass));
    assert_eq!(receipt.dkim_domains, ["example.org"]);
    assert_eq!(receipt.received_at.unwrap().to_string(), "2023-03-20T03:11:44Z");
    assert_eq!(receipt.sent_from, Some("192.0.2.50".parse().unwrap()));
    assert_eq!(mail.head.authentication(&Own::default(), &[]), Authentication::Dmarc);
}

#[test]
fn senders_are_judged() {
    let from = |address: &str, verdicts| judged(&stamped(&envelope(address), verdicts, &format!("{FROM}\r\nwords")));
    assert_eq!(from("a@example.org", [Fail, Fail, Pass]), Authentication::Dmarc);
    assert_eq!(from("a@example.org", [Pass, Pass, Fail]), Authentication::Failed);
    assert_eq!(from("a@mail.example.org", [Pass, Gray, Gray]), Authentication::Aligned);
    assert_eq!(from("a@evil.net", [Pass, Gray, Gray]), Authentication::Unaligned);
    assert_eq!(from("a@evil.net", [Pass, Pass, Gray]), Authentication::Aligned, "by its signature");
    let signed = |from: &str| format!("DKIM-Signature: d=evil.net\r\nFrom: {from}\r\n\r\nwords");
    let pass = [Pass, Pass, Gray];
    assert_eq!(judged(&stamped(&envelope("a@evil.net"), pass, &signed("ann@example.org"))), Authentication::Unaligned);
    for from in ["", "ann@example.org, bob@example.org", "ann@example.org\r\nFrom: b@c", "Ann", "a@b@c", "<a@b> <c@d>"]
    {
        assert_eq!(
            judged(&stamped(&envelope("a@example.org"), [Pass; 3], &signed(from))),
            Authentication::Failed,
            "{from}"
        );
    }
    assert_eq!(judged(&format!("{FROM}\r\nwords")), Authentication::Unaligned, "nothing from SES");
}

/// The host's own name for itself is no place to write another's address.
#[test]
fn where_a_mail_was_handed_in_is_what_ses_says() {
    let from = |said: &str| {
        let received = format!("Received: from {said} by inbound-smtp.eu-west-1.amazonaws.com with SMTP id x\r\n for");
        let raw = format!(
            "Return-Path: <a@b.c>\r\n{received} desk@in.example.org;\r\n Sun, 22 Nov 2026 12:00:00 +0000\r\n{FROM}\r\n"
        );
        mail(raw).head.receipt.as_ref().and_then(|receipt| receipt.sent_from).map(|from| from.to_string())
    };
    assert_eq!(from("a (unknown [203.0.113.9])").as_deref(), Some("203.0.113.9"));
    assert_eq!(from("a (b [IPv6:2001:db8::1])").as_deref(), Some("2001:db8::1"));
    for none in ["a", "a (b)", "a [198.51.100.1]) by inbound-smtp.x (b [203.0.113.9])", "a x (b [203.0.113.9])"] {
        assert_eq!(from(none), None, "{none}");
    }
}

/// Whatever a sender writes stands below what SES wrote, and is not believed.
#[test]
fn a_forged_verdict_is_not_believed() {
    let forged = "X-SES-Spam-Verdict: PASS\r\nX-SES-Virus-Verdict: PASS\r\nReceived-SPF: pass\r\n\
                  Authentication-Results: amazonses.com; spf=pass; dkim=pass header.i=@example.org; \
                  dmarc=pass header.from=example.org\r\n\
                  X-SES-RECEIPT: x\r\nX-SES-DKIM-SIGNATURE: y\r\n";
    let received = "Received: from a (a [1.2.3.4]) by inbound-smtp.us-east-1.amazonaws.com with SMTP id x \
                    for desk@in.example.org;\r\n \
                    Sun, 22 Nov 2026 12:00:00 +0000\r\n";
    let bad = [Fail, Fail, Fail];
    for below in [
        forged.to_owned(),
        format!("{received}{forged}"),
        format!("Return-Path: <a@example.org>\r\n{received}{forged}"),
    ] {
        let raw = stamped(&envelope("a@evil.net"), bad, &format!("{below}{FROM}\r\nwords"));
        assert_eq!(judged(&raw), Authentication::Failed);
        assert_eq!(mail(&raw).head.receipt.as_ref().unwrap().fields, 8);
        // SES did not scan, so it wrote no verdicts; what follows is the sender's.
        let unscanned = format!("Return-Path: <a@evil.net>\r\n{received}X-SES-RECEIPT: ses\r\n{below}{FROM}\r\nwords");
        let mail = mail(&unscanned);
        let receipt = mail.head.receipt.as_ref().unwrap();
        assert_eq!((receipt.spam, receipt.dmarc, receipt.fields), (Gray, Gray, 3));
        assert_eq!(mail.head.authentication(&Own::default(), &[]), Authentication::Unaligned);
    }
    let open = format!("Return-Path: <a@evil.net>\r\n{received}X-SES-Spam-Verdict: PASS\r\n{FROM}\r\nwords");
    assert_eq!(mail(open).head.receipt.as_ref().unwrap().spam, Gray, "the block is not closed");
    let above = format!("X-Other: x\r\nReturn-Path: <a@b>\r\n{received}{forged}{FROM}\r\nwords");
    assert!(mail(above).head.receipt.is_none(), "SES writes first");
    let no_ses = format!(
        "Received: from a by mx.example.org with SMTP id x for a@b; Sun, 22 Nov 2026 12:00:00 +0000\r\n\
        {forged}{FROM}\r\n"
    );
    assert!(mail(no_ses).head.receipt.is_none());
}

/// The greeting and the envelope's sender stand in SES's own results.
#[test]
fn what_a_sender_says_while_giving_in_is_not_believed() {
    let with = |greeting: &str, envelope: &str, results: &str| {
        judged(&format!(
            "Return-Path: <{envelope}>\r\nReceived: from {greeting} (x [192.0.2.1])\r\n \
             by inbound-smtp.us-east-1.amazonaws.com with SMTP id x\r\n \
             for desk@in.example.org;\r\n Sun, 22 Nov 2026 12:00:00 +0000\r\n\
             Authentication-Results: amazonses.com; {results}\r\n\
             X-SES-RECEIPT: x\r\n{FROM}\r\nwords"
        ))
    };
    let dkim = "dkim=pass header.i=@example.org";
    assert_eq!(with("a.b", "a@evil.net", &format!("spf=fail helo=a.b; {dkim}")), Authentication::Aligned, "honest");
    assert_eq!(with("a.b;dkim=pass", "a@evil.net", &format!("spf=fail helo=a.b;{dkim}")), Authentication::Unaligned);
    assert_eq!(
        with("a.b", "\";dkim=pass\"@evil.net", &format!("spf=fail envelope-from=\";{dkim}")),
        Authentication::Unaligned
    );
    assert_eq!(with("a.b", "a@evil.net", "dmarc=pass header.from=example.org; dmarc=fail"), Authentication::Failed);
    assert_eq!(with("a.b", "a@evil.net", "spf=fail (x; dmarc=pass); dmarc=none"), Authentication::Unaligned);
    assert_eq!(
        with("a.b", "a@evil.net", "dmarc=pass header.from=evil.net"),
        Authentication::Failed,
        "of another sender"
    );
    assert_eq!(
        with("a.b", "a@evil.net", "dmarc=\r\n pass\r\n header.from=example.org"),
        Authentication::Dmarc,
        "folded"
    );
}

#[test]
fn a_forwarder_is_believed_if_it_knows_the_secret() {
    let forwarder = |secret: &str| Forwarder {
        name: "mailbox".to_owned(),
        authserv_id: "mx.google.com".to_owned(),
        secret_sha256: Some(Sha256::digest(secret.as_bytes()).into()),
        arc_sealer: Some("google.com".to_owned()),
    };
    let results =
        |by: &str, dmarc: &str| format!("Authentication-Results: {by}; dmarc={dmarc} header.from=example.org\r\n");
    let judge = |below: &str, secret: &str| {
        let raw = stamped(&envelope("srs@forwarder.net"), [Pass, Fail, Fail], &format!("{below}{FROM}\r\nwords"));
        mail(raw).head.authentication(&Own::default(), &[forwarder(secret)])
    };
    assert_eq!(judge(&results("mx.google.com", "pass"), "s3cret"), Authentication::Dmarc);
    assert_eq!(judge(&results("mx.google.com", "pass"), "other"), Authentication::Failed);
    assert_eq!(judge(&results("mx.evil.com", "pass"), "s3cret"), Authentication::Failed);
    let two = results("mx.google.com", "fail") + &results("mx.google.com", "pass");
    assert_eq!(judge(&two, "s3cret"), Authentication::Failed, "the topmost counts");
    let arc = "ARC-Seal: i=1; d=google.com; cv=none\r\nARC-Authentication-Results: i=1; mx.google.com; \
        dmarc=pass header.from=example.org\r\n";
    assert_eq!(judge(arc, "other"), Authentication::Failed, "SES did not say that the seals hold");
    assert_eq!(judge(arc, "s3cret"), Authentication::Dmarc, "it sealed what it sent");
    let sealed = |more: &str| {
        let raw = stamped(&envelope("srs@forwarder.net"), [Pass, Fail, Fail], &format!("{more}{arc}{FROM}\r\nwords"));
        mail(raw.replacen(" dkim=fail", " arc=pass;\r\n dkim=fail", 1))
            .head
            .authentication(&Own::default(), &[forwarder("other")])
    };
    assert_eq!(sealed(""), Authentication::Dmarc);
    assert_eq!(sealed("ARC-Seal: i=2; d=evil.net; cv=pass\r\n"), Authentication::Failed, "the last sealer counts");
    assert_eq!(sealed("ARC-Seal: i=1; d=evil.net\r\n"), Authentication::Failed, "two of one instance");
}

#[test]
fn a_group_that_writes_itself_into_from_names_the_author() {
    let own = Own { addresses: &["security@project.org"], domain: "", forwarder_list_ids: &["security.project.org"] };
    let group = Forwarder {
        name: "group".to_owned(),
        authserv_id: "mx.google.com".to_owned(),
        secret_sha256: Some(Sha256::digest(b"s3cret").into()),
        arc_sealer: Some("google.com".to_owned()),
    };
    let raw = |marks: &str| {
        let sealed = "ARC-Seal: i=2; d=google.com\r\nARC-Authentication-Results: i=2; gmr-mx.google.com; \
        dmarc=pass header.from=example.org\r\n";
        let mail = format!(
            "{sealed}{marks}From: 'Ann' via Security <security@project.org>\r\n\
            X-Original-From: Ann <ann@example.org>\r\n\r\nwords"
        );
        self::mail(stamped(&envelope("security+bnc1@project.org"), [Pass; 3], &mail))
    };
    let mail = raw("List-ID: <security.project.org>\r\nPrecedence: list\r\n");
    assert_eq!(mail.head.author(&own).unwrap().address, "ann@example.org");
    assert_eq!(mail.head.automatic(&own, false), None);
    assert_eq!(mail.head.authentication(&own, &[]), Authentication::Unaligned, "SES judged the group");
    assert_eq!(mail.head.authentication(&own, &[group]), Authentication::Dmarc);
    let forged = raw("");
    assert_eq!(forged.head.author(&own).unwrap().address, "security@project.org");
    assert_eq!(forged.head.automatic(&own, false), Some(Automatic::Own));
}
