use desk_domain::id::CaseId;
use desk_domain::policy::Policy;

use super::*;

const POLICY: &str = include_str!("../../../../../infra/policies/express.toml");
const CASE: &str = "EXP-2026-7K3QF";
const MARKER: &str = "MEMBERWORDS";

fn policy() -> Policy {
    Policy::from_toml(POLICY).unwrap()
}

/// What a desk at this address knows of its mails.
fn known(policy: &Policy) -> Desk {
    ours::to_members(policy, "http://desk.test", &CASE.parse().unwrap())
}

/// Mails that the desk sends to a member about a case, as text.
fn mails(policy: &Policy) -> Vec<(String, String)> {
    use desk_domain::case::Recipient;
    use desk_domain::notice::*;
    let case: CaseId = CASE.parse().unwrap();
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    let due: Vec<_> = policy.clocks.iter().take(3).map(|row| (row.name.clone(), at("2026-11-23T12:00:00Z"))).collect();
    let until = Some(at("2026-11-23T12:00:00Z"));
    let report = |urgent, on_call: Option<&str>| {
        Notice::NewReport(NewReport {
            package: Some("express".parse().unwrap()),
            third_party: None,
            received_at: at("2026-11-22T12:00:00Z"),
            due: due.clone(),
            on_call: on_call.map(|id| id.parse().unwrap()),
            continues: None,
            acknowledge_until: until,
            urgent,
            quarantined: urgent,
            hints: Vec::new(),
        })
    };
    let clock = policy.clocks[0].name.clone();
    let notices = [
        report(false, Some("alice")),
        report(true, Some("bob")),
        report(false, None),
        Notice::Warning(Warning {
            clock: clock.clone(),
            due_at: at("2026-11-23T12:00:00Z"),
            promise: true,
            acknowledge_until: until,
        }),
        Notice::Breach(Breach { clock, due_at: at("2026-11-21T12:00:00Z"), promise: true, acknowledge_until: until }),
        Notice::YouAreHandler(YouAreHandler {
            backup: false,
            by: desk_domain::case::event::AssignedBy::Rota,
            word_of: None,
            next: due,
            acknowledge_until: until,
        }),
        Notice::ReporterReplied(ReporterReplied { opened: None }),
    ];
    let links = Links {
        desk_case: format!("http://desk.test/desk/cases/{CASE}"),
        acknowledge: Some(
            "http://desk.test/desk/acknowledge?t=eyJjYXNlIjoiRVhQLTIwMjYtN0szUUYiLCJtZW1iZXIiOiJhbGljZSJ9.c2lnbmVk"
                .to_owned(),
        ),
        ..Links::default()
    };
    let recipient = Recipient::Member("alice".parse().unwrap());
    let written = |notice: &Notice| {
        let setting = Setting {
            policy,
            case: Some(&case),
            recipient: &recipient,
            now: at("2026-11-22T13:00:00Z"),
            links: &links,
            text: None,
            code: None,
            code_withheld: false,
            instead_of: None,
            filed: &[],
        };
        let letter = notice.letter(&setting);
        (letter.subject.clone(), letter.text())
    };
    notices.iter().map(written).collect()
}

/// What a program writes above what it quotes, and how it quotes.
struct Program {
    name: &'static str,
    above: fn(&Said<'_>) -> String,
    quotes: Quotes,
}

#[derive(Clone, Copy)]
enum Quotes {
    /// Each line with a sign.
    Signed,
    /// As it stands.
    Plain,
    /// With a sign, folded anew at so many letters, whose second halves have none.
    Folded(usize),
}

/// What stands in a frame.
struct Said<'a> {
    subject: &'a str,
    language: &'a Language,
}

/// How mail programs say it in a language.
struct Language {
    wrote: [&'static str; 2],
    date: &'static str,
    fields: [&'static str; 4],
    original: &'static str,
    telephone: &'static str,
}

const FROM: &str = "Express security team <security@expressjs.com>";

const PROGRAMS: &[Program] = &[
    Program {
        name: "gmail",
        above: |s| format!("{} {}, {FROM} {}\n\n", s.language.wrote[0], s.language.date, s.language.wrote[1]),
        quotes: Quotes::Signed,
    },
    Program {
        name: "gmail, folded",
        above: |s| {
            format!(
                "{} {}, Express security team <\nsecurity@expressjs.com> {}\n\n",
                s.language.wrote[0], s.language.date, s.language.wrote[1]
            )
        },
        quotes: Quotes::Signed,
    },
    Program {
        name: "gmail, the name first",
        above: |s| format!("{FROM}, {}\n{}\n\n", s.language.date, s.language.wrote[1]),
        quotes: Quotes::Signed,
    },
    Program {
        name: "outlook",
        above: |s| {
            let [from, sent, to, subject] = s.language.fields;
            format!(
                "{from}: {FROM}\n{sent}: {}\n{to}: Alice Example <alice@example.com>\n{subject}: {}\n\n",
                s.language.date, s.subject
            )
        },
        quotes: Quotes::Plain,
    },
    Program {
        name: "outlook, with a rule",
        above: |s| {
            let [from, sent, to, subject] = s.language.fields;
            let date = s.language.date;
            format!(
                "________________________________\n{from}: {FROM}\n{sent}: {date}\n{to}: alice@example.com\n{subject}: {}\n\n",
                s.subject
            )
        },
        quotes: Quotes::Plain,
    },
    Program {
        name: "outlook, original message",
        above: |s| {
            let [from, sent, to, subject] = s.language.fields;
            let date = s.language.date;
            format!(
                "-----{}-----\n{from}: {FROM}\n{sent}: {date}\n{to}: alice@example.com\n{subject}: {}\n\n",
                s.language.original, s.subject
            )
        },
        quotes: Quotes::Signed,
    },
    Program {
        name: "fields apart",
        above: |s| {
            let [from, sent, to, subject] = s.language.fields;
            let date = s.language.date;
            format!(
                "*{from}:* {FROM}\n\n*{sent}:* {date}\n\n*{to}:* alice@example.com\n\n*{subject}:* {}\n\n",
                s.subject
            )
        },
        quotes: Quotes::Plain,
    },
    Program {
        name: "thunderbird",
        above: |s| {
            format!("{} {}, Express security team {}\n", s.language.wrote[0], s.language.date, s.language.wrote[1])
        },
        quotes: Quotes::Signed,
    },
    Program {
        name: "apple, the frame quoted too",
        above: |s| format!("> {} {}, {FROM} {}\n> \n", s.language.wrote[0], s.language.date, s.language.wrote[1]),
        quotes: Quotes::Signed,
    },
    Program {
        name: "a date alone",
        above: |s| format!("{} {}\n", s.language.date, s.language.wrote[1]),
        quotes: Quotes::Signed,
    },
    Program { name: "nothing above", above: |_| String::new(), quotes: Quotes::Signed },
    Program { name: "nothing above, no sign", above: |_| String::new(), quotes: Quotes::Plain },
    Program {
        name: "folded anew",
        above: |s| format!("{} {}, {FROM} {}\n", s.language.wrote[0], s.language.date, s.language.wrote[1]),
        quotes: Quotes::Folded(40),
    },
];

const fn language(
    wrote: [&'static str; 2],
    date: &'static str,
    fields: [&'static str; 4],
    original: &'static str,
    telephone: &'static str,
) -> Language {
    Language { wrote, date, fields, original, telephone }
}

const LANGUAGES: &[Language] = &[
    language(
        ["On", "wrote:"],
        "Sun, Nov 22, 2026 at 1:00 PM",
        ["From", "Sent", "To", "Subject"],
        "Original Message",
        "Sent from my iPhone",
    ),
    language(
        ["Am", "schrieb:"],
        "So., 22. Nov. 2026 um 13:00 Uhr",
        ["Von", "Gesendet", "An", "Betreff"],
        "Ursprüngliche Nachricht",
        "Von meinem iPhone gesendet",
    ),
    language(
        ["Le", "a écrit :"],
        "dim. 22 nov. 2026 à 13:00",
        ["De", "Envoyé", "À", "Objet"],
        "Message d'origine",
        "Envoyé de mon iPhone",
    ),
    language(
        ["W dniu", "napisał(a):"],
        "niedz., 22 lis 2026 o 13:00",
        ["Od", "Wysłano", "Do", "Temat"],
        "Wiadomość oryginalna",
        "Wysłane z iPhone'a",
    ),
    language(
        ["", "пишет:"],
        "вс, 22 нояб. 2026 г. в 13:00",
        ["От", "Отправлено", "Кому", "Тема"],
        "Исходное сообщение",
        "Отправлено с iPhone",
    ),
    language(
        ["", "şunu yazdı:"],
        "22 Kas 2026 Paz, 13:00 tarihinde",
        ["Kimden", "Gönderildi", "Kime", "Konu"],
        "Özgün ileti",
        "iPhone'umdan gönderildi",
    ),
    language(
        ["", "ezt írta:"],
        "2026. nov. 22., V, 13:00",
        ["Feladó", "Elküldve", "Címzett", "Tárgy"],
        "Eredeti üzenet",
        "Elküldve az iPhone készülékemről",
    ),
    language(
        ["", "napsal:"],
        "ne 22. 11. 2026 v 13:00",
        ["Od", "Odesláno", "Komu", "Předmět"],
        "Původní zpráva",
        "Odesláno z iPhonu",
    ),
    language(
        ["", ":"],
        "2026年11月22日(日) 13:00",
        ["差出人", "送信日時", "宛先", "件名"],
        "元のメッセージ",
        "iPhoneから送信",
    ),
    language(
        ["", "写道："],
        "2026年11月22日周日 13:00",
        ["发件人", "发送时间", "收件人", "主题"],
        "原始邮件",
        "发自我的iPhone",
    ),
    language(
        ["", "작성:"],
        "2026년 11월 22일 (일) 오후 1:00",
        ["보낸 사람", "보낸 날짜", "받는 사람", "제목"],
        "원본 메시지",
        "나의 iPhone에서 보냄",
    ),
    language(
        ["El", "escribió:"],
        "dom, 22 nov 2026 a las 13:00",
        ["De", "Enviado", "Para", "Asunto"],
        "Mensaje original",
        "Enviado desde mi iPhone",
    ),
    language(
        ["في", "كتب:"],
        "الأحد، ٢٢ نوفمبر ٢٠٢٦ في ١٣:٠٠",
        ["من", "تاريخ الإرسال", "إلى", "الموضوع"],
        "الرسالة الأصلية",
        "أرسلت من iPhone الخاص بي",
    ),
    language(
        ["Vào", "đã viết:"],
        "CN, 22 thg 11, 2026 vào lúc 13:00",
        ["Từ", "Đã gửi", "Tới", "Chủ đề"],
        "Thư gốc",
        "Đã gửi từ iPhone của tôi",
    ),
    language(
        ["Den", "skrev:"],
        "sön 22 nov. 2026 kl 13:00",
        ["Från", "Skickat", "Till", "Ämne"],
        "Ursprungligt meddelande",
        "Skickat från min iPhone",
    ),
    language(
        ["Στις", "έγραψε:"],
        "Κυρ 22 Νοε 2026 στις 1:00 μ.μ.",
        ["Από", "Στάλθηκε", "Προς", "Θέμα"],
        "Αρχικό μήνυμα",
        "Στάλθηκε από το iPhone μου",
    ),
];

/// Where the member writes.
#[derive(Clone, Copy, Debug)]
enum Placement {
    Above,
    Below,
    Around,
    Between,
    AboveWithRule,
    Alone,
}

const PLACEMENTS: [Placement; 6] = [
    Placement::Above,
    Placement::Below,
    Placement::Around,
    Placement::Between,
    Placement::AboveWithRule,
    Placement::Alone,
];

fn quoted(text: &str, quotes: Quotes) -> Vec<String> {
    match quotes {
        Quotes::Plain => text.lines().map(str::to_owned).collect(),
        Quotes::Signed => text.lines().map(|line| format!("> {line}")).collect(),
        Quotes::Folded(width) => text.lines().flat_map(|line| folded(line, width)).collect(),
    }
}

/// A quoted line as an old program folds it: the sign stands on its first piece alone.
fn folded(line: &str, width: usize) -> Vec<String> {
    let at = line.char_indices().filter(|(at, c)| *at >= width && *c == ' ').map(|(at, _)| at).next();
    match at {
        Some(at) => vec![format!("> {}", &line[..at]), line[at + 1..].to_owned()],
        None => vec![format!("> {line}")],
    }
}

fn composed(
    program: &Program,
    language: &Language,
    placement: Placement,
    (subject, text): &(String, String),
) -> String {
    let frame = (program.above)(&Said { subject, language });
    let lines = quoted(text, program.quotes);
    let quote = lines.join("\n");
    let words = format!("{MARKER} Thank you, we look into it.");
    match placement {
        Placement::Above => format!("ACK\n\n{words}\n\nAlice\n\n{frame}{quote}\n"),
        Placement::Below => format!("{frame}{quote}\n\nACK {words}\n\nAlice\n"),
        Placement::Around => format!("ACK\n\n{frame}{quote}\n\n{words}\n\nAlice\n"),
        Placement::Between => {
            let (first, last) = lines.split_at(lines.len() / 2);
            format!("ACK\n\n{frame}{}\n\n{words}\n\n{}\n", first.join("\n"), last.join("\n"))
        }
        Placement::AboveWithRule => format!("ACK Thank you.\n\n---\n\n{words}\n\n{frame}{quote}\n"),
        Placement::Alone => format!("ACK\n\n{}\n\n{frame}{quote}\n", language.telephone),
    }
}

/// What of a mail of the desk may stand in no message: runs of its words, and its links.
fn leaks(words: &str, (subject, mail): &(String, String)) -> Option<String> {
    let plain = |text: &str| {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect::<Vec<_>>()
    };
    let flat = format!(" {} ", plain(words).join(" "));
    let runs = [plain(subject), plain(mail)].concat();
    let run = runs.windows(5).map(|run| format!(" {} ", run.join(" "))).find(|run| flat.contains(run.as_str()));
    let marks = ["desk.test", "/desk/", "security@expressjs.com", CASE, "iPhone"];
    run.or_else(|| marks.iter().find(|mark| words.contains(**mark)).map(|mark| (*mark).to_owned()))
}

/// Two thousand mails of programs that frame what they quote in sixteen languages: nothing of what they quote goes out, and what the
/// member wrote does, or they are told that it did not.
#[test]
fn nothing_that_is_quoted_goes_out_and_what_was_written_does_or_is_told() {
    let policy = policy();
    let (desk, mails) = (known(&policy), mails(&policy));
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = |of: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % u64::try_from(of).unwrap()).unwrap()
    };
    let (mut taken, mut told) = (0, 0);
    for number in 0..2_000 {
        let (program, language) = (&PROGRAMS[draw(PROGRAMS.len())], &LANGUAGES[draw(LANGUAGES.len())]);
        let (placement, mail) = (PLACEMENTS[draw(PLACEMENTS.len())], &mails[draw(mails.len())]);
        let text = composed(program, language, placement, mail);
        let name = format!("{number}: {}, {}, {placement:?}\n{text}", program.name, language.date);
        let Some(asked) = read(&text, &desk) else {
            // No acknowledgement: a note, of which the member is told.
            told += 1;
            continue;
        };
        let Ok(words) = &asked.words else {
            told += 1;
            continue;
        };
        assert_eq!(leaks(words, mail), None, "{name}\n→ {words}");
        match placement {
            Placement::Alone => assert!(words.is_empty(), "{name}\n→ {words}"),
            _ => assert!(words.contains(MARKER) || asked.left, "{name}\n→ {words}"),
        }
        taken += 1;
    }
    assert!(taken >= 1_500, "{taken} were taken, {told} told");
}

#[test]
fn the_first_word_says_what_is_asked_for() {
    let asked = |text: &str| verb(text);
    for text in ["ACK", "Ack", "ack.", "*ACK*", "\u{feff}ACK", "\u{200b} ACK!", "“Ack”", "**ack**"] {
        assert_eq!(asked(text), Some((Verb::Acknowledge, String::new())), "{text:?}");
    }
    assert_eq!(asked("Ack, thank you."), Some((Verb::Acknowledge, "thank you.".to_owned())));
    assert_eq!(asked("Reply: yes"), Some((Verb::Reply, "yes".to_owned())));
    for text in ["ACKs are late", "acknowledged", "NACK", "ack'ed", "ACK-ing", "I ACK this", "> ACK", "Replying", ""] {
        assert_eq!(asked(text), None, "{text:?}");
    }
}

/// What is left beside the quote is no message, and words that only look like a frame are.
#[test]
fn what_a_member_writes_is_whole() {
    let desk = known(&policy());
    let words = |text: &str| match written(text, &desk) {
        Written::Words { text, left } => (text, left),
        Written::Unsure => panic!("{text}"),
    };
    let same = |text: &str| assert_eq!(words(text), (text.to_owned(), false));
    same("ACK\n\nThank you.\n\n---\n\nPlease wait until Friday.\n\nAlice");
    same("ACK\n\nWrite to security@expressjs.com if it moves.\n\nAlice");
    same("ACK\n\nFrom: 4.18\nTo: 4.19\n\nis what we found at 13:00.");
    same("ACK Reproduced on an iPhone, thank you for that.\nAlice");
    assert_eq!(words("ACK\n\nOn an iPhone"), ("ACK".to_owned(), true), "said, because it could be meant");
    assert_eq!(words("ACK\n\nOutlook für iOS beziehen<https://aka.ms/o0ukef>"), ("ACK".to_owned(), false));
    assert_eq!(words("ACK!\n-- \nAlice Example"), ("ACK!".to_owned(), false));
    same("ACK\n--\nPlease do not publish it before Friday, we ask for two more days.");
}
