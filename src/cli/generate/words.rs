//! The words of made-up listings in four languages, Chinese in both scripts.

use std::collections::BTreeMap;

use crate::exchange::listing::LocalisedText;

/// A language in which listings are made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tongue {
    English,
    Bengali,
    Simplified,
    Traditional,
    Indonesian,
}

impl Tongue {
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Bengali => "bn",
            Self::Simplified => "zh-Hans",
            Self::Traditional => "zh-Hant",
            Self::Indonesian => "id",
        }
    }
}

/// A word in each language.
pub(super) struct Word {
    pub(super) en: &'static str,
    bn: &'static str,
    zh_hans: &'static str,
    zh_hant: &'static str,
    id: &'static str,
}

impl Word {
    pub(super) fn of(&self, tongue: Tongue) -> &'static str {
        match tongue {
            Tongue::English => self.en,
            Tongue::Bengali => self.bn,
            Tongue::Simplified => self.zh_hans,
            Tongue::Traditional => self.zh_hant,
            Tongue::Indonesian => self.id,
        }
    }
}

macro_rules! words {
    ($($name:ident: $([$en:literal, $bn:literal, $zh_hans:literal, $zh_hant:literal, $id:literal]),+ $(,)?;)+) => {
        $(pub(super) const $name: &[Word] = &[$(Word { en: $en, bn: $bn, zh_hans: $zh_hans, zh_hant: $zh_hant, id: $id }),+];)+
    };
}

words! {
    NAMES:
        ["Hope", "আশা", "希望", "希望", "Harapan"],
        ["Light", "আলো", "阳光", "陽光", "Cahaya"],
        ["Calm", "প্রশান্তি", "安宁", "安寧", "Tenang"],
        ["Together", "একসাথে", "同行", "同行", "Bersama"],
        ["Bridge", "সেতু", "心桥", "心橋", "Jembatan"],
        ["Harbour", "বন্দর", "港湾", "港灣", "Pelabuhan"],
        ["Garden", "বাগান", "花园", "花園", "Taman"],
        ["Heart", "হৃদয়", "心灵", "心靈", "Hati"],
        ["Morning", "সকাল", "晨曦", "晨曦", "Pagi"],
        ["River", "নদী", "江河", "江河", "Sungai"],
        ["Friend", "বন্ধু", "知心", "知心", "Sahabat"],
        ["Shelter", "আশ্রয়", "庇护", "庇護", "Naungan"],
        ["Voice", "কণ্ঠ", "心声", "心聲", "Suara"],
        ["Path", "পথ", "前路", "前路", "Jalan"],
        ["Breath", "নিঃশ্বাস", "呼吸", "呼吸", "Napas"],
        ["Listening", "শোনা", "倾听", "傾聽", "Mendengar"];
    ORGANISATION:
        ["Foundation", "ফাউন্ডেশন", "基金会", "基金會", "Yayasan"],
        ["Association", "সমিতি", "协会", "協會", "Perkumpulan"];
    HUB:
        ["Centre", "কেন্দ্র", "中心", "中心", "Pusat"],
        ["Clinic", "ক্লিনিক", "诊所", "診所", "Klinik"],
        ["House", "ঘর", "之家", "之家", "Rumah"];
    GROUP:
        ["Group", "দল", "小组", "小組", "Kelompok"],
        ["Circle", "বৃত্ত", "互助会", "互助會", "Lingkaran"];
    HELPLINE:
        ["Line", "লাইন", "热线", "熱線", "Saluran"];
}

const NO_SUCH_SERVICE: Word = Word {
    en: "Made up for tests: there is no such service.",
    bn: "পরীক্ষার জন্য বানানো: এমন কোনো সেবা নেই।",
    zh_hans: "为测试而虚构：并没有这项服务。",
    zh_hant: "為測試而虛構：並沒有這項服務。",
    id: "Dibuat untuk pengujian: layanan ini tidak ada.",
};

/// A text in the languages given, the first of which is its source.
pub(super) fn text(tongues: &[Tongue], of: impl Fn(Tongue) -> String) -> LocalisedText {
    let texts: BTreeMap<String, String> = tongues
        .iter()
        .map(|tongue| (tongue.tag().to_owned(), of(*tongue)))
        .collect();
    let source = tongues.first().map_or("en", |tongue| tongue.tag());
    LocalisedText {
        source: source.to_owned(),
        text: texts,
    }
}

/// A name such as `Hope Centre, Dhaka`.
pub(super) fn name(tongue: Tongue, word: &Word, noun: &Word, area: &str) -> String {
    let (word, noun) = (word.of(tongue), noun.of(tongue));
    match tongue {
        Tongue::English | Tongue::Bengali => format!("{word} {noun}, {area}"),
        Tongue::Simplified | Tongue::Traditional => format!("{area}{word}{noun}"),
        Tongue::Indonesian => format!("{noun} {word} {area}"),
    }
}

/// What it does and where, in a sentence.
pub(super) fn summary(tongue: Tongue, topic: &str, area: &str) -> String {
    match tongue {
        Tongue::English => format!("Help with {topic} in {area}."),
        Tongue::Bengali => format!("{area} এলাকায় {topic} নিয়ে সহায়তা।"),
        Tongue::Simplified => format!("{area}的{topic}支持服务。"),
        Tongue::Traditional => format!("{area}的{topic}支援服務。"),
        Tongue::Indonesian => format!("Dukungan untuk {topic} di {area}."),
    }
}

/// What it is not.
pub(super) fn description(tongue: Tongue) -> String {
    NO_SUCH_SERVICE.of(tongue).to_owned()
}

/// A street with a number.
pub(super) fn street(tongue: Tongue, word: &Word, number: usize) -> String {
    let word = word.of(tongue);
    match tongue {
        Tongue::English => format!("{number} {word} Road"),
        Tongue::Bengali => format!("বাড়ি {number}, {word} সড়ক"),
        Tongue::Simplified => format!("{word}路{number}号"),
        Tongue::Traditional => format!("{word}路{number}號"),
        Tongue::Indonesian => format!("Jalan {word} No. {number}"),
    }
}
