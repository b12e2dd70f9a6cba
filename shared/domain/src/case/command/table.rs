//! The command table: one row for each team command, in the order of `allowed[]`.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::Command;
use super::field::*;
use super::row::{Approval, Closing, Group, Row, Rule, Who};
use crate::case::rm::Transition;

macro_rules! commands {
    (team { $($name:ident = $row:expr;)+ } others { $($other:ident)+ }) => {
        /// The name of a team command, as the API and `allowed[]` write it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum CommandName { $($name),+ }

        impl CommandName {
            /// Every team command.
            pub const ALL: &'static [CommandName] = &[$(CommandName::$name),+];

            /// What the table says of it.
            pub const fn row(self) -> &'static Row {
                match self { $(CommandName::$name => { const ROW: Row = $row; &ROW }),+ }
            }
        }

        impl Command {
            /// The team command that this is; `None` for the reporter's and the desk's own.
            pub fn name(&self) -> Option<CommandName> {
                match self {
                    $(Command::$name { .. } => Some(CommandName::$name),)+
                    $(Command::$other { .. })|+ => None,
                }
            }
        }
    };
}

commands! {
    team {
        Acknowledge = Row::new("acknowledge", Group::Conversation,
            "Tells the reporter that a person has read the report.", &[MESSAGE, PAGE_ONLY])
            .rules(&[Rule::Reported, Rule::Unacknowledged]);
        Respond = Row::new("respond", Group::Conversation,
            "Answers in detail, with what happens next.", &[MESSAGE, STEPS, PAGE_ONLY])
            .rules(&[Rule::Reported, Rule::Unanswered]);
        Update = Row::new("update", Group::Conversation,
            "Keeps the reporter informed; answers what they wrote after closing.", &[MESSAGE, PAGE_ONLY])
            .rules(&[Rule::Reported])
            .closing(Closing::Answers);
        Note = Row::new("note", Group::Conversation, "Writes down something for the team alone.", &[TEXT])
            .closing(Closing::Stays);
        RequestInformation = Row::new("request-information", Group::Conversation,
            "Asks the reporter, and waits for the answer.", &[QUESTIONS, STEPS_TOO, PAGE_ONLY])
            .rules(&[Rule::Reported]);
        Share = Row::new("share", Group::Conversation,
            "Shows the reporter, or a party, what is not public: the draft of the advisory as it stands, a patch or a text. It is on their page alone; a message goes with it.",
            &[WHAT, WITH, SHOWN, BESIDE, PAGE_ONLY])
            .rules(&[Rule::Shareable])
            .who(Who::Releasers("show it"));
        WriteParty = Row::new("write-party", Group::Conversation,
            "Writes to a party, on its page; the mail that says so holds no word of it.", &[PARTY, PARTY_TEXT])
            .rules(&[Rule::PartyThere])
            .who(Who::Releasers("write to a party"))
            .closing(Closing::Stays);

        Assign = Row::new("assign", Group::People, "Gives a case that nobody handles to a member.", &[MEMBER])
            .rules(&[Rule::Unassigned]);
        HandOver = Row::new("hand-over", Group::People, "Gives the case to another member.", &[MEMBER, WORD])
            .who(Who::Leads("hand it over"));
        TakeOver = Row::new("take-over", Group::People,
            "Makes the case yours, which another handles: as backup, on call, release manager, or woken by an escalation.", &[REASON])
            .rules(&[Rule::Takeable]);
        SetBackup = Row::new("set-backup", Group::People, "Names who stands in for the handler.", &[MEMBER])
            .who(Who::Leads("name a backup"));
        Read = Row::new("read", Group::People,
            "Opens a case to a member of triage who may not read it; the handler is told, and who read is known.", &[REASON])
            .who(Who::Others)
            .closing(Closing::Stays);

        Invite = Row::new("invite", Group::People,
            "Lets a member in who may not read it: they read it and write notes, and do what their role lets them.", &[WHOM, REASON])
            .who(Who::Leads("let somebody in"))
            .closing(Closing::Stays);
        Uninvite = Row::new("uninvite", Group::People, "Ends that.", &[LET_IN, REASON])
            .rules(&[Rule::LetIn])
            .who(Who::Leads("end that"))
            .closing(Closing::Stays);
        InviteParty = Row::new("invite-party", Group::People,
            "Invites others to this one case: another project, a distributor, a CNA, a coordinator. They accept the policy's terms, and see what is written to them and shared with them, the stage and the planned date.",
            &[PARTY_NAME, PARTY_ADDRESS, PARTY_TEXT, PARTY_KEY])
            .rules(&[Rule::Unpublished, Rule::PartyRoom])
            .who(Who::Releasers("invite others"));
        EndParty = Row::new("end-party", Group::People,
            "Ends a party's invitation: its code opens nothing of the case any more.", &[PARTY, REASON])
            .rules(&[Rule::PartyThere])
            .who(Who::Releasers("end that"))
            .closing(Closing::Stays);

        Validate = Row::new("validate", Group::Judgement, "Confirms the problem.",
            &[REASON_TOLD, STEPS_TOO, ACCEPT, PAGE_ONLY])
            .rules(&[Rule::Way(Transition::Validate)]);
        Invalidate = Row::new("invalidate", Group::Judgement,
            "Finds that there is no problem.", &[REASON_TOLD, STEPS_TOO, CLOSE, PAGE_ONLY])
            .rules(&[Rule::Way(Transition::Invalidate)]);
        Accept = Row::new("accept", Group::Judgement, "Takes on that it is fixed.", &[])
            .rules(&[Rule::Way(Transition::Accept)]);
        Defer = Row::new("defer", Group::Judgement, "Puts the work on it off.", &[REASON_TOLD, PAGE_ONLY])
            .rules(&[Rule::Way(Transition::Defer), Rule::Unpublished]);
        Duplicate = Row::new("duplicate", Group::Judgement,
            "Closes it as a duplicate of a case that is open or published, whoever handles that.", &[OF, STEPS_TOO, PAGE_ONLY])
            .rules(&[Rule::Duplicable, Rule::Unpublished]);
        // From where it closes hangs on the resolution, which only `decide` sees.
        Close = Row::new("close", Group::Judgement, "Ends it.", &[RESOLUTION, REASON_TOLD, STEPS_TOO, WAIVER, CONSENT, PAGE_ONLY]);
        Reopen = Row::new("reopen", Group::Judgement,
            "Takes up again what was closed in the last seven days; its clocks go on where they were. What is published stays published.",
            &[REASON])
            .who(Who::Reopens("take it up again"))
            .closing(Closing::Reopens);
        Score = Row::new("score", Group::Judgement, "Says how severe it is.", &[SEVERITY, CVSS, CWE])
            .rules(&[Rule::Unsaid])
            .approval(Approval::Voids)
            .closing(Closing::Revises);

        ReissueCode = Row::new("reissue-code", Group::Mail,
            "Makes a new code for the reporter's page; the old one ends, and so do the links in mails to the reporter.", &[])
            .rules(&[Rule::Reported])
            .closing(Closing::Stays);
        Mark = Row::new("mark", Group::Judgement, "Records a fact, once and for ever.", &[FACT, SOURCE])
            .closing(Closing::Stays)
            .approval(Approval::MayVoid("Voids the approval of the advisory, where it is more than that it is public."));

        RecordDuty = Row::new("record-duty", Group::Publication,
            "Records that a duty of the policy's is done which only a person can know of.", &[CLOCK, SOURCE])
            .rules(&[Rule::DutyOpen])
            .closing(Closing::Stays);

        DetermineAffected = Row::new("determine-affected", Group::Fixes,
            "Says which versions are affected; a release that is no fix by these ranges is undone.", &[AFFECTED])
            .rules(&[Rule::Unsaid, Rule::Confirmed])
            .approval(Approval::Voids)
            .closing(Closing::Revises);
        RecordAudit = Row::new("record-audit", Group::Fixes,
            "Records the search for similar problems.", &[SEARCHED, RESULT, FINDINGS])
            .rules(&[Rule::Unpublished, Rule::Confirmed]);
        WaiveAudit = Row::new("waive-audit", Group::Fixes, "Answers for it that none is searched for.", &[REASON])
            .rules(&[Rule::Unpublished, Rule::Confirmed]);
        FixReady = Row::new("fix-ready", Group::Fixes, "Records that a line's fix is ready.", &[LINE, REFERENCE])
            .rules(&[Rule::Unsaid, Rule::Accepted])
            .closing(Closing::Revises)
            .approval(Approval::Voids);
        FixReleased = Row::new("fix-released", Group::Fixes, "Records that a line's fix is out.", &[LINE, VERSION])
            .rules(&[Rule::Unsaid, Rule::Accepted])
            .approval(Approval::MayVoid("Voids the approval where the line was to get no fix, or another version."))
            .closing(Closing::Revises);
        NotAffected = Row::new("not-affected", Group::Fixes,
            "Finds that a line is not affected after all.", &[LINE, REASON])
            .rules(&[Rule::Unsaid, Rule::Confirmed])
            .approval(Approval::Voids)
            .closing(Closing::Revises);
        WaiveLine = Row::new("waive-line", Group::Fixes, "Answers for it that a line gets no fix.", &[LINE, REASON])
            .rules(&[Rule::Unsaid, Rule::Confirmed])
            .approval(Approval::Voids)
            .closing(Closing::Revises);

        AskCredit = Row::new("ask-credit", Group::Publication, "Asks the reporter how to be named.", &[])
            .rules(&[Rule::Reported, Rule::Unpublished, Rule::Confirmed, Rule::CreditOpen]);
        RecordCredit = Row::new("record-credit", Group::Publication,
            "Records who is named, as the reporter said elsewhere.", &[DECISION, AS, CONTACT, CREDIT_KIND, ALSO])
            .rules(&[Rule::Unsaid, Rule::CreditAsked])
            .approval(Approval::Voids)
            .closing(Closing::Revises);
        DraftAdvisory = Row::new("draft-advisory", Group::Publication, "Writes the advisory, or writes it anew.",
            &[TITLE, SUMMARY, DETAILS, WORKAROUNDS, REFERENCES, ALIASES, RELATED, CVE])
            .rules(&[Rule::Unsaid, Rule::Confirmed])
            .approval(Approval::Voids)
            .closing(Closing::Revises);
        ApproveAdvisory = Row::new("approve-advisory", Group::Publication,
            "Approves the advisory as it stands.", &[FORM])
            .rules(&[Rule::Unsaid, Rule::Drafted, Rule::Unapproved])
            .who(Who::SecondReleasers("approve"))
            .closing(Closing::Revises);
        RecordCve = Row::new("record-cve", Group::Publication,
            "Puts a CVE id into the advisory; of one that is published it begins a correction.", &[CVE_ID])
            .rules(&[Rule::Drafted])
            .closing(Closing::Published)
            .approval(Approval::Voids);
        Publish = Row::new("publish", Group::Publication,
            "Makes the approved advisory, or its approved correction, public; refused, it names all that is missing. With at, the desk publishes it by itself then, if all that it waits for is still there; reporter and parties are told of that now.",
            &[AT])
            .rules(&[Rule::Unsaid, Rule::Gate])
            .who(Who::Releasers("publish"))
            .closing(Closing::Revises);
        CancelPublication = Row::new("cancel-publication", Group::Publication,
            "Takes back that the advisory is published by itself; whoever was told of the instant is told.", &[])
            .rules(&[Rule::Scheduled])
            .who(Who::Releasers("take it back"));
        Revise = Row::new("revise", Group::Publication,
            "Begins a correction of what is published: its parts can be changed again, and what they come to is approved and published.",
            &[WHY, STANDS])
            .rules(&[Rule::Published])
            .who(Who::Releasers("correct it"))
            .closing(Closing::Stays)
            .approval(Approval::Voids);
        WithdrawAdvisory = Row::new("withdraw-advisory", Group::Publication,
            "Begins to take back what is published: it stays where it is and says that it holds no more, once that is approved and published.",
            &[REASON_FOR_ALL])
            .rules(&[Rule::Holds])
            .who(Who::Releasers("withdraw it"))
            .closing(Closing::Stays)
            .approval(Approval::Voids);
        DropRevision = Row::new("drop-revision", Group::Publication,
            "Leaves what is published as it is; what was changed since the correction was begun is as before.", &[])
            .rules(&[Rule::Revising])
            .who(Who::Releasers("drop it"))
            .closing(Closing::Stays);

        RetryChannel = Row::new("retry-channel", Group::Publication,
            "Has a channel tried now that does not have the advisory yet.", &[CHANNEL])
            .rules(&[Rule::Published])
            .who(Who::Releasers("say what becomes of a channel"))
            .closing(Closing::Stays);
        GiveUpChannel = Row::new("give-up-channel", Group::Publication,
            "Ends the attempts at a channel that will not have the advisory; it is shown as such.", &[CHANNEL, REASON])
            .rules(&[Rule::Published])
            .who(Who::Releasers("say what becomes of a channel"))
            .closing(Closing::Stays);
        SettleChannel = Row::new("settle-channel", Group::Publication,
            "Says whether a channel has the advisory of which nothing tells: it is done, or it is given it once more.", &[CHANNEL, SENT])
            .rules(&[Rule::Published])
            .who(Who::Releasers("say what becomes of a channel"))
            .closing(Closing::Stays);
        ReAnnounce = Row::new("re-announce", Group::Publication,
            "Gives the advisory once more to a channel that had it and lost it, or was given up.", &[CHANNEL])
            .rules(&[Rule::Published])
            .who(Who::Releasers("say what becomes of a channel"))
            .closing(Closing::Stays);

        AnswerComment = Row::new("answer-comment", Group::Mail,
            "Answers a comment on the policy, by mail.", &[ANSWER])
            .rules(&[Rule::Answerable])
            .who(Who::Owner("answer it"))
            .closing(Closing::FiledOnly);
        ReleaseQuarantine = Row::new("release-quarantine", Group::Mail,
            "Lets in what is not proven to be the reporter's, or leaves it aside.", &[REFUSE])
            .rules(&[Rule::Quarantined])
            .closing(Closing::Answers);
        RecordConsent = Row::new("record-consent", Group::Mail,
            "Records that the reporter agrees to forwarding to those who maintain one module; of an ordinary bug, that it goes to the public tracker.",
            &[SOURCE, TO_WHOM])
            .rules(&[Rule::Reported, Rule::Unagreed])
            .closing(Closing::ConsentStays);
        Forward = Row::new("forward", Group::Mail,
            "Tells the maintainers of a package that the policy names as others'.", &[TO, MESSAGE_OUT])
            .rules(&[Rule::Agreed])
            .closing(Closing::OthersStays);
        PlanRelease = Row::new("plan-release", Group::Fixes, "Tells the reporter when the release is planned.", &[ON])
            .rules(&[Rule::Unpublished, Rule::Accepted])
            .who(Who::Releasers("set its dates"));
        ProposeEmbargo = Row::new("propose-embargo", Group::Fixes,
            "Proposes to the reporter until when both sides keep it to themselves; what holds stays as it is until they agree. Without a reporter it holds at once.",
            &[ENDS_AT])
            .rules(&[Rule::Unpublished, Rule::Embargoable, Rule::Proven])
            .who(Who::Releasers("set its dates"));
        AcceptEmbargo = Row::new("accept-embargo", Group::Fixes, "Agrees to the end of the embargo that the reporter proposes.", &[])
            .rules(&[Rule::EmbargoAsked])
            .who(Who::Releasers("set its dates"));
        RejectEmbargo = Row::new("reject-embargo", Group::Fixes,
            "Does not agree to the end that the reporter proposes: they are told why, and what holds stays as it is.", &[REASON_TOLD, PAGE_ONLY])
            .rules(&[Rule::EmbargoAsked])
            .who(Who::Releasers("set its dates"));
        TerminateEmbargo = Row::new("terminate-embargo", Group::Fixes,
            "Ends the embargo before its time, once and for all; reporter and parties are told. It publishes nothing.", &[REASON_TOLD, PAGE_ONLY])
            .rules(&[Rule::EmbargoHolds])
            .who(Who::Releasers("end it"))
            .closing(Closing::Stays);
        FollowUp = Row::new("follow-up", Group::Mail,
            "Opens a case for what the reporter wrote after closing, with clocks from when it came.", &[])
            .rules(&[Rule::Proven])
            .closing(Closing::WrittenTo);
        PutAway = Row::new("put-away", Group::Mail,
            "Leaves what the reporter wrote after closing as it is: no verdict, and no mail.", &[])
            .rules(&[Rule::Proven])
            .closing(Closing::WrittenTo);
        TreatAsReport = Row::new("treat-as-report", Group::Mail,
            "Opens a case for what was only filed, with the time when it came.", &[ADDRESS])
            .closing(Closing::FiledOnly);
    }
    others {
        AcknowledgeFromMail ReplyFromMail Reply ReplyThatSays QuarantineReply OutsiderReply AnswerCredit AskStanding Withdraw AnswerTracker AnswerShare
        AnswerEmbargo PartySays PartyBounced
        PlanDisclosure ChooseAnswers Announced RegistrySays FireTimer MessageBounced Rediscovered RootMoved ReplaceHandler
    }
}

impl CommandName {
    /// As the API, the command line and `allowed[]` write it.
    pub const fn as_str(self) -> &'static str {
        self.row().text
    }
}

impl fmt::Display for CommandName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for CommandName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Not a command; `Display` lists what is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of: {}", CommandName::ALL.iter().map(|n| n.as_str()).collect::<Vec<_>>().join(", "))]
pub struct NotACommand;

impl FromStr for CommandName {
    type Err = NotACommand;
    fn from_str(text: &str) -> Result<Self, NotACommand> {
        CommandName::ALL.iter().copied().find(|n| n.as_str() == text).ok_or(NotACommand)
    }
}
