//! What a row of cells changes of a listing.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::{
    SheetFault, cells,
    columns::{Column, Form},
    gaps::Gaps,
};
use crate::domain::fault::FaultCode;

/// A listing that a row describes.
#[derive(Debug)]
pub struct Applied {
    pub body: Value,
    /// What cells say that cannot be read.
    pub faults: Vec<SheetFault>,
    /// Where the listing's lists are shorter than the row's.
    pub gaps: Gaps,
}

/// The listing that a row describes, standing on what is there already.
///
/// A cell that says what is there leaves it as it is, however it is written; an empty one takes it away, but for what keeps
/// something secret.
#[must_use]
pub fn apply(columns: &[Column], cells: &[String], base: Option<&Value>) -> Applied {
    let mut body = base.cloned().unwrap_or_else(|| json!({}));
    let mut faults = Vec::new();
    let source = source_language(columns, cells);
    let mut said: HashMap<String, &str> = HashMap::new();
    if let Some(fault) = other_source(columns, base, source) {
        faults.push(fault);
    }
    for (column, cell) in columns.iter().zip(cells) {
        if column.at.is_empty() {
            continue;
        }
        let at = match column.form {
            Form::Localised => match place_of(column, base, source) {
                Some(at) => at,
                None if cell.is_empty() => continue,
                None => {
                    let expected = "its language: as `source_language`, or as `name:en`";
                    let code = FaultCode::Required;
                    faults.push(SheetFault::new(
                        &column.heading,
                        &*column.at,
                        code,
                        expected,
                    ));
                    continue;
                }
            },
            _ => column.at.clone(),
        };
        let there = base.and_then(|base| base.pointer(&at));
        let written = there.and_then(|value| cells::write(column.form, value));
        let written = written.map(|written| cells::normal(&written));
        let is_written = |cell: &str| is_same(written.as_deref().unwrap_or_default(), cell);
        // Of two columns of one text, the one that says something new counts.
        match said.get(&at) {
            Some(former) if former == cell || is_written(cell) => continue,
            Some(former) if !is_written(former) => {
                let expected = "the same as in the other column of this text";
                let code = FaultCode::Repeated;
                faults.push(SheetFault::new(
                    &column.heading,
                    &*column.at,
                    code,
                    expected,
                ));
                continue;
            }
            _ => said.insert(at.clone(), cell),
        };
        if written.is_some() && is_written(cell) {
            continue;
        }
        if cell.is_empty() && is_secret(&at, there) {
            continue;
        }
        if cell.is_empty() {
            // What has no form as a cell cannot be taken away by an empty one.
            let shown = there.is_none_or(|value| cells::write(column.form, value).is_some());
            if shown {
                remove(&mut body, &at);
            }
            continue;
        }
        match cells::read(column.form, cell) {
            Ok(value) => set(&mut body, &at, value),
            Err(expected) => {
                let code = FaultCode::Malformed;
                faults.push(SheetFault::new(
                    &column.heading,
                    &*column.at,
                    code,
                    expected,
                ));
            }
        }
    }
    for column in columns
        .iter()
        .filter(|column| column.form == Form::Localised)
    {
        let is_new = base.is_none_or(|base| base.pointer(&column.at).is_none());
        if let (true, Some(source)) = (is_new, source) {
            written_in(&mut body, &column.at, source);
        }
    }
    // Of a place that was taken away nothing is left to be kept secret.
    if body.pointer("/places/0") == Some(&json!({"confidential": true})) {
        clear(&mut body, "/places/0");
    }
    faults.extend(without_nought(columns, base, &body));
    let gaps = tidy(&mut body);
    Applied { body, faults, gaps }
}

/// Whether the value keeps something from the public: that ends by a word, and never by saying nothing.
fn is_secret(at: &str, value: Option<&Value>) -> bool {
    match at.rsplit('/').next() {
        Some("confidential") => value == Some(&Value::Bool(true)),
        Some("public") => value == Some(&Value::Bool(false)),
        _ => false,
    }
}

/// Whether the cell says what was written there; a spreadsheet takes the noughts before a number away.
fn is_same(written: &str, cell: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    written == cell
        || is_number(written) && is_number(cell) && written.trim_start_matches('0') == cell
}

/// A Chinese postal code that a spreadsheet took for an amount: six digits, of which the first was a nought.
fn without_nought(columns: &[Column], base: Option<&Value>, body: &Value) -> Option<SheetFault> {
    const AT: &str = "/places/0/postal_code";
    let column = columns.iter().find(|column| column.at == AT)?;
    let area = body.pointer("/places/0/area")?.as_str()?;
    let is_chinese = area.split('-').next() == Some("cn");
    let code = body.pointer(AT)?;
    let is_there = base.and_then(|base| base.pointer(AT)) == Some(code);
    let code = code.as_str()?;
    let is_short = code.len() == 5 && code.bytes().all(|byte| byte.is_ascii_digit());
    let expected = "six digits: the spreadsheet took the nought before them; make the column text";
    let code = FaultCode::Malformed;
    (is_chinese && is_short && !is_there)
        .then(|| SheetFault::new(&column.heading, AT, code, expected))
}

/// A row that gives another language than that in which its listing is named: its texts would be taken for that one.
fn other_source(
    columns: &[Column],
    base: Option<&Value>,
    source: Option<&str>,
) -> Option<SheetFault> {
    let own = base?.pointer("/name/source")?.as_str()?;
    source.filter(|source| !source.eq_ignore_ascii_case(own))?;
    let column = columns
        .iter()
        .find(|column| column.form == Form::SourceLanguage)?;
    let expected =
        format!("{own}, as it is; another language has a column of its own, as `name:en`");
    let code = FaultCode::Contradiction;
    Some(SheetFault::new(
        &column.heading,
        "/name/source",
        code,
        expected,
    ))
}

/// A new text was written in the language of the row, where it has that, in whatever order the columns stand.
fn written_in(body: &mut Value, at: &str, source: &str) {
    let Some(Value::Object(text)) = body.pointer_mut(at) else {
        return;
    };
    let keys = text.get("text").and_then(Value::as_object);
    let key = keys.and_then(|keys| keys.keys().find(|key| key.eq_ignore_ascii_case(source)));
    if let Some(key) = key.cloned() {
        text.insert("source".to_owned(), json!(key));
    }
}

fn source_language<'c>(columns: &[Column], cells: &'c [String]) -> Option<&'c str> {
    let of_row = |column: &Column| column.form == Form::SourceLanguage;
    let cell = cells.get(columns.iter().position(of_row)?)?;
    (!cell.is_empty()).then_some(cell.as_str())
}

/// Where a text goes: into the language of the heading, else that in which it was written, else that of the row.
fn place_of(column: &Column, base: Option<&Value>, source: Option<&str>) -> Option<String> {
    let there = base.and_then(|base| base.pointer(&column.at));
    let own = there.and_then(|text| text["source"].as_str());
    let language = column.language.as_deref().or(own).or(source)?;
    // However the tag is written there.
    let keys = there.and_then(|text| text["text"].as_object());
    let same = |key: &&String| key.eq_ignore_ascii_case(language);
    let key = keys.and_then(|keys| keys.keys().find(same));
    let key = key.map_or(language, String::as_str);
    Some(format!("{}/text/{key}", column.at))
}

/// Puts a value in its place, and makes what leads there.
fn set(body: &mut Value, at: &str, value: Value) {
    let mut here = body;
    let mut steps = at.split('/').skip(1).peekable();
    while let Some(step) = steps.next() {
        here = match step.parse::<usize>() {
            Ok(index) => {
                if !here.is_array() {
                    *here = json!([]);
                }
                let Value::Array(list) = here else { return };
                while list.len() <= index {
                    list.push(Value::Null);
                }
                &mut list[index]
            }
            Err(_) => {
                if !here.is_object() {
                    *here = Value::Object(Map::new());
                }
                let Value::Object(object) = here else { return };
                // The first language of a text is the one in which it was written.
                if step == "text" && !object.contains_key("source") {
                    let language = steps.peek().copied().unwrap_or_default();
                    object.insert("source".to_owned(), json!(language));
                }
                object.entry(step.to_owned()).or_insert(Value::Null)
            }
        };
    }
    *here = value;
}

/// Takes a value away, with what is empty without it.
fn remove(body: &mut Value, at: &str) {
    let Some((parent, last)) = at.rsplit_once('/') else {
        return;
    };
    let Some(Value::Object(object)) = body.pointer_mut(parent) else {
        return;
    };
    object.remove(last);
    let is_text = last == "text" || parent.ends_with("/text");
    // A contact that leads nowhere is none, nor is a link.
    let needed = (last == "value" && parent.starts_with("/contacts/"))
        || (last == "url" && parent.starts_with("/links/"));
    if object.is_empty() || needed {
        clear(body, parent);
        if is_text && let Some((text, _)) = parent.rsplit_once('/') {
            clear(body, text);
        }
    }
}

/// Takes away an object; in a list its place stays until all cells are read.
fn clear(body: &mut Value, at: &str) {
    let Some((parent, last)) = at.rsplit_once('/') else {
        return;
    };
    match body.pointer_mut(parent) {
        Some(Value::Object(object)) => {
            object.remove(last);
            if object.is_empty() {
                clear(body, parent);
            }
        }
        Some(Value::Array(list)) => {
            if let Some(item) = last
                .parse::<usize>()
                .ok()
                .and_then(|index| list.get_mut(index))
            {
                *item = Value::Null;
            }
        }
        _ => {}
    }
}

/// Closes the gaps in lists, and says where they were; of a helpline there need be nothing to say.
fn tidy(body: &mut Value) -> Gaps {
    let mut gaps = Gaps::default();
    for at in [
        "/contacts",
        "/links",
        "/places/0/schedule/sessions",
        "/places",
    ] {
        if let Some(Value::Array(list)) = body.pointer_mut(at) {
            let before = list.len();
            let left = list.iter().enumerate().filter(|(_, item)| !item.is_null());
            gaps.note(at, left.map(|(index, _)| index).collect());
            list.retain(|item| !item.is_null());
            if list.is_empty() && before > 0 {
                clear(body, at);
            }
        }
    }
    let is_helpline = body["kind"] == "helpline";
    if let Some(object) = body.as_object_mut().filter(|_| is_helpline) {
        object.entry("helpline_details").or_insert(json!({}));
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sheet::{Given, csv};

    fn applied(text: &str, base: Option<&Value>) -> (Value, Vec<String>) {
        let sheet = csv::read(text);
        assert_eq!(sheet.faults, []);
        let Given::Cells(cells) = &sheet.rows[0].given else {
            panic!("no cells")
        };
        let Applied { body, faults, .. } = apply(&sheet.columns, cells, base);
        let at = faults.into_iter().filter_map(|fault| fault.column);
        (body, at.collect())
    }

    #[test]
    fn a_new_listing_is_what_its_cells_say() {
        let text = "kind,source_language,name,name:en,contact_1,contact_1_channel,contact_3,age_min,crisis\n\
            helpline,bn,শোনার ঘর,Room,999,voice,,13,\n";
        let (body, faults) = applied(text, None);
        assert_eq!(faults, [""; 0]);
        assert_eq!(
            body,
            json!({"kind": "helpline", "name": {"source": "bn", "text": {"bn": "শোনার ঘর", "en": "Room"}},
                "contacts": [{"value": "999", "channel": "voice"}], "age": {"min": 13}, "helpline_details": {}})
        );
        let (body, _) = applied("name:en,name,source_language\nRoom,ঘর,bn\n", None);
        assert_eq!(body["name"]["source"], "bn", "in whatever order");
        let twice = "source_language,name,name:en\nen,Room,House\n";
        assert_eq!(applied(twice, None).1, ["name:en"]);
        let once = "source_language,name,name:en\nen,Room,\n";
        assert_eq!(applied(once, None).0["name"]["text"]["en"], "Room");
        assert_eq!(applied("name\nRoom\n", None).1, ["name"]);
        assert_eq!(applied("age_min,name:en\nmany,Room\n", None).1, ["age_min"]);
    }

    #[test]
    fn an_empty_cell_takes_no_secrecy_away() {
        let base = json!({"kind": "hub", "places": [{"area": "bd-dhaka", "confidential": true}],
            "contacts": [{"channel": "email", "value": "team@example.org", "public": false}]});
        let after = |cells: &str| {
            let headings = "kind,area,confidential,contact_1,contact_1_channel,contact_1_public";
            let text = format!("{headings}\n{cells}\n");
            applied(&text, Some(&base)).0
        };
        let kept = after("hub,bd-dhaka,,team@example.org,email,");
        assert_eq!(kept, base);
        let said = after("hub,bd-dhaka,no,team@example.org,email,yes");
        assert_eq!(said["places"][0]["confidential"], false);
        assert_eq!(said["contacts"][0]["public"], true);
        assert_eq!(
            after("hub,,,,,"),
            json!({"kind": "hub"}),
            "with what was secret"
        );
    }

    #[test]
    fn of_two_columns_of_a_text_the_one_that_says_something_new_counts() {
        let base = json!({"name": {"source": "en", "text": {"en": "Room"}}});
        let name = |cells: &str| {
            let text = format!("name,name:en\n{cells}\n");
            let (body, faults) = applied(&text, Some(&base));
            (body["name"]["text"]["en"].clone(), faults.len())
        };
        assert_eq!(name("Room,Room"), (json!("Room"), 0));
        assert_eq!(name("House,Room"), (json!("House"), 0));
        assert_eq!(name("Room,House"), (json!("House"), 0));
        assert_eq!(name("House,House"), (json!("House"), 0));
        assert_eq!(name("Room,"), (json!(null), 0), "taken away");
        assert_eq!(name("House,Hall").1, 1);
        assert_eq!(name("House,").1, 1);
    }

    #[test]
    fn letters_and_signs_that_nobody_sees_make_no_other_word() {
        let text = "kind,slug,spoken,audience,contact_1,contact_1_channel,contact_1_country,name:en\n\
            Hub\u{200b},Moner-Alo,zh-Hans,Women,\u{202a}01711-000001\u{202c},Voice,bd,A\u{200d}B\n";
        let (body, faults) = applied(text, None);
        assert_eq!(faults, [""; 0]);
        assert_eq!(
            body,
            json!({"kind": "hub", "slug": "moner-alo", "spoken": ["zh-Hans"], "audience": ["women"],
                "contacts": [{"channel": "voice", "value": "01711-000001", "country": "BD"}],
                "name": {"source": "en", "text": {"en": "A\u{200d}B"}}})
        );
        let sheet = csv::read("kind,slug\nHUB ,Moner-Alo\n");
        let names = sheet.rows[0].names(&sheet.columns);
        assert_eq!(names, (Some("hub"), Some("moner-alo")));
    }

    #[test]
    fn what_is_there_stays_where_nothing_else_is_said() {
        let base = json!({"name": {"source": "en", "text": {"en": " Room", "bn": "ঘর"}}, "summary": {"source": "en", "text": {"en": "S"}},
            "contacts": [{"channel": "voice", "value": "01711-000001", "hours": {"always_open": true}}, {"channel": "email", "value": "a@b.org"}],
            "places": [{"area": "bd", "point": {"lat": 1.5, "lon": 2.5}}], "age": {"min": 3}});
        let same =
            "name,contact_1,contact_2_channel,lat,age_min\nRoom,'01711-000001,email,1.50,3\n";
        let (body, faults) = applied(same, Some(&base));
        assert_eq!(faults, [""; 0]);
        assert_eq!(body["contacts"][0]["hours"]["always_open"], true);
        assert_eq!(
            (&body["name"], &body["places"]),
            (&base["name"], &base["places"])
        );
        let stripped = "postal_code,lat\n5000,1.5\n";
        let mut coded = base.clone();
        coded["places"][0]["postal_code"] = json!("05000");
        let (body, _) = applied(stripped, Some(&coded));
        assert_eq!(body["places"][0]["postal_code"], "05000");
        let lost = |area: &str, code: &str| {
            let text = format!("area,postal_code\n{area},{code}\n");
            applied(&text, None).1
        };
        assert_eq!(lost("cn-13", "50000"), ["postal_code"]);
        assert_eq!(
            [lost("cn-13", "050000"), lost("id-31", "50000")],
            [[""; 0]; 2]
        );
        let gap = "contact_1,contact_1_channel,contact_2,contact_2_channel,contact_3,contact_3_channel\n,,999,voice,119,voice\n";
        let sheet = csv::read(gap);
        let Given::Cells(cells) = &sheet.rows[0].given else {
            panic!("no cells")
        };
        let row = apply(&sheet.columns, cells, None);
        assert_eq!(row.body["contacts"][1]["value"], "119");
        assert_eq!(row.gaps.as_typed("/contacts/1/value"), "/contacts/2/value");
        let other = "source_language,name\nbn,ঘর\n";
        assert_eq!(applied(other, Some(&base)).1, ["source_language"]);
        let less =
            "name:bn,summary,contact_1,contact_1_channel,lat,lon,age_min,age_max\n,,,voice,,,,\n";
        let (body, _) = applied(less, Some(&base));
        assert_eq!(
            body,
            json!({"name": {"source": "en", "text": {"en": " Room"}},
                "contacts": [{"channel": "email", "value": "a@b.org"}], "places": [{"area": "bd"}]})
        );
    }
}
