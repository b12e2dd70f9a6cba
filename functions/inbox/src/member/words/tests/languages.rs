//! How mail programs say in a language who wrote what they quote, and when.

/// How mail programs say it in a language.
pub(super) struct Language {
    pub(super) wrote: [&'static str; 2],
    pub(super) date: &'static str,
    pub(super) fields: [&'static str; 4],
    pub(super) original: &'static str,
    pub(super) telephone: &'static str,
}

const fn language(
    wrote: [&'static str; 2],
    date: &'static str,
    fields: [&'static str; 4],
    original: &'static str,
    telephone: &'static str,
) -> Language {
    Language { wrote, date, fields, original, telephone }
}

pub(super) const LANGUAGES: &[Language] = &[
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
