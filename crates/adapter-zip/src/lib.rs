//! ZIP files, written from their beginning to their end and taken in pieces.

use chrono::{DateTime, Datelike, Timelike, Utc};
use ports::privacy::{Archive, ArchiveError, Archives};
use std::{
    io::{self, Write},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use zip::{
    CompressionMethod, ZipWriter,
    write::{SimpleFileOptions, StreamWriter},
};

/// Makes ZIP files.
#[derive(Clone, Copy, Debug, Default)]
pub struct ZipArchives;

impl Archives for ZipArchives {
    fn archive(&self, now: DateTime<Utc>) -> Box<dyn Archive> {
        let written = Written::default();
        let writer = ZipWriter::new_stream(written.clone());
        Box::new(ZipArchive { writer: Some(writer), written, options: options(now) })
    }
}

/// Files are compressed, bear this time, and are read by their owner alone.
fn options(now: DateTime<Utc>) -> SimpleFileOptions {
    let part = |number: u32| u8::try_from(number).unwrap_or_default();
    let year = u16::try_from(now.year()).unwrap_or_default();
    let time = zip::DateTime::from_date_and_time(
        year,
        part(now.month()),
        part(now.day()),
        part(now.hour()),
        part(now.minute()),
        part(now.second()),
    );
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .unix_permissions(0o600)
        .large_file(true)
        .last_modified_time(time.unwrap_or_default())
}

/// What was written and not taken yet.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct ZipArchive {
    /// `None` after the end.
    writer: Option<ZipWriter<StreamWriter<Written>>>,
    written: Written,
    options: SimpleFileOptions,
}

impl ZipArchive {
    fn writer(&mut self) -> Result<&mut ZipWriter<StreamWriter<Written>>, ArchiveError> {
        self.writer.as_mut().ok_or_else(|| ArchiveError("it was ended before".into()))
    }
}

impl Archive for ZipArchive {
    fn begin(&mut self, name: &str) -> Result<(), ArchiveError> {
        let options = self.options;
        self.writer()?.start_file(name, options).map_err(|fault| ArchiveError(fault.to_string()))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.writer()?.write_all(bytes).map_err(|fault| ArchiveError(fault.to_string()))
    }

    fn finish(&mut self) -> Result<(), ArchiveError> {
        let writer = self.writer.take().ok_or_else(|| ArchiveError("it was ended before".into()))?;
        writer.finish().map(|_written| ()).map_err(|fault| ArchiveError(fault.to_string()))
    }

    fn waiting(&self) -> usize {
        self.written.bytes().len()
    }

    fn take(&mut self) -> Vec<u8> {
        mem::take(&mut *self.written.bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Read};

    #[test]
    fn what_is_taken_in_pieces_is_one_archive() {
        let mut archive = ZipArchives.archive(DateTime::UNIX_EPOCH);
        let mut all = Vec::new();
        archive.begin("a.txt").unwrap();
        for _ in 0..1_000 {
            archive.write("una línea\n".as_bytes()).unwrap();
            all.extend(archive.take());
        }
        archive.begin("b.txt").unwrap();
        archive.write(b"x").unwrap();
        archive.finish().unwrap();
        all.extend(archive.take());
        assert_eq!(archive.waiting(), 0);
        assert!(archive.write(b"y").is_err(), "nothing is written after the end");
        let mut read = zip::ZipArchive::new(Cursor::new(all)).unwrap();
        assert_eq!(read.len(), 2);
        let mut text = String::new();
        read.by_name("a.txt").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "una línea\n".repeat(1_000));
    }
}
