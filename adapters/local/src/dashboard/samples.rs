use std::collections::BTreeSet;

/// The samples of metrics in the `OpenMetrics` text format, as this shop writes it: its labels' values are names, with
/// no quotes or commas in them.
#[derive(Default)]
pub(super) struct Samples(Vec<Sample>);

struct Sample {
    name: String,
    labels: Vec<(String, String)>,
    value: f64,
}

/// Labels that a sample must have; it may have others.
pub(super) type Labels<'a> = &'a [(&'a str, &'a str)];

impl Samples {
    pub(super) fn parse(text: &str) -> Self {
        Self(text.lines().filter(|line| !line.starts_with('#')).filter_map(sample).collect())
    }

    /// The sum of a metric's samples; `None` if there are none.
    pub(super) fn sum(&self, name: &str, labels: Labels<'_>) -> Option<f64> {
        self.of(name, labels).map(|sample| sample.value).reduce(|sum, value| sum + value)
    }

    /// The values that a label of a metric has.
    pub(super) fn values<'a>(&'a self, name: &'a str, label: &'a str) -> BTreeSet<&'a str> {
        self.of(name, &[]).filter_map(|sample| sample.label(label)).collect()
    }

    /// The value below which this share of a histogram's observations is, in between the bounds of its bucket; `None`
    /// if nothing was observed. What is beyond the last bound counts as that bound.
    pub(super) fn quantile(&self, name: &str, labels: Labels<'_>, share: f64) -> Option<f64> {
        let name = format!("{name}_bucket");
        let mut buckets: Vec<(f64, f64)> = self
            .of(&name, labels)
            .filter_map(|sample| Some((sample.label("le")?.parse().ok()?, sample.value)))
            .collect();
        buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
        let wanted = buckets.last()?.1 * share;
        let (mut below, mut counted) = (0.0, 0.0);
        for (bound, count) in buckets {
            if count >= wanted && count > 0.0 {
                let within = if count > counted { (wanted - counted) / (count - counted) } else { 1.0 };
                return Some(if bound.is_finite() { below + (bound - below) * within } else { below });
            }
            (below, counted) = (bound, count);
        }
        None
    }

    fn of<'a>(&'a self, name: &'a str, labels: Labels<'a>) -> impl Iterator<Item = &'a Sample> {
        self.0.iter().filter(move |sample| {
            sample.name == name && labels.iter().all(|(name, value)| sample.label(name) == Some(value))
        })
    }
}

impl Sample {
    fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(label, _)| label == name).map(|(_, value)| value.as_str())
    }
}

fn sample(line: &str) -> Option<Sample> {
    let (series, value) = line.rsplit_once(' ')?;
    let (name, labels) = match series.split_once('{') {
        Some((name, labels)) => (name, labels.strip_suffix('}')?),
        None => (series, ""),
    };
    let labels = labels
        .split(',')
        .filter_map(|label| {
            let (name, value) = label.split_once('=')?;
            Some((name.to_owned(), value.trim_matches('"').to_owned()))
        })
        .collect();
    Some(Sample { name: name.to_owned(), labels, value: value.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# HELP requests Requests.\n# TYPE requests counter\n\
        requests_total{component=\"pay\",status_class=\"2xx\"} 3\n\
        requests_total{component=\"pay\",status_class=\"5xx\"} 1\n\
        requests_total{component=\"health\",status_class=\"2xx\"} 7\n\
        time_seconds_bucket{le=\"0.1\",component=\"pay\"} 2\n\
        time_seconds_bucket{le=\"0.2\",component=\"pay\"} 4\n\
        time_seconds_bucket{le=\"+Inf\",component=\"pay\"} 5\n\
        up 1\n# EOF\n";

    #[test]
    fn samples_are_summed_by_their_labels() {
        let samples = Samples::parse(TEXT);
        assert_eq!(samples.sum("requests_total", &[("component", "pay")]), Some(4.0));
        assert_eq!(samples.sum("requests_total", &[("status_class", "2xx")]), Some(10.0));
        assert_eq!(samples.sum("up", &[]), Some(1.0));
        assert_eq!(samples.sum("down", &[]), None);
        assert_eq!(Vec::from_iter(samples.values("requests_total", "component")), ["health", "pay"]);
    }

    #[test]
    fn a_quantile_lies_within_its_bucket() {
        let samples = Samples::parse(TEXT);
        let at = |share| samples.quantile("time_seconds", &[("component", "pay")], share);
        let near = |value: Option<f64>, expected: f64| (value.expect("a value") - expected).abs() < 1e-9;
        assert!(near(at(0.2), 0.05) && near(at(0.4), 0.1) && near(at(0.6), 0.15), "{:?}", at(0.6));
        assert!(near(at(0.99), 0.2), "beyond the last bound: {:?}", at(0.99));
        assert_eq!(samples.quantile("time_seconds", &[("component", "health")], 0.5), None);
    }
}
