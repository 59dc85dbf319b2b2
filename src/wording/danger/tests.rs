//! Every row of the table, inside sentences and misspelt; and what was written down after the table, to see whether it
//! holds beyond itself.

use proptest::prelude::*;

use super::{Danger, sound};

const TABLE: &str = include_str!("../../../seed-data/danger.tsv");

/// Paraphrases and look-alikes that must hold: two earlier sets, of which 97 of 120 dangers and 47 of 48 look-alikes held
/// when they were first read.
const PARAPHRASES: &str = include_str!("paraphrases.tsv");

/// Paraphrases and look-alikes that were written after table and rules; when first read, 44 of 48 dangers and all 18
/// look-alikes held.
const HELD_OUT: &str = include_str!("held_out.tsv");

fn danger() -> Danger {
    Danger::parse(TABLE).unwrap()
}

/// Phrase, language and kind of every row of a table.
fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    table.lines().skip(1).map(|line| {
        let mut cells = line.split('\t');
        let phrase = cells.next().unwrap();
        let language = cells.next().unwrap();
        (phrase, language, cells.nth(1).unwrap())
    })
}

#[test]
fn every_phrase_is_heard_and_every_lookalike_is_not() {
    let danger = danger();
    let wrong: Vec<_> = rows(TABLE)
        .filter(|(_, _, kind)| *kind != "filler")
        .filter(|(phrase, _, kind)| {
            danger.said(&phrase.replace("0 kms", "10 kms")).is_empty() != (*kind == "lookalike")
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn twenty_phrases_a_language_formal_and_as_people_say_it() {
    for language in ["bn", "bn-Latn", "zh-Hans", "zh-Hant", "id", "en"] {
        let of = |wanted: &'static str| {
            rows(TABLE)
                .filter(|(_, tag, kind)| {
                    *tag == language && (*kind == "lookalike") == (wanted == "lookalike")
                })
                .count()
        };
        assert!(of("danger") >= 20 && of("lookalike") >= 5, "{language}");
    }
}

#[test]
fn every_phrase_is_heard_inside_a_sentence() {
    let danger = danger();
    for (phrase, language, kind) in rows(TABLE) {
        if matches!(kind, "lookalike" | "filler") {
            continue;
        }
        let sentence = match language {
            "bn" => format!("আমার ভাই বলছে, {phrase} কী করব"),
            "zh-Hans" | "zh-Hant" => format!("我最近{phrase}怎么办"),
            "id" => format!("tolong saya {phrase} sekarang"),
            _ => format!("please help, {phrase} today"),
        };
        assert!(!danger.said(&sentence).is_empty(), "{sentence}");
    }
}

#[test]
fn slips_and_spellings_do_not_hide_it() {
    let danger = danger();
    for text in [
        "I want to kil myslef",
        "suicde",
        "i realy wnat to die",
        "KILL   MYSELF!!",
        "killmyself",
        "un alive myself",
        "I just really want to die",
        "আত্মহত্তা করতে চাই",
        "বাচতে চাই না",
        "মরে যেতে খুব ইচ্ছে করছে",
        "bunuh dri aja lah",
        "bunuhdiri",
        "pengin banget mati",
        "ami ar bachte cai na",
        "more jete ichche korche",
        "atyohotya korbo",
        "不 想 活 了",
        "不想再活了",
        "真的好想死",
        "自 殺",
        "wo zhende bu xiang huo le",
    ] {
        assert!(!danger.said(text).is_empty(), "{text}");
    }
}

#[test]
fn everyday_words_are_not_taken_for_it() {
    let danger = danger();
    for text in [
        "depression support group",
        "want to dine out",
        "dingin hati",
        "kelompok dukungan duka",
        "心理咨询 深圳",
        "বিষণ্নতা চিকিৎসা ঢাকা",
        "manoshik hospital dhaka",
        "clinics within 10 kms",
        "puskesmas tebet",
        "self help group",
        "grief after suicide prevention course",
        "my phone died and I need a counsellor",
    ] {
        assert_eq!(danger.said(text), [], "{text}");
    }
}

#[test]
fn a_lookalike_takes_away_only_what_lies_inside_it() {
    let danger = danger();
    assert_eq!(danger.said("suicide prevention training"), []);
    let both = "suicide prevention training, because I want to kill myself";
    let said = danger.said(both);
    assert!(
        said.iter()
            .any(|(start, end)| &both[*start..*end] == "kill myself")
    );
    assert!(said.iter().all(|(start, _)| *start > 20));
}

#[test]
fn paraphrases_are_heard() {
    let danger = danger();
    let wrong: Vec<_> = rows(PARAPHRASES)
        .filter(|(text, _, kind)| danger.said(text).is_empty() != (*kind == "lookalike"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn it_holds_beyond_the_table() {
    let danger = danger();
    let (mut heard, mut dangers, mut alarms, mut harmless) = (0, 0, Vec::new(), 0);
    let mut missed = Vec::new();
    for (text, language, kind) in rows(HELD_OUT) {
        let said = !danger.said(text).is_empty();
        if kind == "lookalike" {
            harmless += 1;
            alarms.extend(said.then_some((text, language)));
        } else {
            dangers += 1;
            heard += usize::from(said);
            missed.extend((!said).then_some((text, language)));
        }
    }
    println!(
        "heard {heard} of {dangers}; false alarms {} of {harmless}",
        alarms.len()
    );
    println!("missed: {missed:#?}\nalarms: {alarms:#?}");
    assert!(heard * 10 >= dangers * 8, "missed: {missed:#?}");
    assert!(alarms.len() * 10 <= harmless * 2, "alarms: {alarms:#?}");
}

#[test]
fn one_sound_has_many_spellings() {
    for (one, other) in [
        ("icche", "ichche"),
        ("chai", "chay"),
        ("khabo", "kabo"),
        ("bachte", "bacte"),
        ("oshudh", "osud"),
    ] {
        assert_eq!(sound(one), sound(other), "{one} {other}");
    }
}

proptest! {
    #[test]
    fn any_text_can_be_heard(text in any::<String>()) {
        for (start, end) in danger().said(&text) {
            prop_assert!(text.get(start..end).is_some());
        }
    }
}
