//! Tables in Markdown.

use std::fmt::Write;

/// A table with these columns; a line that says so when it has no rows.
pub(super) fn table(columns: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let rows: Vec<Vec<String>> = rows.into_iter().collect();
    if rows.is_empty() {
        return "There are none.\n".to_owned();
    }
    let mut text = String::new();
    line(&mut text, columns.iter().map(|column| (*column).to_owned()));
    line(&mut text, columns.iter().map(|_| "---".to_owned()));
    for row in rows {
        line(&mut text, row.iter().map(|cell| escaped(cell)));
    }
    text
}

fn line(text: &mut String, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.collect();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

fn escaped(cell: &str) -> String {
    cell.replace('|', "\\|").replace('*', "\\*").replace('\n', " ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_cannot_break_out_of_its_table() {
        let text = table(&["a", "b"], [vec!["x|y".to_owned(), "*\n".to_owned()]]);
        assert_eq!(text, "| a | b |\n| --- | --- |\n| x\\|y | \\* |\n");
        assert_eq!(table(&["a"], []), "There are none.\n");
    }
}
