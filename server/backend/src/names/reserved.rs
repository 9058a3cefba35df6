//! Names that nobody may have: they seem to speak for the instance, or name an address that RFC 2142 and
//! common practice give a meaning.

use std::sync::LazyLock;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_security::skeleton;

/// Sorted. Written without separators and digits at the end, see [`is_reserved`].
const RESERVED: &[&str] = &[
    "abuse",
    "account",
    "accounts",
    "admin",
    "administration",
    "administrator",
    "administrators",
    "admins",
    "all",
    "anonymous",
    "api",
    "autoconfig",
    "autodiscover",
    "automod",
    "billing",
    "bot",
    "channel",
    "chat",
    "code",
    "contact",
    "daemon",
    "deleted",
    "developer",
    "domainadmin",
    "everyone",
    "feedback",
    "ftp",
    "guest",
    "help",
    "helpdesk",
    "here",
    "hostmaster",
    "hostmasters",
    "imap",
    "info",
    "legal",
    "localhost",
    "login",
    "mail",
    "mailerdaemon",
    "marketing",
    "me",
    "mod",
    "moderation",
    "moderator",
    "moderators",
    "news",
    "nobody",
    "noreply",
    "notifications",
    "null",
    "official",
    "operator",
    "owner",
    "postgres",
    "postmaster",
    "postmasters",
    "press",
    "privacy",
    "rapport",
    "rapportapp",
    "rapporthq",
    "rapportinfo",
    "rapportlogin",
    "rapportnews",
    "rapportsupport",
    "rapportteam",
    "register",
    "root",
    "sales",
    "security",
    "service",
    "settings",
    "ssladmin",
    "ssladministrator",
    "sslwebmaster",
    "staff",
    "status",
    "sudo",
    "superadmin",
    "superadministrator",
    "superuser",
    "support",
    "supportdesk",
    "sysadmin",
    "sysop",
    "system",
    "team",
    "usenet",
    "uucp",
    "verification",
    "verify",
    "webmaster",
    "webmasters",
    "wheel",
    "wpad",
];

/// Words that speak for the instance wherever they stand in a name: `the.admin`, `it_support`. Sorted.
const SPEAKING: &[&str] = &[
    "admin",
    "administrator",
    "helpdesk",
    "hostmaster",
    "moderator",
    "official",
    "postmaster",
    "rapport",
    "root",
    "security",
    "staff",
    "superadmin",
    "support",
    "sysadmin",
    "sysop",
    "system",
    "webmaster",
];

/// Words that may stand beside one of these in a name that is nobody's own. Sorted.
const BESIDE: &[&str] = &[
    "account",
    "and",
    "app",
    "bot",
    "chat",
    "code",
    "customer",
    "desk",
    "global",
    "help",
    "hq",
    "inc",
    "info",
    "login",
    "my",
    "news",
    "notification",
    "of",
    "our",
    "real",
    "safety",
    "service",
    "team",
    "the",
    "tm",
    "trust",
    "verification",
];

/// Whether a username is reserved, also with dots, underscores or a number added (`post.master`, `admin_1`), with a
/// word that speaks for the instance, made of such words (`theadmin`), or in letters that look like them (`adm1n`).
pub(super) fn is_reserved(username: &str) -> bool {
    let bare = username.trim_end_matches(|c: char| c.is_ascii_digit());
    [bare, username].iter().any(|name| {
        let joined: String = name.chars().filter(|c| !matches!(c, '.' | '_')).collect();
        let joined = joined.trim_end_matches(|c: char| c.is_ascii_digit());
        RESERVED_LOOKS.contains(&looks(joined))
            || speaks_throughout(&looks(joined))
            || name.split(['.', '_']).any(|word| SPEAKING_LOOKS.contains(&looks(word)))
    })
}

/// Whether a display name only speaks for the instance, whatever letters it is made to look so with: `Admin`,
/// `Rapport Support`, `R a p p o r t`.
pub(super) fn speaks_for_the_instance(name: &str) -> bool {
    // Numbers of other scripts (`Admin²`, `Admin Ⅱ`) say nothing here, and signs may stand for letters. Of the rest
    // letters and digits are kept: `Rapport™` is `Rapport`.
    let shown = name.chars().filter(|c| c.is_ascii_digit() || !c.is_numeric());
    let shown: String = shown.nfkd().map(letter).filter(|c| c.is_alphanumeric() || *c == '|').collect();
    let letters: String = shown.chars().filter(|c| !c.is_ascii_digit()).collect();
    let bare = shown.trim_end_matches(|c: char| c.is_ascii_digit()).trim_matches('|');
    // A capital may look like another letter than its small form.
    [bare, &shown, &letters].iter().any(|text| {
        let small = text.to_lowercase();
        [*text, &*small].iter().any(|text| speaks_throughout(&looks(text)))
    })
}

/// How a text looks, in the letters of the lists: by what UTS 39 says of letters that look alike (its skeleton), and
/// by what people do to get around a list.
fn looks(text: &str) -> String {
    let plain: String = text.nfkd().filter(|c| !is_combining_mark(*c)).map(letter).collect();
    let digit = |c: char| match c {
        '0' => 'o',
        '1' | 'i' | '|' => 'l',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '7' => 't',
        c => c,
    };
    let alike: String = skeleton(&plain).collect::<String>().to_lowercase();
    alike.chars().map(digit).collect::<String>().replace("vv", "w").replace("rn", "m")
}

/// The letters of small capitals, in the order of the alphabet.
const SMALL_CAPITALS: &str = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡxʏᴢ";

/// Other letters and signs that are read as plain ones: each group begins with that.
const READ_AS: [&str; 13] =
    ["a@ΛλᴧᗩД", "dđĐðᗪ", "e€ɛ", "hħ", "iıᎥ", "lłŁ", "mᗰ", "nηᑎИи", "oøØ", "rɽⱤɌɍЯя", "s$ƧƨꞄ", "tŧꞇ", "uυ"];

/// The plain letter of a small capital, or of a letter in a dark circle, in a dark square or in a flag, and of what
/// is read as one: Unicode does not say that they look alike.
fn letter(c: char) -> char {
    let of_alphabet = |index: usize| ('a'..='z').nth(index).unwrap_or(c);
    let first = match c {
        '🅐'..='🅩' => '🅐',
        '🅰'..='🆉' => '🅰',
        '🇦'..='🇿' => '🇦',
        c => {
            let read = READ_AS.iter().find(|group| group.chars().any(|one| one == c));
            return match SMALL_CAPITALS.chars().position(|small| small == c) {
                Some(index) => of_alphabet(index),
                None => read.and_then(|group| group.chars().next()).unwrap_or(c),
            };
        }
    };
    of_alphabet((c as u32 - first as u32) as usize)
}

/// How the words of a list look, made once.
type Looks = LazyLock<Vec<String>>;

static RESERVED_LOOKS: Looks = LazyLock::new(|| RESERVED.iter().map(|word| looks(word)).collect());
static SPEAKING_LOOKS: Looks = LazyLock::new(|| SPEAKING.iter().map(|word| looks(word)).collect());
static BESIDE_LOOKS: Looks = LazyLock::new(|| BESIDE.iter().map(|word| looks(word)).collect());

/// Whether a text is made of words that speak for the instance, and of words beside them, alone.
fn speaks_throughout(look: &str) -> bool {
    // For each place whether words lead there, and whether one of them speaks.
    let mut reached = vec![[false; 2]; look.len() + 1];
    reached[0][0] = true;
    let speaking = SPEAKING_LOOKS.iter().map(|word| (word, true));
    let words: Vec<_> = speaking.chain(BESIDE_LOOKS.iter().map(|word| (word, false))).collect();
    for place in 0..look.len() {
        let [silent, spoken] = reached[place];
        let fitting =
            words.iter().filter(|(word, _)| look.get(place..).is_some_and(|rest| rest.starts_with(*word)));
        for (word, speaks) in fitting {
            // Also of many: `Admins`.
            let ends = [place + word.len(), place + word.len() + 1];
            let many = look.get(place + word.len()..).is_some_and(|rest| rest.starts_with('s'));
            for end in ends.into_iter().take(1 + usize::from(many)) {
                reached[end][0] |= silent && !speaks;
                reached[end][1] |= spoken || silent && *speaks;
            }
        }
    }
    reached[look.len()][1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted() {
        assert!(RESERVED.is_sorted() && SPEAKING.is_sorted() && BESIDE.is_sorted());
    }

    #[test]
    fn usernames_that_seem_to_speak_for_the_instance_are_reserved() {
        for taken in [
            "admin",
            "admin_1",
            "adm1n",
            "administrat0r",
            "supp0rt",
            "the.admin",
            "admin.team",
            "rapport.official",
            "rapport_security",
            "it.support",
            "system.admin",
            "post.master",
            "sysop",
            "5upport",
            "rapportadmin",
            "theadmin",
            "supportteam",
            "securlty",
            "admln",
            "vvebmaster",
            "administrators",
            "ssladmin",
            "superadm1n",
            "rapportlogin",
            "autoconfig",
            "wheel",
        ] {
            assert!(is_reserved(taken), "{taken}");
        }
        for free in ["ada", "badminton", "rapporteur", "ada.7", "l1l1", "mods", "supporter.of.bvb"] {
            assert!(!is_reserved(free), "{free}");
        }
    }

    #[test]
    fn display_names_that_only_speak_for_the_instance_are_reserved() {
        for taken in [
            "Admin",
            "Rapport",
            "Rapport Support",
            "Аdmin",
            "ᴀᴅᴍɪɴ",
            "ꜱᴜᴘᴘᴏʀᴛ",
            "🅰🅳🅼🅸🅽",
            "🅐🅓🅜🅘🅝",
            "🇦 🇩 🇲 🇮 🇳",
            "Admin²",
            "Admin①",
            "Admin Ⅱ",
            "Admin ½",
            "1 Admin",
            "24/7 Support",
            "⒜⒟⒨⒤⒩",
            "@dmin",
            "$upport",
            "Ađmin",
            "Suppørt",
            "Ɽapport",
            "ΛDMIN",
            "Admiη",
            "Ƨupport",
            "Admins",
            "Moderators",
            "Postmaster",
            "Help Desk",
            "Helpdesk",
            "Rapport Notifications",
            "Rapport Inc",
            "RapportTM",
            "Support & Safety",
            "ＡＤＭＩＮ",
            "𝐀dmin",
            "The Support-Team",
            "ѕecurity",
            "Rapport™",
            "R a p p o r t",
            "Rapp0rt",
            "Rapport1",
            "Admìn",
            "Ṙapport",
            "Ꭱapport",
            "| Admin |",
        ] {
            assert!(speaks_for_the_instance(taken), "{taken}");
        }
        for free in ["Ada", "Ada Admin", "Chat Noir", "The Team", "Админ Иванов", "Support Dogs", "☃"]
        {
            assert!(!speaks_for_the_instance(free), "{free}");
        }
    }
}
