//! Who takes the cases of a member who goes away: asked on the form that says so, for all of them at once or for each by itself. Each
//! case is handed over at once and as its own page hands it over: who gets it is told, and its reporter too.

use desk_domain::fields::FieldError;
use desk_domain::id::{CaseId, MemberId};
use desk_domain::policy::{Member, Policy};
use desk_http::Problem;
use desk_pages::{Input, InputChoice, InputControl};
use desk_store::BoardRow;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::Team;

/// So many cases are asked for one by one; the rest go as all of them go.
const ASKED: usize = 20;
/// So many are handed over in one go; what is left stands there again.
const MOST: usize = 100;
/// Who takes all of them.
const ALL: &str = "all";
/// Stays with who goes away, whoever takes the others.
const KEPT: &str = "keep";

/// Who could take cases, and which there are.
pub(crate) struct Leaving {
    cases: Vec<BoardRow>,
    /// With how many each handles already.
    present: Vec<(MemberId, String, u64)>,
}

fn field(case: &CaseId) -> String {
    format!("to.{case}")
}

impl Team {
    pub(crate) async fn leaving(&self, me: &Member, policy: &Policy, now: Timestamp) -> Result<Leaving, Problem> {
        let mut cases = Vec::new();
        let mut after = None;
        loop {
            let page = self.cases.handled_by(&me.id, after.as_deref()).await?;
            cases.extend(page.rows);
            after = page.next;
            if after.is_none() || cases.len() >= MOST {
                break;
            }
        }
        cases.truncate(MOST);
        let mut present = Vec::new();
        if !cases.is_empty() {
            for member in policy.triage().filter(|other| other.id != me.id && !other.absent_at(now)) {
                present.push((member.id.clone(), member.name.clone(), self.cases.load(&member.id).await?));
            }
        }
        Ok(Leaving { cases, present })
    }

    /// Hands over what was chosen; what could not be, and why.
    pub(crate) async fn hand_over(
        &self,
        me: &Member,
        chosen: &[(CaseId, MemberId)],
    ) -> Result<Vec<FieldError>, Problem> {
        let mut wrong = Vec::new();
        for (case, to) in chosen {
            let done = async {
                let stored = self.readable(case.as_str(), &me.id).await?;
                self.command(me, &stored, &json!({"command": "hand-over", "member": to}), None).await
            };
            match done.await {
                Ok(_) => {}
                Err(problem) if problem.is_of_what_was_sent() => {
                    let detail = format!("was not handed over. {}", problem.in_words("Who takes it"));
                    wrong.push(FieldError { pointer: format!("/{}", field(case)), detail });
                }
                Err(problem) => return Err(problem),
            }
        }
        Ok(wrong)
    }
}

impl Leaving {
    /// Each case that somebody was chosen for, and whom; else which field names somebody who cannot take it.
    pub(crate) fn chosen(&self, typed: &Value) -> Result<Vec<(CaseId, MemberId)>, Vec<FieldError>> {
        let said = |name: &str| typed[name].as_str().unwrap_or_default();
        let member = |name: &str| match said(name) {
            "" | KEPT => Ok(None),
            id => match self.present.iter().find(|(known, ..)| known.as_str() == id) {
                Some((id, ..)) => Ok(Some(id)),
                None => {
                    let detail = "must be somebody of the team who is there".to_owned();
                    Err(FieldError { pointer: format!("/{name}"), detail })
                }
            },
        };
        let (all, mut wrong) = match member(ALL) {
            Ok(all) => (all, Vec::new()),
            Err(e) => (None, vec![e]),
        };
        let mut chosen = Vec::new();
        for row in &self.cases {
            let name = field(&row.case);
            match member(&name) {
                Ok(to) => {
                    let kept = said(&name) == KEPT;
                    chosen.extend(to.or(all.filter(|_| !kept)).map(|to| (row.case.clone(), to.clone())));
                }
                Err(e) => wrong.push(e),
            }
        }
        if wrong.is_empty() { Ok(chosen) } else { Err(wrong) }
    }

    /// The fields that ask; none for who handles no case, or has nobody to give one to.
    pub(crate) fn inputs(&self, typed: &Value, wrong: &[FieldError]) -> Vec<Input> {
        if self.cases.is_empty() || self.present.is_empty() {
            return Vec::new();
        }
        let input = |name: String, label: String, first: &[(&str, &str)]| {
            let option = |(value, label): &(&str, &str)| choice(value, (*label).to_owned());
            let members = self.present.iter().map(|(id, name, load)| {
                choice(id.as_str(), format!("{name}, {load} open {}", if *load == 1 { "case" } else { "cases" }))
            });
            Input {
                label,
                hint: String::new(),
                control: InputControl::Select(first.iter().map(option).chain(members).collect()),
                value: typed[&name].as_str().unwrap_or_default().to_owned(),
                required: false,
                errors: wrong.iter().filter(|e| e.pointer == format!("/{name}")).map(|e| e.detail.clone()).collect(),
                name,
            }
        };
        let (count, keep) = (self.cases.len(), ("", "Nobody: I keep them"));
        let label = |case: &CaseId| format!("{case} {}", case.spoken());
        if let [row] = &self.cases[..] {
            let label = format!("Who takes your case {}?", label(&row.case));
            return vec![input(ALL.to_owned(), label, &[("", "Nobody: I keep it")])];
        }
        let each = self.cases.iter().take(ASKED);
        let each =
            each.map(|row| input(field(&row.case), label(&row.case), &[("", "As the others"), (KEPT, "I keep it")]));
        let all = input(ALL.to_owned(), format!("Who takes your {count} cases?"), &[keep]);
        std::iter::once(all).chain(each).collect()
    }
}

fn choice(value: &str, label: String) -> InputChoice {
    InputChoice { value: value.to_owned(), label, hint: String::new() }
}
