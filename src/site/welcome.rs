//! The welcoming page, in the reader's language; whom to call now comes first.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY},
};

use crate::web::language;

/// One style sheet in the page itself, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const STYLE: &str = "body{font:1.1rem/1.6 system-ui,sans-serif;max-width:38rem;margin:0 auto;padding:1.5rem;\
color:#1d2b28;background:#fbfaf6}a{color:#0b5d57}.now{display:block;padding:1rem 1.2rem;border-radius:.6rem;\
background:#8c1d1d;color:#fff;font-weight:600;text-decoration:none}h1{margin:2rem 0 .3rem}li{margin:.4rem 0}\
@media(prefers-color-scheme:dark){body{color:#e6ece9;background:#14201e}a{color:#7fd6cc}}";

/// The page's words in one language.
struct Words {
    tag: &'static str,
    now: &'static str,
    lead: &'static str,
    hubs: &'static str,
    groups: &'static str,
    helplines: &'static str,
    topics: &'static str,
    docs: &'static str,
}

/// English first: it is what readers of other languages get.
const WORDS: [Words; 5] = [
    Words {
        tag: "en",
        now: "In danger, or thinking of ending your life? Whom to call now",
        lead: "A directory of mental-health help: who is near you, or online, and whether they are really there.",
        hubs: "Places to go to",
        groups: "Support groups",
        helplines: "Helplines",
        topics: "Topics",
        docs: "For developers: the API and how to use it",
    },
    Words {
        tag: "bn",
        now: "বিপদে আছেন, বা জীবন শেষ করার কথা ভাবছেন? এখনই কাকে ফোন করবেন",
        lead: "মানসিক স্বাস্থ্য সহায়তার তালিকা: আপনার কাছে বা অনলাইনে কে আছেন, আর সত্যিই আছেন কি না।",
        hubs: "যেখানে যাওয়া যায়",
        groups: "সহায়তা দল",
        helplines: "হেল্পলাইন",
        topics: "বিষয়",
        docs: "ডেভেলপারদের জন্য: API ও তার ব্যবহার",
    },
    Words {
        tag: "id",
        now: "Dalam bahaya, atau terpikir mengakhiri hidup? Hubungi siapa sekarang",
        lead: "Direktori bantuan kesehatan jiwa: siapa yang ada di dekat Anda atau daring, dan apakah mereka benar-benar ada.",
        hubs: "Tempat yang bisa didatangi",
        groups: "Kelompok dukungan",
        helplines: "Saluran bantuan",
        topics: "Topik",
        docs: "Untuk pengembang: API dan cara memakainya",
    },
    Words {
        tag: "zh-Hans",
        now: "有危险，或想结束生命？现在可以打给谁",
        lead: "心理健康求助名录：您身边或网上有谁能帮忙，以及他们是否真的在。",
        hubs: "可以去的地方",
        groups: "互助小组",
        helplines: "求助热线",
        topics: "主题",
        docs: "开发者：接口与用法",
    },
    Words {
        tag: "zh-Hant",
        now: "有危險，或想結束生命？現在可以打給誰",
        lead: "心理健康求助名錄：您身邊或網上有誰能幫忙，以及他們是否真的在。",
        hubs: "可以去的地方",
        groups: "互助小組",
        helplines: "求助熱線",
        topics: "主題",
        docs: "開發者：介面與用法",
    },
];

fn words(request: &HttpRequest) -> &'static Words {
    let of = |tag: &str| WORDS.iter().find(|words| words.tag == tag);
    let wanted = language::wanted(None, request.headers());
    let found = wanted
        .iter()
        .find_map(|language| language.fallbacks().find_map(of));
    found.unwrap_or(&WORDS[0])
}

#[get("/")]
pub(super) async fn page(request: HttpRequest) -> HttpResponse {
    let words = words(&request);
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((CONTENT_LANGUAGE, words.tag))
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .insert_header((VARY, "Accept-Language"))
        .body(html(words))
}

fn html(words: &Words) -> String {
    let Words {
        tag,
        now,
        lead,
        hubs,
        groups,
        helplines,
        topics,
        docs,
    } = words;
    format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"referrer\" content=\"no-referrer\">\
<title>Haven</title><style>{STYLE}</style></head>\n<body>\n\
<a class=\"now\" href=\"/v1/crisis?lang={tag}\">{now}</a>\n<h1>Haven</h1>\n<p>{lead}</p>\n<ul>\n\
<li><a href=\"/v1/hubs?lang={tag}\">{hubs}</a></li>\n\
<li><a href=\"/v1/support-groups?lang={tag}\">{groups}</a></li>\n\
<li><a href=\"/v1/helplines?lang={tag}\">{helplines}</a></li>\n\
<li><a href=\"/v1/topics?lang={tag}\">{topics}</a></li>\n</ul>\n\
<p><a href=\"/docs/\">{docs}</a></p>\n</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn speaks_the_readers_language_and_asks_nothing_of_others() {
        for (accept, tag) in [
            ("bn-BD,en;q=0.5", "bn"),
            ("zh-TW", "zh-Hant"),
            ("id", "id"),
            ("sw", "en"),
            ("zh", "zh-Hans"),
        ] {
            let request = TestRequest::default()
                .insert_header(("Accept-Language", accept))
                .to_http_request();
            assert_eq!(words(&request).tag, tag, "{accept}");
        }
        for words in &WORDS {
            let text = html(words);
            assert!(
                !text.contains("http:") && !text.contains("https:") && !text.contains("<script"),
                "{text}"
            );
            let crisis = text.find("/v1/crisis").unwrap();
            assert!(crisis < text.find("<h1>").unwrap());
        }
    }
}
