//! A member opens a case: the form, and the code of a reporter whom no mail reaches.

use askama::Template;

use super::step::TakesForm;
use super::{CodeBox, Desk, Site, StepForm};

/// No `Debug`: it holds what was typed, or a code.
#[derive(Template)]
#[template(path = "open_case.html")]
pub struct OpenCasePage {
    pub site: Site,
    pub desk: Desk,
    /// `None` for who may open none, and once it is open.
    pub form: Option<StepForm>,
    /// What is wrong and belongs to no field.
    pub wrong: Vec<String>,
    pub opened: Option<OpenedCase>,
}

/// What is to be handed on, once. No `Debug`.
pub struct OpenedCase {
    pub code: CodeBox,
    /// Where the code is typed: `https://…/case`.
    pub case_url: String,
}

impl OpenCasePage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        self.desk.rendered(self)
    }
}

impl TakesForm for OpenCasePage {
    fn form(&self) -> Option<&StepForm> {
        self.form.as_ref()
    }

    fn wrong(&self) -> &[String] {
        &self.wrong
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use super::*;
    use crate::samples::*;
    use crate::step;

    pub(crate) fn pages() -> Samples {
        let page = |told: bool| {
            let (form, wrong) = (step::sample::step(told).form, if told { vec![text()] } else { Vec::new() });
            OpenCasePage { site: site(), desk: desk(None), form, wrong, opened: None }
        };
        let code = CodeBox {
            case_id: "EXP-2026-7K3QF".to_owned(),
            receipt_code: "able-about-above-absent".to_owned(),
            href: "data:text/plain;charset=utf-8;base64,QQ==".to_owned(),
            qr: crate::Qr::of("ABLE-ABOUT-ABOVE-ABSENT"),
        };
        let opened = Some(OpenedCase { code, case_url: text() });
        vec![
            ("open_case", page(false).html()),
            ("open_case: errors", page(true).html()),
            ("open_case: not theirs", OpenCasePage { form: None, ..page(false) }.html()),
            ("open_case: code", OpenCasePage { form: None, opened, ..page(false) }.html()),
        ]
    }
}
