//! How the promises were kept, up to this moment: as a page, and for programs. It reads the tallies of a year's days and no case.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use desk_advisory::figures_page;
use desk_domain::figures::{Figures, Missed};
use desk_domain::policy::Policy;
use desk_domain::time::{left, taken};
use desk_http::Problem;
use desk_pages::{DeskPage, FiguresPage, MissedRow, Site};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::Team;

pub(crate) async fn page(State(team): State<Arc<Team>>, headers: HeaderMap) -> Response {
    let page = async {
        let member = team.member(&headers, true).await?;
        let now = team.clock.now();
        let mut figures = team.figures_at(now).await?;
        let longest = figures.periods.last_mut();
        let (missed, more_missed) =
            longest.map(|period| (period.missed.take(), period.more_missed.take())).unwrap_or_default();
        let page = FiguresPage {
            site: Site::of(&team.policy),
            desk: team.desk(member, Some(DeskPage::Figures)),
            figures,
            public_href: format!("{}/{}", team.site_url, figures_page::KEY),
            missed: missed.unwrap_or_default().into_iter().map(|missed| row(&team.policy, missed, now)).collect(),
            more_missed: more_missed.unwrap_or_default(),
        };
        Ok(page.html())
    };
    team.answered(page.await)
}

pub(crate) async fn show(State(team): State<Arc<Team>>, headers: HeaderMap) -> Result<Json<Figures>, Problem> {
    team.member(&headers, false).await?;
    Ok(Json(team.figures_at(team.clock.now()).await?))
}

impl Team {
    async fn figures_at(&self, now: Timestamp) -> Result<Figures, Problem> {
        let today = now.to_zoned(TimeZone::UTC).date();
        let days = self.figures.tallies(Figures::from(today), today).await?;
        Ok(Figures::of(&self.policy, &days, today, now))
    }
}

fn row(policy: &Policy, missed: Missed, now: Timestamp) -> MissedRow {
    let open = missed.minutes.is_none() && !missed.over;
    MissedRow {
        spoken: missed.case.spoken(),
        case_id: missed.case.into(),
        what: policy.clock_label(&missed.clock),
        due_at: missed.due_at,
        since: match missed.minutes {
            Some(minutes) => format!("done, {} after it began", taken(minutes)),
            None if open => format!("not done yet; it was due {}", left(now, missed.due_at)),
            None => "ended without it".to_owned(),
        },
        open,
    }
}
