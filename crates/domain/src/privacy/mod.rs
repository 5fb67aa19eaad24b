//! A person's data: what is given to them, what is erased, and what the law keeps.

mod erasure;
mod export;

pub use self::{
    erasure::{
        Category, ErasureStep, KEPT_DAYS, Kept, Law, Obstacle, Receipt, Standing, TAKE_BACK, kept_until,
        obstacles,
    },
    export::{DOWNLOADABLE_FOR, ExportState, SCHEMA},
};
