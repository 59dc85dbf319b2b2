//! From a question to its matches: out of memory, or asked of the server.
//!
//! People look for the same few things at very many places. What the words find everywhere answers for each of them,
//! since the catalogue leaves what meets the conditions; whoever asks for them at another place, or more widely, costs the
//! server nothing then. But it costs the server several times what one place does. So the first who asks for some words
//! is answered for their own place, with the conditions pushed down; for the second the words are asked about alone. Where
//! they find so much that this takes too long, or more than is handed over, it stays with the conditions.

use tokio::time::timeout;

use super::{
    super::{MATCH_LIMIT, Match, WordsError, WordsQuestion, embedded::score::MOST_UNITS},
    Inner,
    answers::Tally,
    asking,
    form::Names,
    lookout::Moment,
    pushdown::filter,
};
use crate::wording::Query;

/// Of the budget, this part is spent at most on what is asked for the sake of others.
const FOR_OTHERS: u32 = 3;

impl Inner {
    /// Every match, where that is known already.
    pub(super) fn known(&self, question: &WordsQuestion) -> Option<Vec<Match>> {
        let moment = self.lookout.present(&self.server)?;
        self.kept(moment, &question.query, &filter(&question.pushdown))
    }

    /// Every match, where the index is known to be whole, or is seen to be.
    pub(super) async fn find(
        &self,
        names: &Names,
        question: &WordsQuestion,
    ) -> Result<Vec<Match>, WordsError> {
        let (query, filter) = (&question.query, filter(&question.pushdown));
        let index = &names.live;
        // Read before asking: what is found while the index changes is kept for nobody.
        let looked = self
            .lookout
            .look(&self.server, index, || self.whose.doubt());
        let moment = looked.await;
        if self.whose.is_whole() != Some(true) && !self.looks_whole(names).await? {
            return Err(WordsError::Unbuilt);
        }
        let Some(moment) = moment else {
            return self.ask(index, query, &filter).await;
        };
        if let Some(matches) = self.kept(moment, query, &filter) {
            return Ok(matches);
        }
        if !filter.is_empty() && self.remembered.is_asked_again(moment, query) {
            let asking = timeout(self.budget / FOR_OTHERS, self.ask(index, query, &[]));
            let found = asking.await.ok().transpose()?;
            match found.filter(|matches| matches.len() < MATCH_LIMIT) {
                Some(matches) => {
                    self.remembered.put(moment, query, &[], &matches);
                    return Ok(matches);
                }
                None => self.remembered.finds_too_much(query),
            }
        }
        let matches = self.ask(index, query, &filter).await?;
        self.remembered.put(moment, query, &filter, &matches);
        Ok(matches)
    }

    fn kept(&self, moment: Moment, query: &Query, filter: &[String]) -> Option<Vec<Match>> {
        let kept = self.remembered.get(moment, query, filter)?;
        Some(kept.to_vec())
    }

    /// Asks the server.
    async fn ask(
        &self,
        index: &str,
        query: &Query,
        filter: &[String],
    ) -> Result<Vec<Match>, WordsError> {
        let mut tally = Tally::new(query.units.len().min(MOST_UNITS));
        let round = asking::first(index, query, filter);
        tally.take(&round, self.answers(&round).await?)?;
        let round = asking::second(index, query, filter, &tally.unknown());
        if !round.0.is_empty() {
            tally.take(&round, self.answers(&round).await?)?;
        }
        Ok(tally.matches())
    }
}
