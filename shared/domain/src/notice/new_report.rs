use super::*;
use crate::id::{ClockName, PackageName};

/// To the team: a report came in. Id and deadlines, no details (T17).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewReport {
    pub package: Option<PackageName>,
    pub received_at: Timestamp,
    pub due: Vec<(ClockName, Timestamp)>,
    pub on_call: Option<MemberId>,
    pub continues: Option<CaseId>,
    pub acknowledge_until: Option<Timestamp>,
}

impl NewReport {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let package = self.package.as_ref().map_or("not in scope by its name (see the report)", PackageName::as_str);
        let mut facts = vec![
            ("Package".to_owned(), package.to_owned()),
            ("Received".to_owned(), crate::time::instant(self.received_at)),
        ];
        facts.extend(self.due.iter().map(|(clock, due)| (conversation::promise_name(clock), at.due(*due))));
        if let Some(case) = &self.continues {
            facts.push(("Goes on from".to_owned(), case.to_string()));
        }
        let letter = Letter::new(at.subject("New report: please acknowledge"))
            .say(format!("A new report about {} has come in.", at.project()))
            .facts(facts)
            .say(self.whose(at));
        let letter = match &at.links.acknowledge {
            Some(url) => letter
                .link("Acknowledge now (you see the message before it is sent)", url)
                .say("That link is yours alone; it needs no sign-in and shows no details."),
            None => letter,
        };
        letter.link("Read the report on the desk", &at.links.desk_case).sign(at.team_signature())
    }

    fn whose(&self, at: &Setting<'_>) -> String {
        match (&self.on_call, at.recipient) {
            (Some(on_call), Recipient::Member(member)) if on_call == member => {
                "You are on call: unless somebody is faster, this one is yours to acknowledge.".to_owned()
            }
            (Some(on_call), _) => {
                format!("{} is on call; anyone of the team may acknowledge.", at.member_name(on_call))
            }
            (None, _) => "Nobody is on call; anyone of the team may acknowledge.".to_owned(),
        }
    }
}
