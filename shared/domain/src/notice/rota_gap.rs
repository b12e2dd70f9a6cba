use super::*;

/// To the operator and to who answers for the policy: nobody of the rota is there, now or soon (T19, T43). Told when it is first
/// seen, and each day until it is mended or over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RotaGap {
    pub from: Timestamp,
    /// `None`: the policy names no day on which anybody is back.
    pub until: Option<Timestamp>,
}

impl RotaGap {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let until = self.until.map_or("no day is named on which anybody is back".to_owned(), |until| at.due(until));
        let until = ("Until".to_owned(), until);
        let (subject, text, facts) = if self.from <= at.now {
            ("Nobody is on call", "Nobody of the rota is there at present", vec![until])
        } else {
            let from = ("From".to_owned(), at.due(self.from));
            (
                "Soon nobody will be on call",
                "There is a time coming in which nobody of the rota is there",
                vec![from, until],
            )
        };
        let letter = Letter::new(at.subject(subject))
            .say(format!("{text}: each of them is away, gets no mail, or is not of the team any more."))
            .facts(facts)
            .say(
                "While that is so, a new report still reaches the whole team, and a warning goes to the next level of the \
                 ladder. But nobody is the first to answer, and some notices reach only the operator.",
            )
            .say(
                "Please put somebody into the policy's rota who is there, or correct the days on which its members are away, in \
                 the policy or on the desk's page \"On call\". Until then this mail comes once a day.",
            );
        // Who answers for the policy is a member; the operator signs in nowhere.
        let letter = match at.recipient {
            Recipient::Member(_) => letter.link("Who is on call, and who is away", &format!("{}/rota", at.links.board)),
            _ => letter,
        };
        letter.sign(at.team_signature())
    }
}
