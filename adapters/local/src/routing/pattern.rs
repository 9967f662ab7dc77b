use std::collections::BTreeMap;

/// A parsed route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    segments: Vec<Segment>,
    wildcard: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Word(String),
    Parameter(String),
}

impl Pattern {
    /// Parses `/a/:b/...`.
    pub fn parse(route: &str) -> Result<Self, &'static str> {
        let Some(path) = route.strip_prefix('/') else { return Err("does not begin with a slash") };
        let (path, wildcard) = match path.strip_suffix("...") {
            Some(before) if before.is_empty() || before.ends_with('/') => (before, true),
            Some(_) => return Err("has ... that is not a segment of its own"),
            None => (path, false),
        };
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut segments = Vec::new();
        for segment in path.split('/').filter(|_| !path.is_empty()) {
            segments.push(match segment.strip_prefix(':') {
                Some(name) if is_parameter_name(name) => Segment::Parameter(name.to_owned()),
                Some(_) => return Err("has a parameter without a proper name"),
                None if segment.is_empty() => return Err("has an empty segment"),
                None if segment.contains(['*', '?', '#', '{']) || segment.contains("..") => {
                    return Err("has a segment that is neither a word, a :parameter nor the last ...");
                }
                None => Segment::Word(segment.to_owned()),
            });
        }
        Ok(Self { segments, wildcard })
    }

    /// The one path it means, if it has neither parameters nor a wildcard; without a slash at the end.
    pub(super) fn only_words(&self) -> Option<String> {
        if self.wildcard {
            return None;
        }
        self.segments.iter().try_fold(String::new(), |path, segment| match segment {
            Segment::Word(word) => Some(path + "/" + word),
            Segment::Parameter(_) => None,
        })
    }

    /// The same for two patterns that mean the same paths.
    pub(super) fn shape(&self) -> String {
        let mut shape: String = self
            .segments
            .iter()
            .map(|segment| match segment {
                Segment::Word(word) => format!("/{word}"),
                Segment::Parameter(_) => "/:".to_owned(),
            })
            .collect();
        if self.wildcard {
            shape.push_str("/...");
        }
        shape
    }

    /// Greater for a pattern that is preferred where both match.
    pub(super) fn specificity(&self) -> Vec<u8> {
        let rank = |segment: &Segment| match segment {
            Segment::Word(_) => 3,
            Segment::Parameter(_) => 2,
        };
        let end = u8::from(!self.wildcard);
        self.segments.iter().map(rank).chain([end]).collect()
    }

    /// The parameters' values and what the wildcard stands for, if the path matches.
    pub(super) fn matches<'a>(&'a self, path: &'a str) -> Option<(BTreeMap<&'a str, &'a str>, &'a str)> {
        let mut rest = path;
        let mut parameters = BTreeMap::new();
        for segment in &self.segments {
            let after = rest.strip_prefix('/')?;
            let end = after.find('/').unwrap_or(after.len());
            let (value, behind) = after.split_at(end);
            match segment {
                Segment::Word(word) if word == value => {}
                Segment::Parameter(name) if !value.is_empty() => {
                    parameters.insert(name.as_str(), value);
                }
                _ => return None,
            }
            rest = behind;
        }
        (self.wildcard || rest.is_empty() || rest == "/")
            .then_some((parameters, if self.wildcard { rest } else { "" }))
    }
}

fn is_parameter_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}
