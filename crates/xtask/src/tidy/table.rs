//! The house's plan as data: who may use whom, and who keeps which door.

/// Which of our packages each of them may use. Absent means: not planned, so not allowed.
pub(super) const ARROWS: &[(&str, &[&str])] = &[
    ("satchel-domain", &[]),
    ("satchel-formats", &["satchel-domain"]),
    ("satchel-store", &["satchel-domain", "satchel-formats"]),
    ("satchel-http", &["satchel-domain"]),
    ("satchel-auth", &["satchel-domain", "satchel-http"]),
    ("satchel-dataverse", &["satchel-domain", "satchel-formats", "satchel-http"]),
    ("satchel-graph", &["satchel-domain", "satchel-formats", "satchel-http"]),
    ("satchel-internet-mail", &["satchel-domain", "satchel-formats"]),
    ("satchel-sync", &["satchel-domain", "satchel-formats", "satchel-store"]),
    ("satchel-app", &["satchel-domain", "satchel-formats", "satchel-store", "satchel-sync"]),
    (
        "satchel-wiring",
        &[
            "satchel-app",
            "satchel-auth",
            "satchel-dataverse",
            "satchel-domain",
            "satchel-graph",
            "satchel-http",
            "satchel-internet-mail",
        ],
    ),
    ("satchel", &["satchel-app", "satchel-wiring"]),
    ("satchel-cli", &["satchel-app", "satchel-wiring"]),
    ("satchel-testkit", &["satchel-domain", "satchel-formats"]),
    ("satchel-crashfs", &[]),
    ("satchel-demo-org", &[]),
    ("xtask", &[]),
    (
        "satchel-tests",
        &[
            "satchel-app",
            "satchel-auth",
            "satchel-dataverse",
            "satchel-domain",
            "satchel-formats",
            "satchel-graph",
            "satchel-http",
            "satchel-internet-mail",
            "satchel-store",
            "satchel-sync",
            "satchel-testkit",
        ],
    ),
];

/// Any package of ours may use these in its tests.
pub(super) const FOR_TESTS: &[&str] = &["satchel-crashfs", "satchel-testkit"];

/// Which packages may use an outside library; one that is not named here may be used where it is useful.
pub(super) const DOORS: &[(&str, &[&str])] = &[
    ("rusqlite", &["satchel-store", "satchel-crashfs"]),
    ("mail-parser", &["satchel-formats"]),
    ("ammonia", &["satchel-formats"]),
    ("async-imap", &["satchel-internet-mail"]),
    ("reqwest", &["satchel-http"]),
    ("rustls-platform-verifier", &["satchel-internet-mail"]),
    ("tokio-rustls", &["satchel-internet-mail"]),
    ("keyring", &["satchel-auth"]),
    ("secret-service", &["satchel-auth"]),
    ("argon2", &["satchel-auth"]),
    ("tauri", &["satchel"]),
    ("tauri-build", &["satchel"]),
    ("ts-rs", &["satchel-app"]),
    ("axum", &[]),
    ("redb", &[]),
    ("clap", &["satchel-cli"]),
    // A domain type that others serialise is frozen for them.
    (
        "serde",
        &[
            "satchel-store",
            "satchel-http",
            "satchel-auth",
            "satchel-dataverse",
            "satchel-graph",
            "satchel-app",
            "satchel-wiring",
        ],
    ),
    (
        "serde_json",
        &[
            "satchel-store",
            "satchel-http",
            "satchel-auth",
            "satchel-dataverse",
            "satchel-app",
            "satchel-wiring",
            "satchel-cli",
        ],
    ),
    // What must be pure does not wait.
    (
        "tokio",
        &[
            "satchel-http",
            "satchel-auth",
            "satchel-dataverse",
            "satchel-internet-mail",
            "satchel-sync",
            "satchel-app",
            "satchel-wiring",
            "satchel-cli",
            "satchel",
        ],
    ),
    // One error type a package; this one is for programs.
    ("anyhow", &["satchel-wiring", "satchel"]),
];

/// These stand outside and play the world, or keep the house: doors are not theirs to keep.
pub(super) const OUTSIDE: &[&str] = &["satchel-demo-org", "satchel-testkit", "satchel-tests", "xtask"];
