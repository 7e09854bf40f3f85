//! What mail is written in: MIME read as far as it can be read, HTML made safe to show. Bytes in, values out; nothing here
//! reads a file, a clock or a socket, and nothing a stranger sends makes it fail or run for long.

pub mod html;
pub mod message;
