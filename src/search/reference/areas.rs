//! The tree of areas, and the areas around a point.

use std::collections::HashMap;

use crate::domain::{
    area::{Area, AreaCode},
    country::Country,
    place::Point,
};

/// Deeper trees do not exist; a longer chain of parents is a circle in the data.
const DEEPEST: usize = 12;

/// Depth of districts below the country: district in Bangladesh, regency or city in Indonesia, prefecture city in China.
const DISTRICT_DEPTH: usize = 2;

pub(super) struct AreaTree {
    areas: Vec<Area>,
    by_code: HashMap<AreaCode, usize>,
    children: HashMap<Option<AreaCode>, Vec<usize>>,
    /// By country, the areas with a centre that have nothing below them with one.
    centred: HashMap<Country, Vec<([f64; 3], usize)>>,
}

impl AreaTree {
    pub(super) fn new(areas: Vec<Area>) -> Self {
        let by_code: HashMap<AreaCode, usize> = areas
            .iter()
            .enumerate()
            .map(|(at, area)| (area.code.clone(), at))
            .collect();
        let mut children: HashMap<Option<AreaCode>, Vec<usize>> = HashMap::new();
        for (at, area) in areas.iter().enumerate() {
            // An area whose parent is not there is shown as a root rather than lost.
            let parent = area
                .parent
                .clone()
                .filter(|parent| by_code.contains_key(parent));
            children.entry(parent).or_default().push(at);
        }
        let mut centred: HashMap<Country, Vec<([f64; 3], usize)>> = HashMap::new();
        for (at, area) in areas.iter().enumerate() {
            let below = children
                .get(&Some(area.code.clone()))
                .map_or(&[][..], Vec::as_slice);
            let narrower = below.iter().any(|child| areas[*child].centroid.is_some());
            if let Some(centroid) = area.centroid.filter(|_| !narrower) {
                centred
                    .entry(area.country)
                    .or_default()
                    .push((centroid.unit(), at));
            }
        }
        Self {
            areas,
            by_code,
            children,
            centred,
        }
    }

    pub(super) fn all(&self) -> &[Area] {
        &self.areas
    }

    pub(super) fn get(&self, code: &AreaCode) -> Option<&Area> {
        self.by_code.get(code).map(|at| &self.areas[*at])
    }

    pub(super) fn chain(&self, code: &AreaCode) -> Vec<&Area> {
        let up = |area: &&Area| area.parent.as_ref().and_then(|parent| self.get(parent));
        std::iter::successors(self.get(code), up)
            .take(DEEPEST)
            .collect()
    }

    pub(super) fn children(&self, code: Option<&AreaCode>) -> impl Iterator<Item = &Area> {
        let below = self
            .children
            .get(&code.cloned())
            .map_or(&[][..], Vec::as_slice);
        below.iter().map(|at| &self.areas[*at])
    }

    /// Of the area's chain the smallest centre that is no smaller than a district, and smaller than the country.
    pub(super) fn district_centroid(&self, code: &AreaCode) -> Option<Point> {
        let chain = self.chain(code);
        let depths = (0..chain.len()).rev();
        let districts = chain
            .into_iter()
            .zip(depths)
            .filter(|(_, depth)| (1..=DISTRICT_DEPTH).contains(depth));
        districts.into_iter().find_map(|(area, _)| area.centroid)
    }

    pub(super) fn nearest(&self, country: Country, point: Point) -> Option<&Area> {
        let here = point.unit();
        let straight = |there: &[f64; 3]| -> f64 {
            there.iter().zip(&here).map(|(a, b)| (a - b).powi(2)).sum()
        };
        let nearest = self
            .centred
            .get(&country)?
            .iter()
            .min_by(|(a, _), (b, _)| straight(a).total_cmp(&straight(b)));
        nearest.map(|(_, at)| &self.areas[*at])
    }
}
