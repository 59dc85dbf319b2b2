//! The tree of topics.

use std::collections::HashMap;

use crate::domain::{slug::Slug, topic::Topic};

/// A longer chain of parents is a circle in the data.
const DEEPEST: usize = 12;

pub(super) struct TopicTree {
    topics: Vec<Topic>,
    by_slug: HashMap<Slug, usize>,
}

impl TopicTree {
    pub(super) fn new(topics: Vec<Topic>) -> Self {
        let by_slug = topics
            .iter()
            .enumerate()
            .map(|(at, topic)| (topic.slug.clone(), at))
            .collect();
        Self { topics, by_slug }
    }

    pub(super) fn all(&self) -> &[Topic] {
        &self.topics
    }

    pub(super) fn get(&self, slug: &Slug) -> Option<&Topic> {
        self.by_slug.get(slug).map(|at| &self.topics[*at])
    }

    pub(super) fn chain(&self, slug: &Slug) -> Vec<&Topic> {
        let up = |topic: &&Topic| topic.parent.as_ref().and_then(|parent| self.get(parent));
        std::iter::successors(self.get(slug), up)
            .take(DEEPEST)
            .collect()
    }

    pub(super) fn children(&self, slug: Option<&Slug>) -> impl Iterator<Item = &Topic> {
        self.topics
            .iter()
            .filter(move |topic| topic.parent.as_ref() == slug)
    }
}
