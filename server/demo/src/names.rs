//! First and last names, by where they come from.

/// First names, last names.
type Culture = ([&'static str; 12], [&'static str; 12]);

#[rustfmt::skip]
pub(super) const CULTURES: [Culture; 12] = [
    (
        ["Marta", "Rui", "Catarina", "Tiago", "Leonor", "Duarte", "Joana", "Vasco", "Beatriz", "Nuno", "Carolina", "Gonçalo"],
        ["Almeida", "Barros", "Coutinho", "Fonseca", "Lacerda", "Moura", "Nogueira", "Pacheco", "Queirós", "Sampaio", "Teles", "Valadares"],
    ),
    (
        ["Agnieszka", "Bartek", "Celina", "Dawid", "Ewelina", "Filip", "Grażyna", "Hubert", "Iwona", "Jacek", "Kalina", "Łukasz"],
        ["Borek", "Cieślak", "Dudek", "Gajda", "Janik", "Kubiak", "Lisek", "Malec", "Nowicki", "Olszak", "Pawlik", "Rogala"],
    ),
    (
        ["Chioma", "Emeka", "Folake", "Ikenna", "Ngozi", "Obinna", "Sade", "Tunde", "Uche", "Yewande", "Zainab", "Kelechi"],
        ["Abara", "Balewa", "Chukwu", "Eze", "Ibekwe", "Mbanefo", "Nwosu", "Ogundipe", "Onyeka", "Salako", "Udeh", "Afolabi"],
    ),
    (
        ["Asha", "Deepak", "Gauri", "Harish", "Ishaan", "Kavya", "Lakshmi", "Manoj", "Nisha", "Pranav", "Rohini", "Suresh"],
        ["Bhatt", "Chandran", "Deshpande", "Gowda", "Iyer", "Joshi", "Kulkarni", "Mehta", "Nair", "Pillai", "Shetty", "Varma"],
    ),
    (
        ["Akari", "Daichi", "Emi", "Fumio", "Haruto", "Itsuki", "Kana", "Mio", "Natsuki", "Ren", "Sakura", "Yuto"],
        ["Aoki", "Fujita", "Hayashi", "Inoue", "Kuroda", "Matsui", "Nishida", "Okada", "Sakai", "Takeda", "Ueno", "Yamane"],
    ),
    (
        ["Anneke", "Bram", "Daan", "Eline", "Femke", "Jeroen", "Lotte", "Maarten", "Niels", "Roos", "Sanne", "Wouter"],
        ["Bos", "Dekker", "Hoekstra", "Jansma", "Kuiper", "Meijer", "Postma", "Schaap", "Terpstra", "Veenstra", "Visser", "Zijlstra"],
    ),
    (
        ["Alejandra", "Camilo", "Diego", "Elena", "Gabriela", "Hernán", "Julián", "Lucía", "Martín", "Paloma", "Rocío", "Tomás"],
        ["Acosta", "Benítez", "Cárdenas", "Durán", "Escobedo", "Figueroa", "Ibáñez", "Lozano", "Montoya", "Paredes", "Quiroga", "Salinas"],
    ),
    (
        ["Astrid", "Birger", "Elsa", "Gustav", "Ingrid", "Kjell", "Linnea", "Magnus", "Nils", "Saga", "Tove", "Viggo"],
        ["Bergström", "Dahl", "Ekman", "Forsberg", "Hägg", "Kvist", "Lund", "Nyberg", "Rask", "Sjögren", "Strand", "Åkesson"],
    ),
    (
        ["Amina", "Bilal", "Dalia", "Farid", "Hanan", "Idris", "Karim", "Layla", "Maryam", "Nabil", "Rania", "Yusuf"],
        ["Abadi", "Bennani", "Chaker", "Darwish", "Fayed", "Ghanem", "Hamdan", "Khatib", "Mansour", "Najjar", "Saleh", "Zidan"],
    ),
    (
        ["Anh", "Bao", "Chi", "Dung", "Hoa", "Khanh", "Lan", "Minh", "Ngoc", "Phuong", "Quan", "Thuy"],
        ["Bui", "Cao", "Dinh", "Doan", "Huynh", "Luong", "Mai", "Ngo", "Phan", "Quach", "Ta", "Vuong"],
    ),
    (
        ["Adèle", "Baptiste", "Clémence", "Damien", "Élodie", "Florian", "Gaëlle", "Hugo", "Jeanne", "Loïc", "Manon", "Rémi"],
        ["Aubry", "Besnard", "Chauvin", "Delmas", "Fabre", "Guérin", "Jacquet", "Lacroix", "Marchal", "Perrot", "Rivière", "Vasseur"],
    ),
    (
        ["Aroha", "Callum", "Danika", "Ewan", "Fiona", "Hamish", "Isla", "Kieran", "Maeve", "Niamh", "Orla", "Rhys"],
        ["Ashworth", "Birch", "Calder", "Dunmore", "Ellery", "Fairley", "Garrick", "Hollis", "Kirkby", "Lorne", "Merrick", "Thornby"],
    ),
];

/// The letters a username may have.
pub(super) fn fold(name: &str) -> String {
    name.chars().map(|letter| plain(letter).to_ascii_lowercase()).filter(char::is_ascii_lowercase).collect()
}

fn plain(letter: char) -> char {
    match letter {
        'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' | 'Å' => 'a',
        'ç' | 'č' | 'ć' => 'c',
        'é' | 'è' | 'ê' | 'ë' | 'É' => 'e',
        'í' | 'ï' | 'î' => 'i',
        'ł' | 'Ł' => 'l',
        'ñ' | 'ń' => 'n',
        'ó' | 'ô' | 'õ' | 'ö' | 'ø' => 'o',
        'ś' | 'š' => 's',
        'ú' | 'ü' => 'u',
        'ż' | 'ź' | 'ž' => 'z',
        other => other,
    }
}
