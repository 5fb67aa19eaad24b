//! Draw a one-time code.

use ports::ids_and_random::Random;

/// Six digits. All million codes are equally likely: numbers past the largest multiple of a million are drawn
/// again.
pub(crate) fn draw_code(random: &dyn Random) -> String {
    const MILLION: u32 = 1_000_000;
    let fair_below = u32::MAX.saturating_sub(u32::MAX.checked_rem(MILLION).unwrap_or(0));
    loop {
        let mut bytes = [0; 4];
        random.fill(&mut bytes);
        let number = u32::from_be_bytes(bytes);
        if number < fair_below {
            return format!("{:06}", number.checked_rem(MILLION).unwrap_or(0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ports::ids_and_random::MockRandom;

    #[test]
    fn a_code_has_six_digits_and_unfair_numbers_are_drawn_again() {
        let mut random = MockRandom::new();
        let mut draws = [u32::MAX, 1_000_042].into_iter();
        random.expect_fill().times(2).returning(move |buffer| {
            buffer.copy_from_slice(&draws.next().unwrap().to_be_bytes());
        });
        assert_eq!(draw_code(&random), "000042");
    }
}
