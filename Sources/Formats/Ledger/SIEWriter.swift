internal import Foundation
import Primitives

/// SIE 4I: vouchers to be imported by another accounting program (SIE-gruppen, format
/// specification 4B). Balances are not part of an import file.
package enum SIEWriter {
  /// The series that Bureau's vouchers stand in.
  package static let series = "B"

  /// The file's bytes, in code page 437 with CR LF, as the specification demands.
  package static func write(_ book: LedgerBook) -> [UInt8] {
    var lines = [
      "#FLAGGA 0", "#PROGRAM \(text("Bureau")) \(text(book.programVersion))", "#FORMAT PC8",
      "#GEN \(date(book.created))", "#SIETYP 4", "#ORGNR \(organisation(book))",
      "#FNAMN \(text(book.companyName))",
      "#ADRESS \"\" \(text(book.street)) "
        + "\(text("\(book.postalCode) \(book.town)")) \"\"",
      "#VALUTA \(book.currency.code)",
    ]
    if book.country == .se { lines.append("#KPTYP BAS2014") }
    lines += book.accounts.map { "#KONTO \($0.number) \(text($0.name))" }
    for entry in book.entries {
      lines.append(
        "#VER \(text(series)) \(text(String(entry.number))) \(date(entry.date))"
          + " \(text(entry.text)) \(date(entry.entryDate))")
      lines.append("{")
      lines += entry.lines.map { line in
        "   #TRANS \(line.account) {} \(book.decimal(line.amount)) \(date(entry.date))"
          + " \(text(line.text))"
      }
      lines.append("}")
    }
    return lines.flatMap { CodePage437.bytes($0) + [0x0D, 0x0A] }
  }

  /// A Swedish number is written with its hyphen.
  private static func organisation(_ book: LedgerBook) -> String {
    let digits = book.organisationNumber
    guard book.country == .se, digits.count == 10 else { return digits }
    return "\(digits.prefix(6))-\(digits.suffix(4))"
  }

  private static func date(_ date: CalendarDate) -> String { date.iso.replacing("-", with: "") }

  /// In quotes; a quote inside is escaped, and control characters, which may not stand there, are
  /// spaces.
  private static func text(_ value: String) -> String {
    let plain = String(
      String.UnicodeScalarView(
        value.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    return "\"" + plain.replacing("\"", with: "\\\"") + "\""
  }
}

/// IBM code page 437: the character set of SIE (`PC8`).
enum CodePage437 {
  /// From 0x80 to 0xAF; what follows are line drawings and mathematics.
  private static let upper: [Unicode.Scalar] = Array(
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»".unicodeScalars)

  private static let codes: [Unicode.Scalar: UInt8] = Dictionary(
    uniqueKeysWithValues: upper.enumerated().map { ($1, UInt8(0x80 + $0)) })

  /// Letters that it lacks, by the nearest that it has.
  private static let nearest: [Unicode.Scalar: String] = [
    "ø": "ö", "Ø": "Ö", "õ": "o", "Õ": "O", "ã": "a", "Ã": "A", "Á": "A", "À": "A", "Â": "A",
    "È": "E", "Ê": "E", "Ë": "E", "Í": "I", "Ì": "I", "Î": "I", "Ï": "I", "Ó": "O", "Ò": "O",
    "Ô": "O", "Ú": "U", "Ù": "U", "Û": "U", "ý": "y", "Ý": "Y", "š": "s", "Š": "S", "ž": "z",
    "Ž": "Z", "č": "c", "Č": "C", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th",
    "ł": "l", "Ł": "L", "ß": "ss", "œ": "oe", "Œ": "OE", "–": "-", "—": "-", "’": "'", "‘": "'",
    "“": "'", "”": "'", "€": "EUR", "\u{A0}": " ",
  ]

  static func bytes(_ text: String) -> [UInt8] {
    text.precomposedStringWithCanonicalMapping.unicodeScalars.flatMap { scalar -> [UInt8] in
      if scalar.isASCII { return [UInt8(scalar.value)] }
      if let code = codes[scalar] { return [code] }
      if let letters = nearest[scalar] { return bytes(letters) }
      return [UInt8(ascii: "?")]
    }
  }
}
