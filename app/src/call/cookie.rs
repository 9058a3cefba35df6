//! Reading the cookies of a request.

use cookie::Cookie;
use http::{HeaderMap, header};

/// The value of a cookie. Two of one name are none: neither can be trusted to be ours.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let cookies = lines.flat_map(Cookie::split_parse).flatten();
    let mut values = cookies.filter(|cookie| cookie.name() == name);
    let value = values.next()?.value_raw()?;
    values.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(cookies: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(cookies).unwrap())])
    }

    #[test]
    fn finds_a_cookie_by_its_whole_name() {
        let headers = headers("a=1; xaccess=2; ; access=3; b");
        assert_eq!(cookie(&headers, "access"), Some("3"));
        assert_eq!(cookie(&headers, "cess"), None);
    }

    #[test]
    fn trusts_neither_of_two_cookies_of_one_name() {
        assert_eq!(cookie(&headers("access=mine; access=planted"), "access"), None);
    }
}
