//! Who hears of an embargo: the other side as one proposes, both as it is agreed, everybody as it is over.

use super::{Plan, Planned};
use crate::case::SaidBy;
use crate::case::embargo::{EmbargoEnd, Side};
use crate::moment::Moment;
use crate::notice::{
    EmbargoAgreed, EmbargoAsked, EmbargoEnded, EmbargoHolds, EmbargoOver, EmbargoRefusalNoted, EmbargoRefused,
    EmbargoWanted, Notice, PartyEmbargo,
};

impl Plan<'_> {
    /// The other side; nobody where something was agreed by it, which is told by its own event. What stands in a report is told with it.
    pub(super) fn embargo_proposed(&self, side: Side, ends: &Moment, with_report: bool) -> Vec<Planned> {
        if with_report || self.agreed_by_it() {
            return Vec::new();
        }
        let (ends, holds) = (ends.clone(), self.embargo_until());
        match (side, self.giver()) {
            (Side::Reporter, _) => self.to_handler(Notice::EmbargoWanted(EmbargoWanted { ends, holds })),
            (Side::Team, None) => Vec::new(),
            (Side::Team, Some(by)) => {
                let by_mail = self.case.asks_embargo_by_word(self.event.at);
                self.to_reporter(Notice::EmbargoAsked(EmbargoAsked { by, ends, holds, by_mail }), None)
            }
        }
    }

    /// Whether what was proposed or answered with the event is agreed.
    fn agreed_by_it(&self) -> bool {
        self.case.embargo.agreed.as_ref().is_some_and(|agreed| agreed.at == self.event.at)
    }

    /// Whether the reporter named a date that is the end of an embargo: as they propose it, or as it was agreed.
    pub(super) fn named_an_end(&self) -> bool {
        let proposed = self.case.embargo.proposed(Side::Reporter, self.event.at);
        let proposed = proposed.is_some_and(|proposal| proposal.at == self.event.at);
        proposed || self.agreed_by_it()
    }

    fn embargo_until(&self) -> Option<Moment> {
        self.case.embargo.holds().cloned()
    }

    /// A yes is told by what is agreed; a no of the team's by the message that says why.
    pub(super) fn embargo_answered(&self, side: Side, ends: &Moment, agrees: bool, by: SaidBy) -> Vec<Planned> {
        if agrees || side == Side::Team {
            return Vec::new();
        }
        let (ends, holds) = (ends.clone(), self.embargo_until());
        let noted = EmbargoRefusalNoted { ends: ends.clone(), holds: holds.clone() };
        let noted = (!by.is_page()).then(|| self.to_reporter(Notice::EmbargoRefusalNoted(noted), None));
        let team = self.to_handler(Notice::EmbargoRefused(EmbargoRefused { ends, holds }));
        noted.into_iter().flatten().chain(team).collect()
    }

    /// Both sides, and who else was told of the case; of the team, whoever handles it, but for the one who agreed.
    pub(super) fn embargo_agreed(&self, ends: &Moment, before: Option<&Moment>) -> Vec<Planned> {
        let open = |side| self.case.embargo.proposed(side, self.event.at).map(|proposal| proposal.ends.clone());
        let (ends, before, asked) = (ends.clone(), before.cloned(), open(Side::Team));
        let parties = self.to_parties(&Notice::PartyEmbargo(PartyEmbargo { ends: ends.clone(), over: None }));
        let holds = EmbargoHolds {
            ends: ends.clone(),
            before: before.clone(),
            open: asked.clone().or_else(|| open(Side::Reporter)),
            reported: self.case.has_reporter(),
        };
        let mut team = self.to_handler(Notice::EmbargoHolds(holds));
        team.retain(|planned| {
            planned.recipient.member().is_none() || planned.recipient.member() != self.giver().as_ref()
        });
        let reporter = match self.case.has_reporter() {
            true => self.to_reporter(Notice::EmbargoAgreed(EmbargoAgreed { ends, before, asked }), None),
            false => Vec::new(),
        };
        reporter.into_iter().chain(team).chain(parties).collect()
    }

    /// Everybody, once: of what ends it by force the mail of that tells team and reporter, of the team's own word its message the
    /// reporter, and what is published or closed is told as that.
    pub(super) fn embargo_ended(&self, ends: &Moment, why: EmbargoEnd) -> Vec<Planned> {
        let parties = || {
            let over = Some(why);
            self.to_parties(&Notice::PartyEmbargo(PartyEmbargo { ends: ends.clone(), over }))
        };
        match why {
            EmbargoEnd::Due if self.published_with_it() => Vec::new(),
            EmbargoEnd::Due => {
                let publishes = self.case.scheduled().map(|scheduled| scheduled.on.clone());
                let over = EmbargoOver { ends: ends.clone(), publishes };
                let reporter = self.to_reporter(Notice::EmbargoOver(over), None);
                reporter.into_iter().chain(self.team_hears_of_its_end(ends, why)).chain(parties()).collect()
            }
            EmbargoEnd::Terminated => self.team_hears_of_its_end(ends, why).into_iter().chain(parties()).collect(),
            EmbargoEnd::Public | EmbargoEnd::ExploitPublic => parties(),
            EmbargoEnd::Published | EmbargoEnd::NoVulnerability => Vec::new(),
        }
    }

    /// Whether the advisory went out as it ended: what is published is told as that.
    fn published_with_it(&self) -> bool {
        self.case.publication.published.as_ref().is_some_and(|published| published.advisory.at == self.event.at)
    }

    /// Whoever handles it and those who may release it, but for the one who ended it.
    fn team_hears_of_its_end(&self, ends: &Moment, why: EmbargoEnd) -> Vec<Planned> {
        let by = self.giver();
        let reported = self.case.has_reporter();
        let notice = Notice::EmbargoEnded(EmbargoEnded { ends: ends.clone(), why, by: by.clone(), reported });
        let mut all = self.releasers(&notice);
        for one in self.to_handler(notice) {
            let told = all.iter().any(|other| other.recipient == one.recipient);
            if !told && (by.is_none() || one.recipient.member() != by.as_ref()) {
                all.push(one);
            }
        }
        all
    }

    /// The end of the embargo that a fact has ended, or that it puts in question.
    pub(super) fn embargo_of_fact(&self) -> Option<Moment> {
        let ended = self.case.embargo_ended_at(self.event.at).map(|over| over.ends.clone());
        ended.or_else(|| self.embargo_until())
    }
}
