//! What programs send: by every sign that there is, in ten languages, and the desk's own mails come back.

use std::path::Path;

use desk_harness::{Chance, Eml, reply_to};
use serde_json::Value;

/// A mail, and its envelope's sender where that is not its author.
pub(crate) struct Sent {
    pub what: String,
    pub raw: Vec<u8>,
    pub from: Option<String>,
}

/// Headers of which each alone says that no person wrote it.
const SIGNS: [(&str, &str); 32] = [
    ("Auto-Submitted", "auto-replied"),
    ("Auto-Submitted", "auto-generated"),
    ("Auto-Submitted", "auto-notified; owner-email=\"a@example.net\""),
    ("AUTO-SUBMITTED", "Auto-Replied (vacation)"),
    ("Auto-submitted", "something-new"),
    ("Precedence", "bulk"),
    ("Precedence", "junk"),
    ("Precedence", "list"),
    ("Precedence", "auto_reply"),
    ("List-Id", "A list <list.example.net>"),
    ("List-Unsubscribe", "<https://example.net/u>"),
    ("List-Post", "<mailto:list@example.net>"),
    ("List-Help", "<mailto:help@example.net>"),
    ("Mailing-List", "list list@example.net"),
    ("X-Mailing-List", "list@example.net"),
    ("X-BeenThere", "list@example.net"),
    ("X-Autoreply", "yes"),
    ("X-Auto-Reply", "1"),
    ("X-Autorespond", "yes"),
    ("X-Autoresponder", "x"),
    ("X-AutoReply-From", "a@example.net"),
    ("X-Failed-Recipients", "a@example.net"),
    ("X-Loop", "a@example.net"),
    ("Return-Path", "<>"),
    ("Content-Type", "multipart/report; report-type=delivery-status; boundary=b"),
    ("Content-Type", "multipart/report; report-type=disposition-notification; boundary=b"),
    ("Content-Type", "multipart/report; report-type=feedback-report; boundary=b"),
    ("Content-Type", "message/delivery-status"),
    ("Content-Type", "text/calendar; method=REPLY"),
    ("From", "MAILER-DAEMON@auto.example.net"),
    ("From", "Mail Delivery Subsystem <postmaster@auto.example.net>"),
    ("From", "Tickets <no-reply@auto.example.net>"),
];

/// How programs begin a subject, in ten languages and more.
const SUBJECTS: [&str; 22] = [
    "Out of Office: ",
    "Automatic reply: ",
    "Auto-Reply: ",
    "Abwesenheitsnotiz: ",
    "Automatische Antwort: ",
    "Réponse automatique : ",
    "Absence du bureau : ",
    "Respuesta automática: ",
    "Fuera de la oficina: ",
    "Risposta automatica: ",
    "Fuori sede: ",
    "Resposta automática: ",
    "Automatisch antwoord: ",
    "Autosvar: ",
    "Automaattinen vastaus: ",
    "Odpowiedź automatyczna: ",
    "Автоответ: ",
    "自動返信: ",
    "自动回复: ",
    "자동 회신: ",
    "Αυτόματη απάντηση: ",
    "Automatická odpověď: ",
];

const WORDS: [&str; 10] = [
    "I am away until Monday.",
    "Ich bin bis Montag nicht im Büro.",
    "Je suis absent jusqu'à lundi.",
    "Estoy fuera hasta el lunes.",
    "Sono fuori ufficio fino a lunedì.",
    "Estou fora até segunda-feira.",
    "Ik ben tot maandag afwezig.",
    "Jag är borta till måndag.",
    "Я вернусь в понедельник.",
    "月曜日まで不在です。",
];

pub(crate) fn mails(chance: &mut Chance, receipt: &Value, data: &Path) -> Vec<Sent> {
    let mut all = Vec::new();
    // Each sign alone and in answer to the receipt, with its token.
    for round in 0..5 {
        for (name, value) in SIGNS {
            // A mark of a loop says nothing against whoever has a token: such an answer waits for a person to look at it.
            let mail = written(chance, all.len(), receipt, round % 2 == 1 && name != "X-Loop");
            let mail = mail.with(name, value);
            all.push(sent(format!("{name}: {value}"), &mail, None));
        }
    }
    // A subject is all that some programs say, in whatever encoding.
    for subject in SUBJECTS {
        for encode in [plain, base64_word, quoted_word] {
            let subject = encode(&format!("{subject}{}", receipt["subject"].as_str().unwrap()));
            let mail = written(chance, all.len(), receipt, true).with("Subject", &subject);
            all.push(sent(subject, &mail, None));
        }
    }
    // Nobody is behind a null return path.
    for n in 0..10 {
        let mail = written(chance, all.len(), receipt, n % 2 == 0);
        all.push(sent("a null return path".to_owned(), &mail, Some(String::new())));
    }
    for (kind, body) in REPORTS {
        let mail = written(chance, all.len(), receipt, false).with("From", "Post Office <postmaster@auto.example.net>");
        let kind = format!("multipart/report; report-type={kind}; boundary=\"b\"");
        let whole = mail.saying(&kind, "7bit", body.as_bytes());
        all.push(sent(kind, &whole, Some(String::new())));
    }
    all.extend(ours(receipt, data));
    all
}

const REPORTS: [(&str, &str); 3] = [
    (
        "delivery-status",
        "--b\n\nIt could not be delivered.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n\
         Final-Recipient: rfc822; a@example.net\nAction: failed\nStatus: 5.1.1\n--b--\n",
    ),
    (
        "disposition-notification",
        "--b\n\nIt was displayed.\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; a@example.net\n\
         Disposition: manual-action/MDN-sent-manually; displayed\n--b--\n",
    ),
    (
        "feedback-report",
        "--b\n\nA complaint.\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\n\
         --b--\n",
    ),
];

/// The desk's own mail, as it went out, with any one of its headers gone, or another.
fn ours(receipt: &Value, data: &Path) -> Vec<Sent> {
    let file = data.join("mail").join(format!("{}.eml", receipt["id"].as_str().expect("an id")));
    let raw = std::fs::read_to_string(file).expect("the mail").replace("\r\n", "\n");
    let mail = Eml::read(&raw).with("To", "security@expressjs.com");
    let names: Vec<&String> = receipt["headers"].as_object().expect("headers").keys().collect();
    let mut all = Vec::new();
    for (n, name) in names.into_iter().enumerate() {
        let fresh = |mail: Eml, way: &str| match name.as_str() {
            "Message-ID" => mail,
            _ => mail.with("Message-ID", &format!("<own-{way}-{n}@example.net>")),
        };
        all.push(sent(format!("ours without {name}"), &fresh(mail.clone().without(name), "gone"), None));
        // Its own Content-Type has to fit its body, and its token its address.
        if !["To", "Content-Type"].contains(&name.as_str()) {
            let other = fresh(mail.clone().with(name, "auto@auto.example.net"), "other");
            all.push(sent(format!("ours with another {name}"), &other, None));
        }
    }
    let to_token = fresh_answer(receipt, &mail);
    all.push(sent("ours to its own token".to_owned(), &to_token, None));
    all
}

fn fresh_answer(receipt: &Value, mail: &Eml) -> Eml {
    mail.clone().with("To", &reply_to(receipt)).with("Message-ID", "<own-token@example.net>")
}

/// A mail of some program's; in answer to the receipt it has the token and the thread.
fn written(chance: &mut Chance, n: usize, receipt: &Value, answers: bool) -> Eml {
    let words = WORDS[chance.within(0..WORDS.len() as u64) as usize];
    let from = format!("Somebody <auto-{n}-{}@auto.example.net>", chance.token(6));
    let mail = Eml::new(&from, &format!("About your mail {}", chance.token(8)), words);
    match answers {
        true => mail
            .with("To", &reply_to(receipt))
            .with("In-Reply-To", receipt["headers"]["Message-ID"].as_str().expect("an id"))
            .with("References", receipt["headers"]["References"].as_str().expect("ids")),
        false => mail,
    }
}

fn sent(what: String, mail: &Eml, from: Option<String>) -> Sent {
    Sent { what, raw: mail.raw(), from }
}

fn plain(text: &str) -> String {
    text.to_owned()
}

fn quoted_word(text: &str) -> String {
    let byte = |b: u8| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("={b:02X}") };
    format!("=?utf-8?Q?{}?=", text.bytes().map(byte).collect::<String>())
}

fn base64_word(text: &str) -> String {
    format!("=?UTF-8?B?{}?=", base64(text.as_bytes()))
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let all = three.iter().fold(0_u32, |all, b| all << 8 | u32::from(*b)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let letter = LETTERS[(all >> (18 - 6 * place)) as usize & 63];
            out.push(if place <= three.len() { char::from(letter) } else { '=' });
        }
    }
    out
}
