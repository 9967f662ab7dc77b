/// The most common leaked passwords of 12 characters or more.
const COMMON: [&str; 31] = [
    "123123123123",
    "1234567890123",
    "123456789012",
    "1234567891011",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "1qazxsw23edc",
    "abcdefghijkl",
    "abcdefghijklm",
    "administrator",
    "azertyuiop123",
    "azertyuiopqsd",
    "changemechangeme",
    "correcthorsebatterystaple",
    "iloveyou1234",
    "letmeinletmein",
    "letmeinplease",
    "motdepasse123",
    "motdepasse1234",
    "mypassword123",
    "password1234",
    "password12345",
    "password123!",
    "passwordpassword",
    "qazwsxedcrfv",
    "qwerty123456",
    "qwertyqwerty",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiopas",
    "qwertyuiopasdf",
];

/// A password of fewer different characters is tried early, whatever its length.
const MIN_DIFFERENT: usize = 5;

/// Whether a password, in lower case, is one that attackers try first.
pub(crate) fn is_common(lower: &str) -> bool {
    let mut characters: Vec<char> = lower.chars().collect();
    characters.sort_unstable();
    characters.dedup();
    characters.len() < MIN_DIFFERENT || COMMON.contains(&lower)
}
