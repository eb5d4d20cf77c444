//! The configuration, with the same values as the program that the engine is measured with.

use super::Shape;
use std::fmt::Write;

/// `main.tf`; with another payload for the first resource when it is `changed`.
pub fn configuration(shape: Shape, n: u32, changed: bool) -> String {
    let mut text = String::new();
    let mut add = |i: u32| -> std::fmt::Result {
        let [name, size, tags, revision] = payload(i, changed);
        if shape == Shape::Foreach {
            return writeln!(text, "    \"r{i:05}\" = {{ {name}, {size}, {tags}, {revision} }}");
        }
        writeln!(text, "resource \"terraform_data\" \"r{i:05}\" {{\n  input = {{")?;
        for line in [name, size, tags, revision] {
            writeln!(text, "    {line}")?;
        }
        let parents = shape.parents(n, i);
        if !parents.is_empty() {
            let ids: Vec<String> = parents.iter().map(|p| format!("terraform_data.r{p:05}.id")).collect();
            writeln!(text, "    parents = [{}]", ids.join(", "))?;
        }
        writeln!(text, "  }}\n}}\n")
    };
    // Writing to a string cannot fail.
    let _ = (0..n).try_for_each(&mut add);
    match shape {
        Shape::Foreach => format!(
            "locals {{\n  items = {{\n{text}  }}\n}}\n\nresource \"terraform_data\" \"r\" {{\n  for_each = \
             local.items\n  input = each.value\n}}\n"
        ),
        _ => text,
    }
}

fn payload(i: u32, changed: bool) -> [String; 4] {
    [
        format!("name = \"resource-{i:05}\""),
        format!("size = {}", i % 16 + 1),
        format!("tags = {{ team = \"team-{}\", env = \"bench\" }}", i % 7),
        format!("revision = {}", if changed && i == 0 { 2 } else { 1 }),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_refers_to_the_one_before() {
        let text = configuration(Shape::Chain, 2, true);
        assert_eq!(
            text,
            r#"resource "terraform_data" "r00000" {
  input = {
    name = "resource-00000"
    size = 1
    tags = { team = "team-0", env = "bench" }
    revision = 2
  }
}

resource "terraform_data" "r00001" {
  input = {
    name = "resource-00001"
    size = 2
    tags = { team = "team-1", env = "bench" }
    revision = 1
    parents = [terraform_data.r00000.id]
  }
}

"#
        );
    }

    #[test]
    fn what_is_made_in_a_loop_is_one_resource_for_each_item() {
        let text = configuration(Shape::Foreach, 2, false);
        assert_eq!(
            text,
            r#"locals {
  items = {
    "r00000" = { name = "resource-00000", size = 1, tags = { team = "team-0", env = "bench" }, revision = 1 }
    "r00001" = { name = "resource-00001", size = 2, tags = { team = "team-1", env = "bench" }, revision = 1 }
  }
}

resource "terraform_data" "r" {
  for_each = local.items
  input = each.value
}
"#
        );
    }
}
