//! Lines that wait for others, in a file that nobody else can see and that is gone when this process is.

use std::{
    env,
    fs::{File, OpenOptions, remove_file},
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use crate::domain::fault::{Fault, FaultCode};

/// A line, and why it was refused last.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    pub file: usize,
    pub line: u64,
    pub text: String,
    pub faults: Vec<Fault>,
}

/// Where lines are put.
pub(super) struct Spool {
    file: BufWriter<File>,
    lines: u64,
}

/// The lines in the order in which they were put there.
pub(super) struct Lines {
    file: BufReader<File>,
    left: u64,
}

impl Spool {
    pub(super) fn create() -> io::Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("haven-import-{}-{number}", process::id()));
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        remove_file(&path)?;
        Ok(Self {
            file: BufWriter::new(file),
            lines: 0,
        })
    }

    pub(super) fn len(&self) -> u64 {
        self.lines
    }

    pub(super) fn push(&mut self, waiting: &Waiting) -> io::Result<()> {
        self.number(waiting.file as u64)?;
        self.number(waiting.line)?;
        self.text(&waiting.text)?;
        self.number(waiting.faults.len() as u64)?;
        for fault in &waiting.faults {
            self.text(&fault.pointer)?;
            self.text(fault.code.as_str())?;
            self.text(&fault.expected)?;
        }
        self.lines += 1;
        Ok(())
    }

    fn number(&mut self, number: u64) -> io::Result<()> {
        self.file.write_all(&number.to_le_bytes())
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        self.number(text.len() as u64)?;
        self.file.write_all(text.as_bytes())
    }

    pub(super) fn read(self) -> io::Result<Lines> {
        let mut file = self.file.into_inner()?;
        file.seek(SeekFrom::Start(0))?;
        Ok(Lines {
            file: BufReader::new(file),
            left: self.lines,
        })
    }
}

impl Lines {
    fn waiting(&mut self) -> io::Result<Waiting> {
        let (file, line, text) = (self.number()?, self.number()?, self.text()?);
        let mut faults = Vec::new();
        for _ in 0..self.number()? {
            let (pointer, code, expected) = (self.text()?, self.text()?, self.text()?);
            let code = FaultCode::parse(&code).ok_or(io::ErrorKind::InvalidData)?;
            faults.push(Fault::new(pointer, code, expected));
        }
        let file = usize::try_from(file).map_err(io::Error::other)?;
        Ok(Waiting {
            file,
            line,
            text,
            faults,
        })
    }

    fn number(&mut self) -> io::Result<u64> {
        let mut bytes = [0; 8];
        self.file.read_exact(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn text(&mut self) -> io::Result<String> {
        let length = usize::try_from(self.number()?).map_err(io::Error::other)?;
        let mut bytes = vec![0; length];
        self.file.read_exact(&mut bytes)?;
        String::from_utf8(bytes).map_err(io::Error::other)
    }
}

impl Iterator for Lines {
    type Item = io::Result<Waiting>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        Some(self.waiting())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back_as_they_were_put() {
        let waiting = |line, faults: usize| Waiting {
            file: 1,
            line,
            text: "{\"name\":\"মন\"}".repeat(faults + 1),
            faults: vec![Fault::new("/organisation", FaultCode::NotFound, "a listing"); faults],
        };
        let mut spool = Spool::create().unwrap();
        for line in [waiting(3, 0), waiting(900, 2)] {
            spool.push(&line).unwrap();
        }
        assert_eq!(spool.len(), 2);
        let back: Vec<_> = spool.read().unwrap().map(Result::unwrap).collect();
        assert_eq!(back, [waiting(3, 0), waiting(900, 2)]);
    }
}
