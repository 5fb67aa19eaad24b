//! The measured figures by name. Each is measured once or several times.

use std::fmt::Write;

/// The figures in the order of the measurements.
#[derive(Default)]
pub(super) struct Figures(Vec<(String, Vec<f64>)>);

impl Figures {
    pub(super) fn add(&mut self, name: &str, value: f64) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, values)) => values.push(value),
            None => self.0.push((name.to_owned(), vec![value])),
        }
    }

    /// Adds a rate (per second) with its latencies at the 50th and 99th percentile, in milliseconds.
    pub(super) fn add_measure(&mut self, name: &str, per_second: f64, p50_ms: f64, p99_ms: f64) {
        self.add(name, per_second);
        self.add(&format!("{name}_p50_ms"), p50_ms);
        self.add(&format!("{name}_p99_ms"), p99_ms);
    }

    /// Adds figures from lines such as `{"name": 1.5, "other": 2}`.
    pub(super) fn read(&mut self, lines: &str) -> Result<(), String> {
        for line in lines.lines() {
            for pair in line.trim_matches(['{', '}']).split(',') {
                let (name, value) = pair.split_once(':').ok_or_else(|| format!("not a figure: {line}"))?;
                let value = value.trim().parse().map_err(|fault| format!("{line}: {fault}"))?;
                self.add(name.trim().trim_matches('"'), value);
            }
        }
        Ok(())
    }

    /// The median of all values of a figure. `None` if it was not measured.
    pub(super) fn get(&self, name: &str) -> Option<f64> {
        let values = self.sorted(name)?;
        let (low, high) = (values.len().checked_sub(1)?.checked_div(2)?, values.len().checked_div(2)?);
        Some(f64::midpoint(*values.get(low)?, *values.get(high)?))
    }

    /// The lowest and the highest value of a figure.
    pub(super) fn range(&self, name: &str) -> Option<(f64, f64)> {
        let values = self.sorted(name)?;
        Some((*values.first()?, *values.last()?))
    }

    fn sorted(&self, name: &str) -> Option<Vec<f64>> {
        let (_, values) = self.0.iter().find(|(known, _)| known == name)?;
        let mut values = values.clone();
        values.sort_by(f64::total_cmp);
        Some(values)
    }

    /// The names of the rates: every figure that is not a latency.
    pub(super) fn rates(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str()).filter(|name| !name.ends_with("_ms"))
    }

    /// A JSON object of the medians by name.
    pub(super) fn to_json(&self) -> String {
        let mut json = String::from("{");
        let mut between = "\n";
        for (name, _) in &self.0 {
            // Writing into a String can't fail.
            let _written = write!(json, "{between}  \"{name}\": {:.3}", self.get(name).unwrap_or_default());
            between = ",\n";
        }
        json.push_str("\n}\n");
        json
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_and_written() {
        let mut figures = Figures::default();
        figures.read("{\"a\": 10.0, \"a_p50_ms\": 1.5}\n{\"a\": 20.0}\n").unwrap();
        figures.add("a", 12.0);
        assert_eq!(figures.get("a"), Some(12.0));
        assert_eq!(figures.range("a"), Some((10.0, 20.0)));
        assert_eq!(figures.rates().collect::<Vec<_>>(), ["a"]);
        assert_eq!(figures.to_json(), "{\n  \"a\": 12.000,\n  \"a_p50_ms\": 1.500\n}\n");
        assert!(figures.read("nothing").is_err());
    }

    #[test]
    fn of_two_the_median_lies_between() {
        let mut figures = Figures::default();
        figures.add("a", 1.0);
        figures.add("a", 2.0);
        assert_eq!(figures.get("a"), Some(1.5));
        assert_eq!(figures.get("b"), None);
    }
}
