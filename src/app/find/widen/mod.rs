//! What to offer where little is found: wider questions, one after another, each apart from the answer, named, and
//! without what was shown before. What nobody could know finds nothing here either.

mod narrow;

use uuid::Uuid;

use self::narrow::{Narrow, is_circled, is_placed};
use super::{Answer, Hit, Question, Total, Understood, search};
use crate::{
    app::{App, AppError},
    domain::slug::Slug,
};

enumeration! {
    /// How a question was widened because it found little, in the order in which it is tried.
    Relaxation {
        /// The words as they were probably meant.
        Spelling = "spelling",
        /// Without the place, the nearest to it first.
        WithoutPlace = "without_place",
        /// Beyond the radius or box, nearest first.
        Farther = "farther",
        /// By telephone or online, from where the asker is.
        Remote = "remote",
        /// The topic of which the one asked for is a part.
        BroaderTopic = "broader_topic",
        /// Anything in the place, whatever the words.
        Nearby = "nearby",
    }
}

/// What a wider question finds beyond the answer. Deliberately without `Debug`: it may hold the asker's words.
pub struct Instead {
    pub relaxation: Relaxation,
    /// The words that were looked for, where they were others.
    pub words: Option<String>,
    /// The topics that were looked for, where they were others.
    pub topics: Vec<Slug>,
    pub hits: Vec<Hit>,
    pub total: Total,
}

/// Fewer hits than this are few.
pub(super) const FEW: u64 = 3;
/// How many listings a relaxation shows.
const SHOWN: u16 = 5;

pub(super) async fn instead(
    app: &App,
    question: &Question,
    asked: &Question,
    understood: &Understood,
    answer: &Answer,
) -> Result<Vec<Instead>, AppError> {
    let whole = asked.words.is_none() && !is_placed(asked) && !is_circled(asked);
    if question.after.is_some() || answer.total.value >= FEW || whole {
        return Ok(Vec::new());
    }
    let mut narrow = Narrow::of(app, asked, understood);
    let instead = steps(&narrow, answer).await?;
    if !instead.is_empty() || narrow.countries.is_empty() {
        return Ok(instead);
    }
    narrow.abroad = true;
    steps(&narrow, answer).await
}

async fn steps(narrow: &Narrow<'_>, answer: &Answer) -> Result<Vec<Instead>, AppError> {
    let mut instead = Vec::new();
    let mut shown: Vec<Uuid> = answer.hits.iter().map(|hit| hit.card.id).collect();
    for relaxation in Relaxation::ALL {
        // Anything at all is offered to those alone whose words mean something here.
        let known =
            narrow.said || !instead.is_empty() || answer.total.value > 0 || narrow.names_topics();
        let unfit = match relaxation {
            Relaxation::Spelling => answer.total.value > 0,
            Relaxation::Nearby => !known,
            _ => false,
        };
        let Some(wider) = narrow.by(*relaxation).filter(|_| !unfit) else {
            continue;
        };
        let Answer {
            mut hits, total, ..
        } = search(narrow.app, &wider.question).await?;
        let far = *relaxation == Relaxation::Farther;
        hits.retain(|hit| !shown.contains(&hit.card.id) && (!far || hit.distance_m.is_some()));
        hits.truncate(usize::from(SHOWN));
        shown.extend(hits.iter().map(|hit| hit.card.id));
        if !hits.is_empty() {
            instead.push(Instead {
                relaxation: *relaxation,
                words: wider.words,
                topics: wider.topics,
                hits,
                total,
            });
        }
    }
    Ok(instead)
}
