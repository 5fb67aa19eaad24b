//! Uploads: the parts of a `multipart/form-data` body.

use actix_web::web::Bytes;
use multer::Multipart;
use std::convert::Infallible;

/// A field or a file of an upload.
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) file_name: Option<String>,
    pub(crate) mime_type: Option<String>,
    pub(crate) bytes: Bytes,
}

impl Part {
    /// The text of a field. `None` for a file, and for bytes that are no text.
    pub(crate) fn text(&self) -> Option<&str> {
        if self.file_name.is_some() { None } else { std::str::from_utf8(&self.bytes).ok() }
    }
}

/// Reads the parts of a body. `None` if the content type is another one or the body is broken.
pub(crate) async fn read(content_type: &str, body: Bytes) -> Option<Vec<Part>> {
    let boundary = multer::parse_boundary(content_type).ok()?;
    let stream = futures_util::stream::once(async move { Ok::<_, Infallible>(body) });
    let mut multipart = Multipart::new(stream, boundary);
    let mut parts = Vec::new();
    while let Some(field) = multipart.next_field().await.ok()? {
        parts.push(Part {
            name: field.name().unwrap_or_default().to_owned(),
            file_name: field.file_name().map(str::to_owned),
            mime_type: field.content_type().map(ToString::to_string),
            bytes: field.bytes().await.ok()?,
        });
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn fields_and_files_are_told_apart() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n52\r\n--x\r\nContent-Disposition: \
                    form-data; name=\"document\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nabc\r\n--x--\r\n";
        let parts =
            read("multipart/form-data; boundary=x", Bytes::from_static(body.as_bytes())).await.unwrap();
        assert_eq!((parts[0].name.as_str(), parts[0].text()), ("chat_id", Some("52")));
        assert_eq!((parts[1].text(), parts[1].file_name.as_deref()), (None, Some("a.txt")));
        assert_eq!(
            (parts[1].bytes.as_ref(), parts[1].mime_type.as_deref()),
            (b"abc".as_slice(), Some("text/plain"))
        );
        assert!(read("application/json", Bytes::new()).await.is_none());
        assert!(read("multipart/form-data; boundary=x", Bytes::from_static(b"--x\r\n")).await.is_none());
    }
}
