//! HTML that holds other people's text.

use std::fmt;

/// Text for an HTML document: nothing in it is markup, in an element or in an attribute.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            c => f.write_char(c),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn markup_becomes_text() {
        let escaped = Escaped(r#"<img src=x onerror="alert('1')">&"#).to_string();
        assert_eq!(escaped, "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;");
    }

    proptest! {
        #[test]
        fn nothing_that_opens_markup_is_left(text in ".*") {
            prop_assert!(!Escaped(&text).to_string().contains(['<', '>', '"', '\'']));
        }
    }
}
