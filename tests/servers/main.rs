//! Real servers and foreign clients.

mod python_sdk;
