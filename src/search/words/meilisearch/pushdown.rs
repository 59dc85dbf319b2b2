//! The conditions of a question that the server takes off our hands.

use super::{
    super::Pushdown,
    cells::{squares_around, squares_in},
    form::{LABEL, SQUARE},
};

/// Conditions that the server takes off our hands.
pub(super) fn filter(pushdown: &Pushdown) -> Vec<String> {
    let labels = pushdown.labels.iter();
    let labels = labels.filter_map(|any| any_of(LABEL, any.iter().map(String::as_str)));
    let circle = pushdown.circle.as_ref().and_then(squares_around);
    let rectangle = pushdown.rectangle.as_ref().and_then(squares_in);
    let squares = circle.into_iter().chain(rectangle);
    let squares = squares.filter_map(|any| any_of(SQUARE, any.iter().map(String::as_str)));
    labels.chain(squares).collect()
}

/// The condition that the field has one of the values; none where a value could be read as something else.
pub(super) fn any_of<'v>(field: &str, values: impl Iterator<Item = &'v str>) -> Option<String> {
    let mut list = Vec::new();
    for value in values {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
        if !value.chars().all(plain) {
            return None;
        }
        list.push(format!("\"{value}\""));
    }
    Some(format!("{field} IN [{}]", list.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::place::Point, search::region::Circle};

    #[test]
    fn nothing_that_was_typed_becomes_part_of_a_filter() {
        let hostile = Pushdown {
            labels: vec![vec!["kind:hub\" OR x = \"".to_owned()]],
            ..Pushdown::default()
        };
        assert_eq!(filter(&hostile), Vec::<String>::new());
        let sound = Pushdown {
            labels: vec![vec!["kind:hub".to_owned(), "kind:helpline".to_owned()]],
            circle: Some(Circle {
                centre: Point {
                    lat: 23.8,
                    lon: 90.4,
                },
                radius_m: 10.0,
            }),
            ..Pushdown::default()
        };
        assert_eq!(
            filter(&sound),
            [
                "label IN [\"kind:hub\", \"kind:helpline\"]",
                "square IN [\"0.910.2163\"]"
            ]
        );
    }
}
