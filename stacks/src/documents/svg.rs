//! Drawings.

use std::fmt::Write;

const STYLE: &str = "text{font:13px sans-serif;fill:#1b1f24}.title{font-weight:bold;font-size:15px}.small{font-size:11px;\
                     fill:#57606a}.frame{fill:#f6f8fa;stroke:#8c959f}.box{fill:#ffffff;stroke:#0969da;stroke-width:1.5}\
                     .lane{fill:#f6f8fa;stroke:none}.line{fill:none;stroke:#57606a;stroke-width:1.5}";

/// A drawing that grows with what is drawn into it.
#[derive(Debug, Default)]
pub(super) struct Drawing {
    body: String,
    width: i32,
    height: i32,
}

/// A rectangle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
}

impl Drawing {
    /// A rectangle with round corners.
    pub fn area(&mut self, class: &str, area: Area) {
        let Area { x, y, width, height } = area;
        self.cover(x + width, y + height);
        let _ = writeln!(
            self.body,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"6\"/>"
        );
    }

    /// A line of text that begins at a point.
    pub fn text(&mut self, class: &str, x: i32, y: i32, text: &str) {
        self.put(class, "start", (x, y), text);
    }

    /// A line of text in the middle of a point.
    pub fn centered(&mut self, class: &str, x: i32, y: i32, text: &str) {
        self.put(class, "middle", (x, y), text);
    }

    /// An arrow from one point down to another.
    pub fn arrow(&mut self, from: (i32, i32), to: (i32, i32)) {
        let middle = (from.1 + to.1) / 2;
        let curve =
            format!("M{} {} C{} {middle} {} {middle} {} {}", from.0, from.1, from.0, to.0, to.0, to.1);
        self.arrow_along(&curve);
    }

    /// An arrow that leaves to the right, goes down a lane, and comes back to the left.
    pub fn arrow_around(&mut self, from: (i32, i32), lane: i32, to: (i32, i32)) {
        self.cover(lane, to.1);
        self.arrow_along(&format!("M{} {} H{lane} V{} H{}", from.0, from.1, to.1, to.0));
    }

    fn arrow_along(&mut self, way: &str) {
        let _ = writeln!(self.body, "<path class=\"line\" marker-end=\"url(#end)\" d=\"{way}\"/>");
    }

    /// A straight line.
    pub fn line(&mut self, from: (i32, i32), to: (i32, i32)) {
        let _ = writeln!(self.body, "<path class=\"line\" d=\"M{} {} L{} {}\"/>", from.0, from.1, to.0, to.1);
    }

    fn put(&mut self, class: &str, anchor: &str, at: (i32, i32), text: &str) {
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let _ = writeln!(
            self.body,
            "<text class=\"{class}\" x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\">{text}</text>",
            at.0, at.1
        );
    }

    fn cover(&mut self, x: i32, y: i32) {
        self.width = self.width.max(x);
        self.height = self.height.max(y);
    }

    /// The file.
    pub fn finish(self) -> String {
        let (width, height) = (self.width + 20, self.height + 20);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\">\n<style>{STYLE}</style>\n\
             <defs><marker id=\"end\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" \
             orient=\"auto\"><path d=\"M0 0 L10 5 L0 10 z\" fill=\"#57606a\"/></marker></defs>\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{}</svg>\n",
            self.body
        )
    }
}
