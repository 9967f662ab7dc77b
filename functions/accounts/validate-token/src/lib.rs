//! Whether a token is good, and the keys that say so (JWKS).
