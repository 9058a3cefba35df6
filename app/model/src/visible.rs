//! One definition of "something to see", for names, titles and messages.

/// Whether a text shows anything at all.
pub fn something_to_see(text: &str) -> bool {
    !text.chars().all(|c| is_invisible(c) || joins_others(c))
}

/// Whether a character only joins the letters around it, as names in Burmese, Khmer or Tifinagh need it: Unicode's
/// `Invisible_Stacker` and `Number_Joiner` (Indic_Syllabic_Category), and the consonant joiner.
fn joins_others(c: char) -> bool {
    matches!(
        u32::from(c),
        0x1039
            | 0x17d2
            | 0x1a60
            | 0x1bab
            | 0x2d7f
            | 0xaaf6
            | 0x10a3f
            | 0x1107f
            | 0x11133
            | 0x113d0
            | 0x1193e
            | 0x11a47
            | 0x11a99
            | 0x11d45
            | 0x11d97
            | 0x11f42
    )
}

/// Whether a character alone shows nothing: white space, control characters, and the few others that have no
/// picture of their own (Unicode's `Default_Ignorable_Code_Point`, fillers, blanks, and format
/// controls of scripts and of music). Small on purpose: the browser downloads it.
pub fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        // Noncharacters: two at the end of each plane, and a block.
        || u32::from(c) & 0xfffe == 0xfffe
        || matches!(
            u32::from(c),
            0xad | 0x34f
                | 0x61c
                | 0x115f..=0x1160
                | 0x17b4..=0x17b5
                | 0x180b..=0x180f
                | 0x200b..=0x200f
                | 0x202a..=0x202e
                | 0x2060..=0x206f
                | 0x2800
                | 0x3164
                | 0xfdd0..=0xfdef
                | 0xfe00..=0xfe0f
                | 0xfeff
                | 0xffa0
                | 0xfff0..=0xfffb
                | 0x13430..=0x13442
                | 0x16fe4
                | 0x1bca0..=0x1bca3
                | 0x1d159
                | 0x1d173..=0x1d17a
                | 0x1da7f..=0x1da80
                | 0xe0000..=0xe0fff
        )
}
