//! Views over one handle to the tables: each holds what belongs together, and whoever needs it holds the view. So the fields of
//! a function say what it may touch, which is where the roles in `infra/aws/template.yaml` draw their lines too.

use crate::table::Table;
use crate::witness::DateWitness;

/// Cases, with everything that is written in one transaction with them: `CASE#`, `LOG#`, `CONTENT#`, `WORDS#`, `TIMER#`, `PLAN#`,
/// `KEY#`, `CODE#`, `REQUEST#` and `MESSAGE#`, and the indexes over them.
#[derive(Clone)]
pub struct CaseStore {
    pub(crate) table: Table,
}

/// Mail that goes out, and what may go: the table `mail`.
#[derive(Clone)]
pub struct MailStore {
    pub(crate) table: Table,
}

/// What is published, and its channels: `PUBLISHED` and `ADVISORY#`.
#[derive(Clone)]
pub struct PublishedStore {
    pub(crate) table: Table,
}

/// The figures of promises: `FIGURE#` and `FIGURES#`.
#[derive(Clone)]
pub struct FigureStore {
    pub(crate) table: Table,
}

/// What is kept of the team: its sign-in links, what ended its sessions, its members' second factors, what they read, what they
/// say of the rota, and the policy that they were last seen in (`SIGN-IN#`, `SESSION#`, `FACTOR#`, `READ#` and `TEAM#`).
#[derive(Clone)]
pub struct TeamStore {
    pub(crate) table: Table,
}

/// What is the desk's own and of no case: its rings of keys, its counters, its last tick, which mail is being taken in, and the
/// marker of a restore (`KEYRING#`, `RATE#`, `TAKING#` and `DESK#`).
#[derive(Clone)]
pub struct DeskStore {
    pub(crate) table: Table,
    pub(crate) witness: DateWitness,
}
