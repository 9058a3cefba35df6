//! One rule for everything people are called: display names, titles of groups, and usernames.
//!
//! A name shows something, shows all that is in it, and reads in the order in which it is written. It must not
//! be taken for another because of what nobody can see, nor paint over its neighbours. The tables of Unicode
//! that this needs are on the server alone.

mod reserved;

use model::{Error, Result, Title, accounts, visible::is_invisible};
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeEmoji, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;

/// Marks that may be piled up on one base: Hebrew, Tibetan and Vietnamese need up to four.
const MARKS_ON_BASE: usize = 4;

const NOTHING_ELSE: &str = "Use letters, digits, emoji and punctuation only.";

/// Checks the name shown to others, and brings it into its one form (NFC, single spaces).
///
/// # Errors
/// `invalid`, field `name`, with what is wrong.
pub fn display_name(text: &str) -> Result<String> {
    let name = accounts::name(&text.nfc().collect::<String>())?;
    check(&name).map_err(|message| Error::invalid("name", message))?;
    if reserved::speaks_for_the_instance(&name) {
        return Err(Error::invalid("name", "This name is reserved. Choose another."));
    }
    Ok(name)
}

/// Checks the title of a group, and brings it into its one form, like a name.
///
/// # Errors
/// `invalid`, field `title`, with what is wrong.
pub fn title(text: &str) -> Result<Title> {
    let title = Title::new(&text.nfc().collect::<String>())?;
    check(title.as_str()).map_err(|message| Error::invalid("title", message))?;
    Ok(title)
}

/// Checks and folds the username of a new account.
///
/// # Errors
/// `invalid`, field `username`, with what is wrong; also for names that seem to speak for the instance.
pub fn username(text: &str) -> Result<String> {
    let username = accounts::username(text)?;
    if reserved::is_reserved(&username) {
        return Err(Error::invalid("username", "This username is reserved. Choose another."));
    }
    Ok(username)
}

/// What is wrong with a name in NFC.
fn check(name: &str) -> std::result::Result<(), &'static str> {
    if !name.chars().any(is_visible_base) {
        return Err("Use something that others can see.");
    }
    for cluster in name.graphemes(true) {
        if emojis::get(cluster).is_some() {
            continue;
        }
        if cluster.chars().filter(|c| is_stacked(*c)).count() > MARKS_ON_BASE {
            return Err("Too many marks stand on one letter.");
        }
    }
    let chars: Vec<char> = name.chars().collect();
    let emoji = emoji_places(name);
    for (index, c) in chars.iter().enumerate() {
        if !emoji[index] && is_refused(*c) && !is_needed(&chars, index) {
            return Err(NOTHING_ELSE);
        }
    }
    Ok(())
}

/// For each character whether it is part of an emoji, some of which are several characters long.
fn emoji_places(name: &str) -> Vec<bool> {
    let of_cluster = |cluster: &str| vec![emojis::get(cluster).is_some(); cluster.chars().count()];
    name.graphemes(true).flat_map(of_cluster).collect()
}

fn is_visible_base(c: char) -> bool {
    use GeneralCategoryGroup::{Letter, Number, Punctuation, Symbol};
    let group = c.general_category_group();
    matches!(group, Letter | Number | Punctuation | Symbol) && !is_invisible(c)
}

/// Drawn above, below or through the character before it.
fn is_stacked(c: char) -> bool {
    matches!(c.general_category(), GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark)
}

/// Not to be seen, turns the order of what follows, or no character at all.
fn is_refused(c: char) -> bool {
    use GeneralCategory::{
        Control, Format, LineSeparator, ParagraphSeparator, PrivateUse, Surrogate, Unassigned,
    };
    let category = c.general_category();
    matches!(
        category,
        Control | Format | LineSeparator | ParagraphSeparator | PrivateUse | Surrogate | Unassigned
    ) || matches!(c, '\u{fffc}' | '\u{fffd}')
        || is_invisible(c) && c != ' '
        || is_noncharacter(c)
}

fn is_noncharacter(c: char) -> bool {
    let code = u32::from(c);
    code & 0xfffe == 0xfffe || (0xfdd0..=0xfdef).contains(&code)
}

/// Whether an invisible character is needed where it is: it chooses the form of its neighbours.
fn is_needed(chars: &[char], index: usize) -> bool {
    let before = index.checked_sub(1).map(|index| chars[index]);
    let after = chars.get(index + 1).copied();
    match chars[index] {
        // Between two letters of a script that joins them, as in Persian and Sinhala.
        '\u{200c}' | '\u{200d}' => before.is_some_and(is_joining) && after.is_some_and(is_joining),
        // Text or picture.
        '\u{fe0e}' | '\u{fe0f}' => before.is_some_and(|c| c.is_emoji_char() && !c.is_ascii()),
        '\u{180b}'..='\u{180d}' | '\u{180f}' => {
            before.is_some_and(|c| ('\u{1820}'..='\u{18aa}').contains(&c))
        }
        // Variants of ideographs, as they are used in Japanese names.
        '\u{e0100}'..='\u{e01ef}' => before.is_some_and(is_ideograph),
        _ => false,
    }
}

fn is_joining(c: char) -> bool {
    use GeneralCategoryGroup::{Letter, Mark};
    let scripts = matches!(u32::from(c),
        // Arabic to N'Ko, Arabic's supplements; the scripts of India and of Sri Lanka; Tibetan to Myanmar; Khmer and Mongolian.
        0x600..=0x8ff | 0x900..=0xdff | 0xf00..=0x109f | 0x1780..=0x18af
    );
    scripts && matches!(c.general_category_group(), Letter | Mark) && !is_invisible(c)
}

fn is_ideograph(c: char) -> bool {
    matches!(u32::from(c), 0x3400..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails for each kind without its part of `check`.
    #[test]
    fn a_name_with_what_nobody_can_see_is_refused() {
        for bad in [
            "",
            " ",
            "\u{200b}",
            "\u{3164}",
            "\u{2800}",
            "\u{301}\u{302}",
            "Ada\u{200b}",
            "\u{202e}adA",
            "A\u{3164}da",
            "Ada\u{2800}",
            "Ada\u{ad}",
            "Ada\u{2066}x",
            "Ada\u{61c}",
            "Ada\u{feff}",
            "Ada\u{7}",
            "Ada\u{e0041}",
            "Ada\u{fe0f}",
            "Ada\u{34f}",
            "A\u{200d}da",
            "A\u{200c}da",
            "\u{627}\u{200c}",
            "Ada\u{1d159}",
            "Ada\u{e000}",
            "Ada\u{fff9}",
            "Ada\u{ffff}",
            "Ada\u{85}x\u{200e}",
            "👍\u{200d}",
            "\u{200d}👍",
            "👍\u{200d}a",
        ] {
            assert!(display_name(bad).is_err(), "{bad:?}");
            assert!(title(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn names_of_all_scripts_and_emoji_pass() {
        for good in [
            "Ada Lovelace",
            "O’Neil-Müller",
            "Zoë",
            "Nguyễn Thị Minh Khai",
            "山田太郎",
            "葛\u{e0100}城",
            "김유나",
            "علی‌رضا",
            "ශ්\u{200d}රී ලංකා",
            "אָדָם",
            "דָּוִ֑ד",
            "บุญมี",
            "རྒྱལ་མཚན",
            "Мария",
            "👩‍👩‍👧‍👦 family",
            "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
            "❤️",
            "1️⃣",
            "☺︎",
            "R2-D2 (beep)",
            "क्षत्रिय",
        ] {
            assert_eq!(
                display_name(good).as_deref(),
                Ok(good.nfc().collect::<String>().as_str()),
                "{good:?}"
            );
        }
    }

    /// Fails when marks are not counted.
    #[test]
    fn piled_up_marks_are_refused() {
        for count in [5, 64] {
            let name = format!("x{}", "\u{323}".repeat(count - 1) + "\u{20dd}");
            assert!(display_name(&name).is_err(), "{count}");
        }
        assert!(display_name(&format!("x{}", "\u{323}".repeat(4))).is_ok());
    }

    #[test]
    fn a_name_has_one_form() {
        assert_eq!(display_name(" Zoe\u{308}\u{3000} \t Q ").as_deref(), Ok("Zoë Q"));
        assert_eq!(title("Cafe\u{301}").unwrap().as_str(), "Café");
        assert_eq!(title("\u{c9}quipe\u{a0}: nord\u{202f}!\u{3000}x").unwrap().as_str(), "Équipe : nord ! x");
    }

    /// Fails when a title is counted before it is in its one form.
    #[test]
    fn as_many_letters_fit_however_they_are_typed() {
        let (fits, over) = ("e\u{301}".repeat(64), "e\u{301}".repeat(65));
        assert_eq!(title(&fits).unwrap().as_str(), "é".repeat(64));
        assert!(title(&over).is_err());
        assert!(display_name(&fits).is_ok() && display_name(&over).is_err());
    }

    /// Fails when what joins letters counts as nothing to see within a name.
    #[test]
    fn joiners_are_for_names_and_are_none_alone() {
        for good in ["မန္တလေး", "ភ្នំពេញ"] {
            assert!(display_name(good).is_ok() && title(good).is_ok(), "{good}");
        }
        for bad in ["\u{1039}", "\u{17d2}\u{17d2}", "\u{2d7f}", "\u{1107f}", "\u{13441}\u{13442}"] {
            assert!(display_name(bad).is_err() && title(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn names_that_speak_for_the_instance_are_reserved() {
        for bad in ["admin", "@Support", "RAPPORT", "security", "post.master", "no_reply", "admin_", "root1"]
        {
            assert!(username(bad).is_err(), "{bad}");
        }
        for good in ["ada", "adminka", "rooter", "supporter.ada"] {
            assert!(username(good).is_ok(), "{good}");
        }
    }
}
