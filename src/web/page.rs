//! The link from one page of a list to the next (RFC 8288).

use url::form_urlencoded;

/// `</v1/hubs?topic=grief&cursor=…>; rel="next"`: the same question with another cursor.
#[must_use]
pub fn next_link(path: &str, query: &str, cursor: &str) -> String {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    pairs.extend_pairs(
        form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "cursor"),
    );
    pairs.append_pair("cursor", cursor);
    format!("<{path}?{}>; rel=\"next\"", pairs.finish())
}

#[cfg(test)]
mod tests {
    use super::next_link;

    #[test]
    fn keeps_the_question_and_replaces_the_cursor() {
        let link = next_link("/v1/hubs", "topic=grief&cursor=old&lang=bn", "new");
        assert_eq!(
            link,
            "</v1/hubs?topic=grief&lang=bn&cursor=new>; rel=\"next\""
        );
    }
}
