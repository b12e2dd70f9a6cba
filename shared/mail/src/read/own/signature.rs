//! What stands under a person's words without being any: a signature, and what a telephone adds by itself.

/// What is left without it.
pub(super) struct Cut {
    pub text: String,
    /// A line went that could have been words.
    pub left: bool,
}

/// The longest signature, in lines.
const MOST_LINES: usize = 8;

/// What programs name themselves and their telephones.
const DEVICES: [&str; 34] = [
    "iphon",
    "ipad",
    "ipod",
    "android",
    "samsung",
    "galaxy",
    "huawei",
    "xiaomi",
    "redmi",
    "oneplus",
    "pixel",
    "nokia",
    "sony",
    "xperia",
    "blackberry",
    "outlook",
    "gmail",
    "yahoo",
    "proton",
    "gmx",
    "web.de",
    "t-online",
    "mail.ru",
    "yandex",
    "aol",
    "icloud",
    "thunderbird",
    "k-9",
    "fairmail",
    "spark",
    "windows",
    "tutanota",
    "fastmail",
    "aka.ms/",
];

/// "Sent", as such lines say it.
const SENT: [&str; 60] = [
    "sent ",
    "get ",
    "gesendet",
    "diese nachricht wurde",
    "von meinem",
    "envoy",
    "obtenir",
    "télécharg",
    "enviad",
    "enviat",
    "obtén",
    "obtener",
    "descarg",
    "obter",
    "obtenha",
    "inviat",
    "scarica",
    "ottieni",
    "verzonden",
    "verstuurd",
    "download",
    "skickat",
    "sänt",
    "hämta",
    "sendt",
    "hent",
    "lähetetty",
    "hanki",
    "wysłan",
    "pobierz",
    "odeslán",
    "odoslan",
    "získa",
    "odesláno",
    "отправлен",
    "получ",
    "скача",
    "надіслан",
    "отримати",
    "gönderil",
    "edin",
    "dikirim",
    "gửi từ",
    "küldve",
    "elküldve",
    "trimis",
    "στάλθηκε",
    "απεστάλη",
    "poslan",
    "изпратен",
    "נשלח",
    "أرسل",
    "مرسل",
    "ارسال",
    "发自",
    "發自",
    "傳送自",
    "寄自",
    "送信",
    "보냄",
];
const SENT_LATE: [&str; 6] = ["보낸", "보내", "取得", "获取", "取得 ", "ส่งจาก"];

pub(super) fn without(text: &str) -> Cut {
    let lines: Vec<&str> = text.lines().collect();
    let (lines, mut left) = without_block(&lines);
    let end = lines.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |last| last + 1);
    let start = lines[..end].iter().rposition(|line| line.trim().is_empty()).map_or(0, |blank| blank + 1);
    let (last, above) = (&lines[start..end], lines[..start].join("\n"));
    let above = above.trim_end().to_owned();
    let device = match last {
        [line] => named(line),
        _ => None,
    };
    match device {
        Some(true) => Cut { text: above, left },
        // Said alone, it may be all that somebody meant to say.
        Some(false) if is_command(&above) => {
            left = true;
            Cut { text: above, left }
        }
        _ => Cut { text: lines[..end].join("\n"), left },
    }
}

/// How many of an answer's lines are left without it, where nothing of it could be words.
pub(in crate::read) fn kept(lines: &[&str]) -> usize {
    let (above, unsure) = without_block(lines);
    let kept = if unsure { lines.len() } else { above.len() };
    let end = lines[..kept].iter().rposition(|line| !line.trim().is_empty()).map_or(0, |last| last + 1);
    let alone = end < 2 || lines[end - 2].trim().is_empty();
    match end > 0 && alone && named(lines[end - 1]) == Some(true) {
        true => end - 1,
        false => kept,
    }
}

/// Without what stands under `-- `, where that is short: a rule of two dashes may have been meant, and words below it.
fn without_block<'a>(lines: &'a [&'a str]) -> (&'a [&'a str], bool) {
    let Some(at) = lines.iter().rposition(|line| matches!(line.trim_end(), "--")) else { return (lines, false) };
    let below = &lines[at + 1..];
    let exact = lines[at] == "-- ";
    let sentence = below.iter().any(|line| line.split_whitespace().count() > 6);
    match below.len() <= MOST_LINES && (exact || !sentence) {
        true => (&lines[..at], sentence),
        false => (lines, false),
    }
}

/// Whether a line names a telephone or a program: surely as one that adds such a line, or perhaps.
fn named(line: &str) -> Option<bool> {
    let small = line.trim().to_lowercase();
    let short = small.chars().count() <= 120 && small.split_whitespace().count() <= 12;
    let device =
        DEVICES.iter().any(|device| small.contains(device)) || small.contains("smartphone") || small.contains("mobil");
    let sent = SENT.iter().chain(&SENT_LATE).any(|sent| small.contains(sent)) || small.contains("aka.ms/");
    (short && device).then_some(sent)
}

/// Whether nothing but the word that acknowledges is there.
fn is_command(text: &str) -> bool {
    text.split_whitespace().count() <= 1
}
