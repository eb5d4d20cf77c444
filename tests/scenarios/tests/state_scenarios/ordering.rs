//! Order and names.
