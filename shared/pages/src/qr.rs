//! A QR code as a picture in the page itself.

use qrcode::{Color, EcLevel, QrCode};

/// The white around it that readers need (ISO/IEC 18004), in modules.
const MARGIN: usize = 4;

/// A QR code; drawn by `qr.html`.
pub struct Qr {
    /// Modules from side to side, with the margin.
    side: usize,
    modules: Vec<(usize, usize)>,
}

impl Qr {
    /// `text` in the smallest code that survives a crease; `None` for more than any code can hold.
    pub fn of(text: &str) -> Option<Qr> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let width = code.width();
        let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
        let modules = dark.map(|(at, _)| (at % width + MARGIN, at / width + MARGIN)).collect();
        Some(Qr { side: width + 2 * MARGIN, modules })
    }

    pub(super) fn side(&self) -> usize {
        self.side
    }

    /// The dark modules as a path of SVG, those beside one another as one.
    pub(super) fn path(&self) -> String {
        let beside = |(ax, ay): &(usize, usize), (bx, by): &(usize, usize)| (ax + 1, ay) == (*bx, by);
        let run = |run: &[(usize, usize)]| {
            let ((x, y), wide) = (run[0], run.len());
            format!("M{x} {y}h{wide}v1h-{wide}z")
        };
        self.modules.chunk_by(beside).map(run).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Qr;

    #[test]
    fn a_code_has_its_margin_and_its_three_corners() {
        let qr = Qr::of("A-B").expect("short enough");
        assert_eq!((qr.side(), &qr.modules[0]), (21 + 8, &(4, 4)));
        assert!(qr.modules.contains(&(24, 4)) && qr.modules.contains(&(4, 24)));
        assert!(qr.modules.iter().all(|(x, y)| (4..25).contains(x) && (4..25).contains(y)));
        assert!(qr.path().starts_with("M4 4h7v1h-7z"), "the edge of a corner is drawn at once");
        assert!(Qr::of(&"x".repeat(5000)).is_none());
    }
}
