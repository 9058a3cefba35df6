/// Gives the values of an enum the words that stand for them in `text` columns. The enum also derives
/// `AsExpression` and `FromSqlRow` for `diesel::sql_types::Text`. Reading fails on a word that is not
/// listed.
#[macro_export]
macro_rules! text_enum {
    ($name:ident { $($value:ident = $word:literal),+ $(,)? }) => {
        impl diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg> for $name {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
            ) -> diesel::serialize::Result {
                let word: &'static str = match self { $(Self::$value => $word),+ };
                diesel::serialize::ToSql::<diesel::sql_types::Text, diesel::pg::Pg>::to_sql(word, out)
            }
        }

        impl diesel::deserialize::FromSql<diesel::sql_types::Text, diesel::pg::Pg> for $name {
            fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                match std::str::from_utf8(bytes.as_bytes())? {
                    $($word => Ok(Self::$value),)+
                    other => Err(format!("`{other}` is no {}", stringify!($name)).into()),
                }
            }
        }
    };
}
