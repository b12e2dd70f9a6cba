//! Who is on call in the weeks to come, whom a report that came now would reach, and who is away.

use askama::Template;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{Desk, Input, Site};

/// The page of who is on call.
#[derive(Template)]
#[template(path = "rota.html")]
pub struct RotaPage {
    pub site: Site,
    pub desk: Desk,
    pub now: Timestamp,
    /// One after the other, without a break; the first holds `now`.
    pub watches: Vec<WatchRow>,
    /// Of a case that came now, the soonest first.
    pub rungs: Vec<RungRow>,
    /// The soonest first.
    pub away: Vec<AwayRow>,
    /// Members whose mail comes back, each with since when.
    pub unreachable: Vec<(String, Timestamp)>,
    /// The first day and the last on which somebody says to be away.
    pub days: [Input; 2],
    /// Who takes one's cases; empty where there are none, or nobody could.
    pub successors: Vec<Input>,
    /// Those in effect, and those that are asked for.
    pub swaps: Vec<SwapRow>,
    /// One's own shift and another's; `None` where there are no two to swap.
    pub swap: Option<[Input; 2]>,
}

/// Two shifts that change hands, or would.
#[derive(Clone, Debug)]
pub struct SwapRow {
    pub standing: SwapStanding,
    /// Who asked, and who was asked.
    pub first: String,
    pub second: String,
    /// When the shift of each begins.
    pub begins: [Timestamp; 2],
    /// What who reads this gives and gets, as the form names it.
    pub mine: String,
    pub theirs: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SwapStanding {
    Agreed,
    /// Of who reads this.
    AsksYou,
    YouAsk,
    /// Between two others.
    Asked,
}

/// Who is on call for a while.
#[derive(Clone, Debug)]
pub struct WatchRow {
    pub from: Timestamp,
    pub until: Timestamp,
    /// `None`: a hole.
    pub who: Option<String>,
    /// Whether it is who reads this.
    pub me: bool,
}

/// What happens to a case that nobody touches.
#[derive(Clone, Debug)]
pub struct RungRow {
    pub at: Timestamp,
    pub what: String,
    /// Whom it reaches; empty where it is told to nobody.
    pub who: String,
}

/// Days, both ends included, on which a member is away.
#[derive(Clone, Debug)]
pub struct AwayRow {
    pub name: String,
    pub from: Date,
    pub until: Date,
    /// Whether who reads this said so, and may take it back.
    pub mine: bool,
}

impl RotaPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        self.desk.rendered(self)
    }

    fn inputs(&self) -> impl Iterator<Item = &Input> {
        self.days.iter().chain(&self.successors).chain(self.swap.iter().flatten())
    }

    fn has_errors(&self) -> bool {
        self.inputs().any(|input| !input.errors.is_empty())
    }

    fn holes(&self) -> usize {
        self.watches.iter().filter(|watch| watch.who.is_none()).count()
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use super::*;
    use crate::DeskPage;
    use crate::samples::*;
    use crate::{InputChoice, InputControl};

    fn rota(told: bool) -> RotaPage {
        let day = |month| jiff::civil::date(2026, month, 24);
        let watch = |from, who: Option<String>, me| WatchRow { from: at(from), until: at(from + 1), who, me };
        let rung = |who: &str| RungRow { at: at(2), what: text(), who: who.to_owned() };
        let away = |mine| AwayRow { name: text(), from: day(11), until: day(12), mine };
        let input = |name: &str| Input {
            name: name.to_owned(),
            label: text(),
            hint: String::new(),
            control: InputControl::Date,
            value: text(),
            required: true,
            errors: if told { vec![text()] } else { Vec::new() },
        };
        let standings = [SwapStanding::Agreed, SwapStanding::AsksYou, SwapStanding::YouAsk, SwapStanding::Asked];
        let swap = |standing| SwapRow {
            standing,
            first: text(),
            second: text(),
            begins: [at(3), at(4)],
            mine: text(),
            theirs: text(),
        };
        let choice = || InputChoice { value: text(), label: text(), hint: text() };
        let select = |name: &str| Input { control: InputControl::Select(vec![choice()]), ..input(name) };
        let all =
            [watch(1, None, false), watch(2, Some(text()), true), watch(3, Some(text()), false), watch(4, None, false)];
        RotaPage {
            site: site(),
            desk: desk(Some(DeskPage::Rota)),
            now: at(1),
            watches: if told { all.to_vec() } else { vec![watch(1, Some(text()), true)] },
            rungs: vec![rung(HOSTILE), rung("")],
            away: if told { vec![away(true), away(false)] } else { Vec::new() },
            unreachable: if told { vec![(text(), at(3))] } else { Vec::new() },
            days: [input("from"), input("until")],
            successors: if told { vec![select("all"), select("to.EXP-2026-7K3QF")] } else { Vec::new() },
            swaps: if told { standings.map(swap).to_vec() } else { Vec::new() },
            swap: told.then(|| [select("mine"), select("theirs")]),
        }
    }

    pub(crate) fn pages() -> Samples {
        vec![("rota", rota(false).html()), ("rota: holes, errors", rota(true).html())]
    }
}
