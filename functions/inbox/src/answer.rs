//! Answers that carry a token: the reporter's, and those from outside the team.

use desk_domain::case::event::{ContentRef, Hint, MailParts};
use desk_domain::case::{Actor, Command, Recipient, Spoken};
use desk_domain::id::CaseId;
use desk_keys::MailWords;
use desk_mail::read::own::{Written, written};
use desk_store::{ActError, Acted, Audience, Commit, Hearer, Stored};
use jiff::SignedDuration;

use crate::judge::Arrived;
use crate::{Inbox, Outcome, ours};

const DAY: SignedDuration = SignedDuration::from_hours(24);

impl Inbox {
    /// An answer that is proven changes the case; one that is not waits for a person, as does what comes to a closed one. Beyond the
    /// day's limit it is filed, where a person finds it.
    /// `why` it is not taken for the reporter's, whoever has their token.
    pub(crate) async fn reporters_answer(
        &self,
        arrived: &Arrived,
        stored: &Stored,
        why: Option<Hint>,
    ) -> Result<Outcome, ActError> {
        let case = &stored.case;
        if !self.within_a_day("reply", stored, arrived).await? {
            return self.file(arrived).await;
        }
        let theirs = why.is_none() && arrived.sender.is_authenticated();
        if case.stays_comment() {
            // Whoever commented goes on with it; whoever else has their token says something of their own. Neither reports anything.
            return if theirs { self.reply(arrived, stored).await } else { self.comment(arrived).await };
        }
        if !case.takes_replies() {
            // A case of its own, whose reporter is whoever wrote it: what it answers was a machine's.
            let continues = why.is_none().then_some(&case.id);
            return self.report(arrived, continues).await;
        }
        if !theirs {
            let from = arrived.from();
            let received_at = arrived.received_at;
            let spoken = self.spoken(arrived, stored).map(|(spoken, _)| spoken);
            let wait = |content, mut mail: MailParts| {
                mail.hints.extend(why.clone());
                Command::QuarantineReply { content, received_at, mail, spoken }
            };
            self.told(&case.id, arrived, &Audience::Reporter, &Actor::Reporter, from.as_deref(), wait).await?;
            return Ok(Outcome::Quarantined { case: case.id.clone() });
        }
        self.reply(arrived, stored).await
    }

    /// What the first of the writer's own words say; nothing where these cannot be told from what is quoted. With a file there is more
    /// to look at than the word.
    fn spoken(&self, arrived: &Arrived, stored: &Stored) -> Option<(Spoken, bool)> {
        let mail = arrived.mail().filter(|mail| mail.encrypted.is_none() && !mail.sealed)?;
        let desk = ours::to_anybody(&self.policy, &self.public_url, &stored.case.id);
        let Written::Words { text, .. } = written(&mail.text, &desk) else { return None };
        Spoken::of(&text).map(|(spoken, alone)| (spoken, alone && mail.attachments.is_empty()))
    }

    async fn reply(&self, arrived: &Arrived, stored: &Stored) -> Result<Outcome, ActError> {
        let id = stored.case.id.clone();
        let sealer = self.cases.sealer(&id).await?;
        let sealing = (&sealer, &Audience::Reporter);
        let raw = self.keep_raw(sealing, arrived).await?;
        let (spoken, received_at) = (self.spoken(arrived, stored), arrived.received_at);
        let prepare = |_: &Stored, commit: &mut Commit| {
            arrived.remember(commit, &arrived.hash_for(&id), &id);
            let (content, mail) = self.seal_answer(commit, sealing, arrived, &raw)?;
            let command = match spoken {
                Some((spoken, alone)) => Command::ReplyThatSays { spoken, alone, content, received_at, mail },
                None => Command::Reply { content, received_at, mail: Some(mail), files: None },
            };
            Ok((command, ()))
        };
        let done = self.cases.act(&id, &self.policy, &Actor::Reporter, &self.clock, prepare, |_, (), _| Ok(())).await;
        if done.is_err() {
            self.forget_raw(&id, &raw).await;
        }
        done.map(|_| Outcome::Replied { case: id })
    }

    /// From a maintainer, the contact outside, the operator, a party: for the handler to read. What is not proven to be theirs is a
    /// report like any stranger's mail.
    pub(crate) async fn outsiders_answer(
        &self,
        arrived: &Arrived,
        stored: &Stored,
        from: Recipient,
    ) -> Result<Outcome, ActError> {
        let case = &stored.case;
        if !arrived.sender.is_authenticated() {
            return self.report(arrived, None).await;
        }
        if !self.within_a_day("note", stored, arrived).await? {
            return self.file(arrived).await;
        }
        let note = |content, mail| Command::OutsiderReply { from: from.clone(), content, mail };
        self.told(&case.id, arrived, &Audience::Team, &Actor::Desk, None, note).await?;
        Ok(Outcome::Noted { case: case.id.clone() })
    }

    /// Whether the policy takes one more mail to this case today, and one of so many bytes; what is beyond is filed, and the digest
    /// says so.
    pub(crate) async fn within_a_day(&self, what: &str, stored: &Stored, arrived: &Arrived) -> Result<bool, ActError> {
        let (case, limits, now) = (&stored.case.id, &self.policy.limits, self.clock.now());
        let (limit, most, bytes) =
            (limits.reporter_messages_per_day, limits.reporter_bytes_per_day, arrived.raw.len() as u64);
        if !self.desk.within_rate(&format!("{what} {case}"), DAY, limit, now).await? {
            tracing::warn!(case = %case, what, "more answers than the policy takes in a day: filed");
            return Ok(false);
        }
        let left = self.desk.take_bytes(&format!("{what} bytes {case}"), bytes, most, now).await?;
        if let Some(left) = left {
            tracing::warn!(case = %case, what, bytes, left, "more bytes than the policy takes in a day: filed");
        }
        Ok(left.is_none())
    }

    /// Gives a command that is made of the mail's words and parts, which `audience` may read; the mail is kept only if the command
    /// is taken. `from` is what the handler's mail says of whence it came.
    pub(crate) async fn told(
        &self,
        id: &CaseId,
        arrived: &Arrived,
        audience: &Audience,
        actor: &Actor,
        from: Option<&str>,
        command: impl Fn(ContentRef, MailParts) -> Command,
    ) -> Result<Acted, ActError> {
        let sealer = self.cases.sealer(id).await?;
        let raw = self.keep_raw((&sealer, audience), arrived).await?;
        let prepare = |_: &Stored, commit: &mut Commit| {
            arrived.remember(commit, &arrived.hash_for(id), id);
            let (content, mut mail) = self.seal_answer(commit, (&sealer, audience), arrived, &raw)?;
            if let Some(from) = from {
                let words = MailWords::Text { text: from.to_owned() };
                mail.from = Some(commit.mail_words(id, &self.mail_key, &words, &Hearer::Team)?);
            }
            Ok((command(content, mail), ()))
        };
        // Who stands in, and so may write, hangs on who is away.
        let policy = self.members.policy_now(&self.policy).await?;
        let done = self.cases.act(id, &policy, actor, &self.clock, prepare, |_, (), _| Ok(())).await;
        if done.is_err() {
            self.forget_raw(id, &raw).await;
        }
        done.map(|(acted, _)| acted)
    }
}
