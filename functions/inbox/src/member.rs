//! A member's answer to a mail of the desk: `ACK` acknowledges, `REPLY` writes to the reporter, anything else is a note on the case.
//! Whatever it is, the member is told what came of it; a proven member never becomes a reporter by answering.
//!
//! Only DMARC proves a member for what goes to the reporter: whoever gets hold of a mail that was sent to one has the token, and the
//! reporter's thanks would be in their name.

mod comment;
mod words;

use desk_domain::case::command::Kept;
use desk_domain::case::event::{ContentRef, MailParts, Message, Sender};
use desk_domain::case::{Actor, Case, Command, Recipient};
use desk_domain::id::MemberId;
use desk_domain::notice::{AcknowledgementRefused, Answered, Notice, WhatCame, WhyRefused, standard_acknowledgement};
use desk_domain::policy::{ClockKind, Member};
use desk_domain::refusal::Refusal;
use desk_domain::text::is_blank;
use desk_store::deliveries::Delivery;
use desk_store::opening::fresh_id;
use desk_store::{ActError, Audience, Commit, Sealer, Stored, Travels};
use jiff::{SignedDuration, Timestamp};

use self::words::{Asked, Verb};
use crate::judge::Arrived;
use crate::{Inbox, Outcome};

const DAY: SignedDuration = SignedDuration::from_hours(24);
/// So many mails a day tell a member what came of their answers: a program that answers each of them comes to an end.
const TOLD_PER_DAY: u64 = 20;
/// What stands for a mail among the notes whose words went to the reporter.
const KEPT: &str = "(The mail in which this was written is kept here, with what was attached to it.)";

impl Inbox {
    pub(crate) async fn members_answer(
        &self,
        arrived: &Arrived,
        stored: &Stored,
        id: MemberId,
    ) -> Result<Outcome, ActError> {
        let Some(member) = self.policy.member(&id) else { return self.report(arrived, None).await };
        if stored.case.is_owners(&id, &self.policy) {
            return self.owners_answer(arrived, stored, member).await;
        }
        let theirs = arrived.from().is_some_and(|from| from == member.address.to_lowercase());
        let asked = self.asked(arrived, stored);
        let proven = theirs && arrived.sender == Sender::Dmarc;
        if let (true, Some(asked)) = (proven, &asked) {
            return self.give(arrived, stored, member, asked).await;
        }
        if let Some(asked) = &asked {
            self.refuse(stored, member, asked.verb, WhyRefused::NotProven).await?;
        }
        // What is not proven to be theirs is a stranger's mail, whatever token it has.
        if !theirs || !arrived.sender.is_authenticated() {
            return self.report(arrived, None).await;
        }
        self.note(arrived, stored, member, asked.is_none()).await
    }

    /// A note for the team; `tell` the member so, who was not told why it is one.
    async fn note(&self, arrived: &Arrived, stored: &Stored, member: &Member, tell: bool) -> Result<Outcome, ActError> {
        let case = &stored.case.id;
        if !self.within_a_day("note", stored, arrived).await? {
            self.tell_member(Some(&stored.case), &member.id, WhatCame::TooMany, Some(arrived)).await?;
            return self.file(arrived).await;
        }
        let note = |text, mail| Command::Note { text, mail: Some(mail) };
        let noted = self.told(case, arrived, &Audience::Team, &Actor::Member(member.id.clone()), None, note).await;
        let came = match noted {
            Ok(_) => WhatCame::Noted,
            // A case that they may not read (any more): who may, has it.
            Err(ActError::Refused(_)) => {
                let from = Recipient::Member(member.id.clone());
                let hand_on = |content, mail| Command::OutsiderReply { from: from.clone(), content, mail };
                self.told(case, arrived, &Audience::Team, &Actor::Desk, None, hand_on).await?;
                WhatCame::HandedOn
            }
            Err(e) => return Err(e),
        };
        if tell || came == WhatCame::HandedOn {
            self.tell_member(Some(&stored.case), &member.id, came, Some(arrived)).await?;
        }
        Ok(Outcome::Noted { case: case.clone() })
    }

    /// Does what a proven member asks for.
    async fn give(
        &self,
        arrived: &Arrived,
        stored: &Stored,
        member: &Member,
        asked: &Asked,
    ) -> Result<Outcome, ActError> {
        let case = &stored.case.id;
        let own_words = asked.words.as_ref().is_ok_and(|words| !is_blank(words));
        let text = match (&asked.words, asked.verb) {
            (Err(why), _) => return self.not_given(arrived, stored, member, asked.verb, *why).await,
            (Ok(words), Verb::Acknowledge) if is_blank(words) => {
                standard_acknowledgement(&self.policy, member, &stored.case)
            }
            (Ok(words), Verb::Reply | Verb::Comment) if is_blank(words) => {
                return self.not_given(arrived, stored, member, asked.verb, WhyRefused::NotReadable).await;
            }
            (Ok(words), _) => words.clone(),
        };
        if text.len() > self.policy.limits.text_bytes {
            return self.not_given(arrived, stored, member, asked.verb, WhyRefused::NotReadable).await;
        }
        let sealer = self.cases.sealer(case).await?;
        let raw = self.keep_raw((&sealer, &Audience::Team), arrived).await?;
        let prepare = |before: &Stored, commit: &mut Commit| {
            arrived.remember(commit, &arrived.hash_for(case), case);
            let message = self.message(commit, (before, &sealer), &text)?;
            let kept = Some(self.kept(commit, &sealer, arrived, asked, &raw)?);
            let command = match asked.verb {
                Verb::Acknowledge => Command::AcknowledgeFromMail { message, own_words, kept },
                Verb::Reply => Command::ReplyFromMail { message, kept },
                Verb::Comment => Command::AnswerComment { message, kept },
            };
            Ok((command, ()))
        };
        let actor = Actor::Member(member.id.clone());
        let policy = self.members.policy_now(&self.policy).await?;
        let done = self.cases.act(case, &policy, &actor, &self.clock, prepare, |_, (), _| Ok(())).await;
        if done.is_err() {
            self.forget_raw(case, &raw).await;
        }
        match done {
            Ok(_) => {
                let in_part = asked.left || arrived.mail().is_some_and(|mail| !mail.attachments.is_empty());
                match (in_part, asked.verb) {
                    (true, Verb::Comment) => {
                        self.tell_sent(stored, member, WhatCame::CommentAnsweredInPart, arrived).await?
                    }
                    (false, Verb::Comment) => {
                        self.tell_sent(stored, member, WhatCame::CommentAnswered, arrived).await?
                    }
                    (true, _) => self.tell_sent(stored, member, WhatCame::SentInPart, arrived).await?,
                    (false, Verb::Reply) => self.tell_sent(stored, member, WhatCame::Sent, arrived).await?,
                    (false, Verb::Acknowledge) => {}
                }
                Ok(Outcome::Acknowledged { case: case.clone() })
            }
            Err(ActError::Refused(Refusal::NotAllowed { .. } | Refusal::NotFound)) => {
                let theirs = stored.case.hears_own_words(&member.id, &policy, self.clock.now());
                let why = match stored.case.waits_for_acknowledgement() && !theirs {
                    true => WhyRefused::NotTheirs,
                    false => WhyRefused::NotOpen,
                };
                self.not_given(arrived, stored, member, asked.verb, why).await
            }
            Err(e) => Err(e),
        }
    }

    async fn not_given(
        &self,
        arrived: &Arrived,
        stored: &Stored,
        member: &Member,
        verb: Verb,
        why: WhyRefused,
    ) -> Result<Outcome, ActError> {
        self.refuse(stored, member, verb, why).await?;
        self.note(arrived, stored, member, false).await
    }

    /// The mail itself, kept among the notes like any other.
    fn kept(
        &self,
        commit: &mut Commit,
        sealer: &Sealer,
        arrived: &Arrived,
        asked: &Asked,
        raw: &ContentRef,
    ) -> Result<Kept, ActError> {
        let team = (sealer, &Audience::Team);
        let (content, mail): (ContentRef, MailParts) = self.seal_answer(commit, team, arrived, raw)?;
        // What went out stands above; whole it stands here only where it did not all go.
        let content = match asked.left {
            true => content,
            false => commit.seal(sealer, &Audience::Team, fresh_id("kept"), KEPT.as_bytes())?,
        };
        Ok(Kept { content, mail })
    }

    /// The member's words to the reporter. To an OpenPGP key they would have to be encrypted, which only `team` can: then the
    /// mail points to the case page.
    fn message(
        &self,
        commit: &mut Commit,
        (before, sealer): (&Stored, &Sealer),
        text: &str,
    ) -> Result<Message, ActError> {
        Ok(commit.message(before, sealer, &self.mail_key, text, Travels::Clear)?)
    }

    /// Tells the member why nothing was sent in their name, at most once a day for each case and reason: to their own address,
    /// whoever wrote.
    async fn refuse(&self, stored: &Stored, member: &Member, verb: Verb, why: WhyRefused) -> Result<(), ActError> {
        let (case, now) = (&stored.case.id, self.clock.now());
        let day = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        let (cause, notice) = match verb {
            Verb::Acknowledge => {
                let notice = Notice::AcknowledgementRefused(AcknowledgementRefused { why });
                (format!("{case} ACK refused {why:?} {day}"), notice)
            }
            Verb::Reply => {
                (format!("{case} REPLY refused {why:?} {day}"), self.answered(&stored.case, WhatCame::NotSent))
            }
            Verb::Comment => {
                let notice = self.answered(&stored.case, WhatCame::CommentNotAnswered);
                (format!("{case} answer refused {why:?} {day}"), notice)
            }
        };
        self.plan_for(Some(&stored.case), &member.id, notice, &cause, now).await
    }

    async fn tell_sent(
        &self,
        stored: &Stored,
        member: &Member,
        what: WhatCame,
        arrived: &Arrived,
    ) -> Result<(), ActError> {
        let notice = Notice::Answered(Answered { what, acknowledge_until: None });
        self.plan_for(Some(&stored.case), &member.id, notice, &arrived.hash, self.clock.now()).await
    }

    /// Tells a member what came of an answer.
    pub(crate) async fn tell_member(
        &self,
        case: Option<&Case>,
        member: &MemberId,
        what: WhatCame,
        arrived: Option<&Arrived>,
    ) -> Result<(), ActError> {
        let now = self.clock.now();
        if !self.desk.within_rate(&format!("told {member}"), DAY, TOLD_PER_DAY, now).await? {
            tracing::warn!(member = %member, "so many answers in a day are not each told of");
            return Ok(());
        }
        let notice = match case {
            Some(case) => self.answered(case, what),
            None => Notice::Answered(Answered { what, acknowledge_until: None }),
        };
        let cause = match arrived {
            Some(arrived) => format!("{what:?} {}", arrived.hash),
            None => format!("{what:?} {now}"),
        };
        self.plan_for(case, member, notice, &cause, now).await
    }

    /// What came of it, and until when the report waits to be acknowledged all the same.
    fn answered(&self, case: &Case, what: WhatCame) -> Notice {
        let clock = case.clock_of(ClockKind::Acknowledgement).filter(|clock| clock.is_open());
        let waits = clock.filter(|_| case.steps.acknowledged.is_none());
        Notice::Answered(Answered { what, acknowledge_until: waits.map(|clock| clock.start.due_at) })
    }

    pub(crate) async fn plan_for(
        &self,
        case: Option<&Case>,
        member: &MemberId,
        notice: Notice,
        cause: &str,
        now: Timestamp,
    ) -> Result<(), ActError> {
        let delivery = Delivery::new(cause, Recipient::Member(member.clone()), notice, now);
        let delivery = Delivery { case: case.map(|case| case.id.clone()), ..delivery };
        Ok(self.mail.plan_delivery(&delivery, None).await?)
    }
}
