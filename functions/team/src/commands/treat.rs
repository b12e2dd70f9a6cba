//! What was filed becomes a report after all (T60): a new case from the same words, with the time when they came. What was
//! filed stays as it is and says what it became.

use desk_domain::case::Case;
use desk_domain::case::event::{ByMail, ContentRef, EventBody, Hint, KeptFile, Reported};
use desk_domain::id::{CaseId, ContentId, MemberId};
use desk_domain::refusal::Refusal;
use desk_http::Problem;
use desk_keys::{RootPublic, SecretKey};
use desk_mail::read::{Head, Limits, read_within};
use desk_store::objects::{If, sealed_key};
use desk_store::opening::{REPORTER_KEY, content_id};
use desk_store::{Audience, Commit, Fault, Opener, Opening, Stored};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::Team;

/// Where the new receipt code waits for the mail that carries it.
pub(crate) const RECEIPT: &str = "receipt-mail";

/// The new case, before it is stored.
pub(super) struct Treated {
    pub commit: Commit,
    pub opened: CaseId,
    code: Code,
}

/// How the reporter comes by the new case's code.
enum Code {
    /// By the mail that says that the report was received.
    Mailed,
    /// By the member, who is shown it.
    Shown(String),
    /// It is issued anew when the member asks for it.
    Reissued,
}

impl Team {
    /// The case that a filed one becomes; what its raw mail needs is in the bucket. `entered` is the address at which, as the member
    /// says, whoever wrote it is reached.
    pub(super) async fn treated(
        &self,
        filed: &Stored,
        key: &SecretKey,
        entered: Option<(&MemberId, &str)>,
        now: Timestamp,
    ) -> Result<Treated, Problem> {
        let case = &filed.case;
        if let Some((_, address)) = entered {
            self.may_be_entered(case, key, address).await?;
        }
        let first = self.cases.events(&case.id, 1, 1).await?.into_iter().next();
        let Some(EventBody::ReportReceived(reported)) = first.map(|event| event.body) else {
            return Err(Fault::damaged(format!("the first event of {}", case.id)).into());
        };
        let sealed = self.cases.named_content(&case.id, &case.report).await?;
        let words = key.unseal(&sealed.ok_or_else(|| Fault::damaged(format!("the report of {}", case.id)))?)?;
        let root = self.root.public();
        let mut opening = self.case_opener(&root).begin(now).await?;
        let report = opening.seal("report", &words)?;
        // Whoever stands in a list's or a machine's mail is not known to be its author, and an address may be a list's: nobody is
        // written to until a person is found.
        let address = match (&case.address, entered) {
            (Some(address), _) => self.copied(&mut opening, &case.id, address).await?,
            (None, Some((_, address))) => Some(opening.seal_for_mail("reporter-address", address)?),
            (None, None) => None,
        };
        self.copied(&mut opening, &case.id, &content_id(REPORTER_KEY)).await?;
        let mail = match &case.mail {
            Some(mail) => {
                let mut mail = self.moved(&mut opening, &case.id, key, mail).await?;
                if let Some((member, _)) = entered {
                    // Who asked for no automatic answer is written to all the same: a person asks for it.
                    mail.hints.retain(|hint| *hint != Hint::Unanswered);
                    mail.entered_by = Some(member.clone());
                }
                Some(mail)
            }
            None => None,
        };
        let by_mail = mail.is_some();
        let has_address = address.is_some();
        let mut files = Vec::new();
        for file in &reported.files {
            let content = self.resealed(&opening, &case.id, key, &file.content).await?;
            files.push(KeptFile { content, bytes: file.bytes });
        }
        let reported = Reported {
            report,
            address,
            mail,
            files,
            received_at: Some(case.received_at),
            continues: Some(case.id.clone()),
            found_by: None,
            opened: None,
            canary: false,
            // A person has looked.
            source: None,
            ..reported
        };
        let new = opening.finish(reported, None, &desk_keys::sha256_hex(&words)).await?;
        let code = match (has_address, by_mail) {
            (true, true) => Code::Mailed,
            (true, false) => Code::Reissued,
            (false, _) => Code::Shown(new.code.words().to_string()),
        };
        Ok(Treated { commit: new.commit, opened: new.stored.case.id, code })
    }

    /// What a member opens a case for somebody else with: it gives no receipt.
    pub(crate) fn case_opener<'a>(&'a self, root: &'a RootPublic) -> Opener<'a> {
        Opener { policy: &self.policy, root, mail_key: &self.mail_key, signer: None, public_url: &self.public_url }
    }

    /// Where the mail went, its author is not: there is the list, or whoever else got it.
    async fn may_be_entered(&self, case: &Case, key: &SecretKey, address: &str) -> Result<(), Problem> {
        let wrong = |why: &str| Err(Refusal::field("/address", why).into());
        if case.address.is_some() {
            return wrong("is known already; leave it out");
        }
        let Some(mail) = &case.mail else { return Ok(()) };
        let raw = self.kept_whole(&case.id, key, &mail.raw).await?;
        let read = read_within(raw.into(), Limits::of(&self.policy), self.policy.mail.parse_seconds.unsigned_abs());
        let went_there = |head: &Head| head.to.iter().chain(&head.cc).any(|to| to.eq_ignore_ascii_case(address));
        match read.head().is_some_and(went_there) {
            true => wrong("is where the mail went: a list’s, or somebody’s who got it too"),
            false => Ok(()),
        }
    }

    /// What is sealed to the mail key, taken over as it is.
    pub(super) async fn copied(
        &self,
        opening: &mut Opening<'_>,
        from: &CaseId,
        name: &ContentId,
    ) -> Result<Option<ContentId>, Fault> {
        let sealed = self.cases.words(from, name).await?;
        Ok(sealed.map(|sealed| opening.sealed(name.as_str(), sealed)))
    }

    /// What lies in the bucket, sealed to the new case. Before the case that names it: what is named is there.
    pub(super) async fn resealed(
        &self,
        opening: &Opening<'_>,
        from: &CaseId,
        key: &SecretKey,
        content: &ContentRef,
    ) -> Result<ContentRef, Problem> {
        let whole = self.kept_whole(from, key, content).await?;
        let (content, sealed) = opening.sealer().seal_named(&Audience::Reporter, content.id.clone(), &whole)?;
        let place = sealed_key(&opening.id, content.id.as_str());
        self.content.put(&place, "application/octet-stream", &sealed, If::Whatever).await?;
        Ok(content)
    }

    /// The mail that it came in, sealed to the new case.
    pub(super) async fn moved(
        &self,
        opening: &mut Opening<'_>,
        from: &CaseId,
        key: &SecretKey,
        mail: &ByMail,
    ) -> Result<ByMail, Problem> {
        let raw = self.resealed(opening, from, key, &mail.raw).await?;
        let thread = match &mail.thread {
            Some(thread) => self.copied(opening, from, thread).await?,
            None => None,
        };
        Ok(ByMail { raw, receipt: Some(content_id(RECEIPT)), thread, ..mail.clone() })
    }
}

impl Treated {
    /// Says in the answer to the command what was opened, and how its code reaches the reporter.
    pub(super) fn tell(&self, answer: &mut Value) {
        answer["opened"] = json!({"case_id": self.opened});
        if let Code::Shown(words) = &self.code {
            answer["opened"]["receipt_code"] = json!(words);
        }
    }

    /// What is left to do.
    pub(super) fn warning(&self) -> Option<String> {
        let id = &self.opened;
        match self.code {
            Code::Mailed => None,
            Code::Reissued => Some(format!("The reporter has no code for {id} yet: reissue-code on {id} mails one.")),
            Code::Shown(_) => Some(format!(
                "It came as a list’s or a machine’s mail, or its address was found to be another’s: {id} has no address, and nothing \
                 of it is mailed to anybody outside the team. If you know who wrote it, give them the code yourself."
            )),
        }
    }
}
