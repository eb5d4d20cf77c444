//! A transform that keeps something which only one thread may touch.
use atp_iac::Options;
use atp_iac::resource::Transform;
use std::cell::Cell;
use std::rc::Rc;

pub fn options() -> Options {
    let count = Rc::new(Cell::new(0));
    Options::new().transform(Transform::new(move |_| count.set(count.get() + 1)))
}

fn main() {}
