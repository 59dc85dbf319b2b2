//! The text of a file, as spreadsheets write it: in UTF-8, or in UTF-16 behind its mark, which Excel calls Unicode text.

/// Why a file has no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoText {
    /// It is a workbook, and no text at all.
    Workbook,
    /// It is in neither encoding, or holds a NUL.
    Encoding,
}

/// With this begins what is packed, as every workbook of today.
const PACKED: &[u8] = b"PK\x03\x04";
/// With this begins a workbook of before.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0";

/// The text that these bytes are.
///
/// # Errors
/// Where they are none.
pub fn text_of(bytes: &[u8]) -> Result<String, NoText> {
    let text = match bytes {
        packed if packed.starts_with(PACKED) || packed.starts_with(COMPOUND) => {
            return Err(NoText::Workbook);
        }
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        bytes => std::str::from_utf8(bytes).ok().map(str::to_owned),
    };
    // No database holds a NUL, and a spreadsheet that writes one has written UTF-16 without its mark.
    text.filter(|text| !text.contains('\0'))
        .ok_or(NoText::Encoding)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    String::from_utf16(&units).ok().filter(|_| rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_orders_of_utf_16_are_read_and_nothing_is_guessed() {
        let text = "kind\tname\r\nhub\tশোনার ঘর 😀\r\n";
        let bytes = |mark: u16, of: fn(u16) -> [u8; 2]| -> Vec<u8> {
            let units = std::iter::once(mark).chain(text.encode_utf16());
            units.flat_map(of).collect()
        };
        for file in [
            bytes(0xfeff, u16::to_le_bytes),
            bytes(0xfeff, u16::to_be_bytes),
            text.as_bytes().to_vec(),
        ] {
            assert_eq!(text_of(&file), Ok(text.to_owned()));
        }
        for (file, why) in [
            (&b"PK\x03\x04xl/workbook.xml"[..], NoText::Workbook),
            (b"\xd0\xcf\x11\xe0\xa1", NoText::Workbook),
            (b"\xff\xfek", NoText::Encoding),
            (b"\xff\xfe\x00\xd8", NoText::Encoding),
            (b"k\0i\0", NoText::Encoding),
            (b"caf\xe9", NoText::Encoding),
        ] {
            assert_eq!(text_of(file), Err(why), "{file:?}");
        }
    }
}
