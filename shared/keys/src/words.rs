//! Words of a mail, sealed to the mail key until the mail is sent. What they are is sealed with them, so that whoever opens
//! them has nothing to guess: a person's text may look like anything.
//!
//! Anybody can seal to a public key, and several may write where sealed words lie. So who has written them is sealed with them too,
//! with a proof (HMAC) by a key that only this writer and `deliver` have: over the case, the name that they lie under, whom
//! they are for, and the words. Whoever can write to the tables alone has nothing said in a mail, nor what was written for one sent to
//! another; who takes over one writer says what that one may, and nothing in another's name ([`Writer::may_write`]).
//!
//! The reporter's address, thread and OpenPGP key are sealed to the same key and are none of these: they are facts of a case,
//! kept beyond a mail, and what each of them is stands where the case names it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::link::Purpose;
use crate::{KeyError, Links, PublicKey};

/// What a mail carries beside what its notice says in the clear. Sealed as JSON; has no `Debug`, and is wiped when dropped.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(rename_all = "kebab-case", tag = "words")]
pub enum MailWords {
    /// What a member wrote, to stand in the letter as it is.
    Text { text: String },
    /// What the first answer to a report carries for whoever has not seen it on a screen: the receipt code, and the signed
    /// receipt (compact JWS) where there is one, to be attached.
    Receipt { code: String, receipt: Option<String> },
    /// A new receipt code.
    Code { code: String },
    /// What a member wrote, signed and encrypted to the receiver's key: one OpenPGP message in ASCII armour, which takes the
    /// place of the letter (RFC 3156).
    PgpMime { message: String },
    /// The single-use token of a sign-in link.
    SignIn { token: String },
}

/// Who writes words of mails; each proves it with a key of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Writer {
    Intake,
    Inbox,
    Team,
}

impl Writer {
    pub const ALL: [Writer; 3] = [Writer::Intake, Writer::Inbox, Writer::Team];

    /// Whose proof is made with which key.
    pub fn purpose(self) -> Purpose {
        match self {
            Writer::Intake => Purpose::IntakeWords,
            Writer::Inbox => Purpose::InboxWords,
            Writer::Team => Purpose::TeamWords,
        }
    }

    /// Whether it is this one's to write such words: who takes in reports by HTTPS says nothing in a member's name.
    pub fn may_write(self, words: &MailWords) -> bool {
        match (self, words) {
            (Writer::Team, _) | (_, MailWords::Receipt { .. }) => true,
            // A member acknowledges by mail, and their words go on to the reporter.
            (Writer::Inbox, MailWords::Text { .. }) => true,
            (
                Writer::Intake | Writer::Inbox,
                MailWords::Text { .. } | MailWords::Code { .. } | MailWords::PgpMime { .. } | MailWords::SignIn { .. },
            ) => false,
        }
    }
}

/// What words are proven for that are of no case: those of a member's sign-in link.
pub fn sign_in_of(member: &str) -> String {
    format!("sign-in {member}")
}

/// Seals what waits to be mailed, as one writer. Cheap to clone; has no `Debug`.
#[derive(Clone)]
pub struct MailSealer {
    to: PublicKey,
    writer: Writer,
    key: Arc<Links>,
}

/// What is sealed: the words as JSON, and who has written them for what. Wiped when dropped.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct Envelope {
    #[zeroize(skip)]
    by: Writer,
    tag: String,
    said: String,
}

impl MailSealer {
    pub fn new(to: PublicKey, writer: Writer, key: Links) -> MailSealer {
        MailSealer { to, writer, key: Arc::new(key) }
    }

    /// Seals a fact that mails need: an address, a thread, a key. It proves nothing of who has written it.
    ///
    /// # Errors
    /// When the mail key is none.
    pub fn fact(&self, fact: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.to.seal(fact)
    }

    /// Seals words, proven for what `of` says: where they lie, and for whom.
    ///
    /// # Errors
    /// When one of the two keys is none.
    pub fn words(&self, words: &MailWords, of: &str) -> Result<Vec<u8>, KeyError> {
        let said = serde_json::to_string(words).map_err(|_| KeyError::Wrong("words are plain data"))?;
        let tag = self.key.tag(&proven(self.writer, of, &said))?;
        let envelope = Envelope { by: self.writer, tag, said };
        let json = serde_json::to_vec(&envelope).map(Zeroizing::new);
        self.to.seal(&json.map_err(|_| KeyError::Wrong("words are plain data"))?)
    }
}

/// What a tag is a proof of. No name holds a line break, so what follows it is the words.
fn proven(writer: Writer, of: &str, said: &str) -> Zeroizing<String> {
    Zeroizing::new(format!("words of a mail\n{writer:?}\n{of}\n{said}"))
}

/// What was sealed, opened.
pub enum Heard {
    /// Words, and who has proven to have written them.
    Proven(Writer, MailWords),
    /// As they were sealed before there was a proof.
    Unproven(MailWords),
}

/// Says what a list is told, which is public and so is not sealed: `fan-out`'s.
pub struct Announcer(Links);

impl Announcer {
    pub fn new(key: Links) -> Announcer {
        Announcer(key)
    }

    /// The proof that it says `announced`.
    ///
    /// # Errors
    /// When the key is none.
    pub fn proof(&self, announced: &str) -> Result<String, KeyError> {
        self.0.tag(&said_to_list(announced))
    }
}

fn said_to_list(announced: &str) -> String {
    format!("announcement\n{announced}")
}

/// Hears who has written words of mails: `deliver`'s.
pub struct MailReader {
    intake: Links,
    inbox: Links,
    team: Links,
    announcements: Links,
}

impl MailReader {
    /// With the key of each writer, and of whoever announces.
    pub fn new([intake, inbox, team]: [Links; 3], announcements: Links) -> MailReader {
        MailReader { intake, inbox, team, announcements }
    }

    /// Whether `fan-out` has said what a list is to be told.
    ///
    /// # Errors
    /// When that cannot be known now.
    pub async fn has_announced(&self, announced: &str, proof: &str) -> Result<bool, KeyError> {
        self.announcements.proves(&said_to_list(announced), proof).await
    }

    /// Reads what was sealed for what `of` says, once it is opened.
    ///
    /// # Errors
    /// [`KeyError::Wrong`] when it is something else, or the proof is none; [`KeyError::Unavailable`] when that cannot be known now.
    pub async fn read(&self, opened: &[u8], of: &str) -> Result<Heard, KeyError> {
        let Ok(envelope) = serde_json::from_slice::<Envelope>(opened) else {
            return words(opened).map(Heard::Unproven);
        };
        let key = match envelope.by {
            Writer::Intake => &self.intake,
            Writer::Inbox => &self.inbox,
            Writer::Team => &self.team,
        };
        match key.proves(&proven(envelope.by, of, &envelope.said), &envelope.tag).await? {
            true => Ok(Heard::Proven(envelope.by, words(envelope.said.as_bytes())?)),
            false => Err(KeyError::Wrong("nobody who may write it has written it")),
        }
    }
}

fn words(json: &[u8]) -> Result<MailWords, KeyError> {
    serde_json::from_slice(json).map_err(|_| KeyError::Wrong("these are no words of a mail"))
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::{LinkKey, SecretKey};

    const OF: &str = "EXP-2026-7K3QF mail-1 reporter";

    struct Hall {
        mail: SecretKey,
        keys: [LinkKey; 3],
    }

    impl Hall {
        fn new() -> Hall {
            Hall { mail: SecretKey::generate(), keys: std::array::from_fn(|_| LinkKey::ephemeral()) }
        }

        fn sealer(&self, writer: Writer, key: usize) -> MailSealer {
            MailSealer::new(self.mail.public(), writer, Links::fixed(self.keys[key].clone()))
        }

        fn read(&self, sealed: &[u8], of: &str) -> Option<Heard> {
            let (writers, none) = (self.keys.clone().map(Links::fixed), Links::fixed(LinkKey::ephemeral()));
            let opened = self.mail.unseal(sealed).unwrap();
            MailReader::new(writers, none).read(&opened, of).now_or_never().expect("keys in memory").ok()
        }
    }

    fn text(text: &str) -> MailWords {
        MailWords::Text { text: text.to_owned() }
    }

    #[test]
    fn words_are_read_as_what_they_were_sealed_as() {
        let hall = Hall::new();
        let read = |words: MailWords| match hall.read(&hall.sealer(Writer::Team, 2).words(&words, OF).unwrap(), OF) {
            Some(Heard::Proven(Writer::Team, words)) => words,
            _ => panic!("proven words"),
        };
        for looks_like in [r#"{"words":"code","code":"a-b"}"#, r#"{"by":"team","tag":"x","said":"y"}"#] {
            assert!(matches!(&read(text(looks_like)), MailWords::Text { text } if text == looks_like));
        }
        assert!(matches!(&read(MailWords::Receipt { code: "a-b".to_owned(), receipt: None }),
            MailWords::Receipt { code, receipt: None } if code == "a-b"));
        assert!(hall.read(&hall.mail.public().seal(b"words").unwrap(), OF).is_none());
    }

    #[test]
    fn only_who_has_the_writers_key_has_written_it_and_for_this_alone() {
        let hall = Hall::new();
        let sealed = hall.sealer(Writer::Team, 2).words(&text("t"), OF).unwrap();
        assert!(matches!(hall.read(&sealed, OF), Some(Heard::Proven(Writer::Team, _))));
        assert!(hall.read(&sealed, "EXP-2026-7K3QF mail-2 reporter").is_none(), "another place");
        assert!(hall.read(&sealed, "EXP-2026-7K3QF mail-1 party P-1").is_none(), "another's");
        assert!(hall.read(&sealed, "EXP-2026-7K3QG mail-1 reporter").is_none(), "another case");
        for (key, other) in [(0, "intake"), (1, "inbox")] {
            assert!(hall.read(&hall.sealer(Writer::Team, key).words(&text("t"), OF).unwrap(), OF).is_none(), "{other}");
        }
        let stranger = MailSealer::new(hall.mail.public(), Writer::Team, Links::fixed(LinkKey::ephemeral()));
        assert!(hall.read(&stranger.words(&text("t"), OF).unwrap(), OF).is_none());
        // Another's words in an envelope of one's own.
        let mut envelope: serde_json::Value = serde_json::from_slice(&hall.mail.unseal(&sealed).unwrap()).unwrap();
        envelope["said"] = serde_json::to_string(&text("other")).unwrap().into();
        let forged = hall.mail.public().seal(envelope.to_string().as_bytes()).unwrap();
        assert!(hall.read(&forged, OF).is_none());
        let before = serde_json::to_vec(&text("t")).unwrap();
        assert!(matches!(hall.read(&hall.mail.public().seal(&before).unwrap(), OF), Some(Heard::Unproven(_))));
    }

    #[test]
    fn no_writer_writes_what_is_anothers() {
        let code = || "a-b".to_owned();
        let all = [
            (text("t"), [false, true, true]),
            (MailWords::Receipt { code: code(), receipt: None }, [true, true, true]),
            (MailWords::Code { code: code() }, [false, false, true]),
            (MailWords::PgpMime { message: code() }, [false, false, true]),
            (MailWords::SignIn { token: code() }, [false, false, true]),
        ];
        for (words, may) in all {
            assert_eq!(Writer::ALL.map(|writer| writer.may_write(&words)), may);
        }
    }
}
