internal import Foundation

/// Names and messages as the payment systems can carry them.
///
/// What is signed is the rendered value, so rendering is a pure function and rendering twice gives
/// the same as rendering once. Characters are replaced, never dropped.
package enum PaymentText {
  /// The characters a bank takes besides the basic set `a–z A–Z 0–9 / - ? : ( ) . , ' +` and space.
  package enum CharacterSet: String, Sendable, CaseIterable {
    /// The Norwegian guide's set (Bits); all of it exists in ISO 8859-1.
    case nordic
    /// The basic set and å ä ö.
    case swedish
    /// The basic set alone (EPC 217-08).
    case sepa
    /// What takes one place each in an SMS (3GPP TS 23.038); no bank's.
    case message

    /// Whether a character may stand as it is; all of them exist in ISO 8859-1.
    fileprivate func has(_ scalar: Unicode.Scalar) -> Bool {
      guard scalar.value < 256 else { return false }
      let latin1 = Int(scalar.value)
      return switch self {
      case .nordic: Self.nordicTable[latin1]
      case .swedish: Self.swedishTable[latin1]
      case .sepa: Self.sepaTable[latin1]
      case .message: Self.messageTable[latin1]
      }
    }

    private static let nordicTable = table("áäçéíóöúüýæøåÁÄÇÉÍÓÖÚÜÝÆØÅß%&=@§")
    private static let swedishTable = table("åäöÅÄÖ")
    private static let sepaTable = table("")
    private static let messageTable = table("åäöæøüñéèàùìòÅÄÖÆØÜÑÉßÇ&@%=")

    private static func table(_ letters: String) -> [Bool] {
      var table = (0..<256).map { $0 < 128 && PaymentText.isBasic(UInt8($0)) }
      for scalar in letters.unicodeScalars { table[Int(scalar.value)] = true }
      return table
    }
  }

  /// The text in `set`: white space and control characters collapsed to single spaces, none around
  /// it, other characters replaced by the nearest, cut at `max` characters.
  ///
  /// Empty if there is nothing to show.
  package static func render(_ text: String, set: CharacterSet, max: Int) -> String {
    if isRendered(text, set, max) { return text }
    var out = String.UnicodeScalarView()
    var count = 0
    // A bound on the work: what is cut off anyway is not looked at.
    let input = text.unicodeScalars.prefix(Swift.max(0, max) * 8 + 64)
    for scalar in String(String.UnicodeScalarView(input)).precomposedStringWithCanonicalMapping
      .unicodeScalars
    {
      for replacement in replace(scalar, set) {
        if replacement == " ", out.isEmpty || out.last == " " { continue }
        if count == max { return trimmed(out) }
        out.append(replacement)
        count += 1
      }
    }
    return trimmed(out)
  }

  /// True if `text` may stand in an identifier field (`MsgId`, `EndToEndId` …) of `max` characters:
  /// the basic set, not starting or ending with a space or slash, no `//`.
  package static func isIdentifier(_ text: String, max: Int = 35) -> Bool {
    var last = UInt8(ascii: "/")
    for byte in text.utf8 {
      let slashes = last == UInt8(ascii: "/") && byte == UInt8(ascii: "/")
      guard isBasic(byte), !slashes else { return false }
      last = byte
    }
    return (1...max).contains(text.utf8.count) && last != UInt8(ascii: "/")
      && last != UInt8(ascii: " ") && text.utf8.first != UInt8(ascii: " ")
  }

  /// True if rendering would change nothing: what most names are.
  private static func isRendered(_ text: String, _ set: CharacterSet, _ max: Int) -> Bool {
    var last: Unicode.Scalar = " "
    var count = 0
    for scalar in text.unicodeScalars {
      count += 1
      guard count <= max, set.has(scalar), scalar != " " || last != " " else { return false }
      last = scalar
    }
    return last != " " || count == 0
  }

  private static func trimmed(_ scalars: String.UnicodeScalarView) -> String {
    var scalars = scalars
    while scalars.last == " " { scalars.removeLast() }
    return String(scalars)
  }

  fileprivate static func isBasic(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x20: true
    case 0x27...0x29, 0x2B...0x2F, 0x3A, 0x3F: true  // '() +,-./ : ?
    default: false
    }
  }

  /// One character in the target set, as one or more characters of it.
  private static func replace(
    _ scalar: Unicode.Scalar, _ set: CharacterSet
  ) -> String.UnicodeScalarView {
    if set.has(scalar) { return .init([scalar]) }
    if let swedish = swedishForm[scalar], set.has(swedish) { return .init([swedish]) }
    if let known = table[scalar] { return known.unicodeScalars }
    if scalar.value < 0x20 || scalar.value == 0x7F || scalar.properties.isWhitespace {
      return " ".unicodeScalars
    }
    return decomposed(scalar)
  }

  /// The letters under accents, ligatures and width; a dot for what has none.
  private static func decomposed(_ scalar: Unicode.Scalar) -> String.UnicodeScalarView {
    let parts = String(Character(scalar)).decomposedStringWithCompatibilityMapping.unicodeScalars
    var out = String.UnicodeScalarView()
    for part in parts {
      if part.isASCII, isBasic(UInt8(part.value)) {
        out.append(part)
      } else if part.properties.generalCategory == .nonspacingMark {
        continue
      } else {
        out.append(contentsOf: (table[part] ?? ".").unicodeScalars)
      }
    }
    // A mark alone stands on the letter before it: nothing to show.
    return out
  }

  private static let swedishForm: [Unicode.Scalar: Unicode.Scalar] = [
    "æ": "ä", "Æ": "Ä", "ø": "ö", "Ø": "Ö",
  ]

  private static let table: [Unicode.Scalar: String] = [
    "æ": "ae", "Æ": "AE", "ä": "ae", "Ä": "AE", "ø": "oe", "Ø": "OE", "ö": "oe", "Ö": "OE",
    "å": "aa", "Å": "AA", "ü": "ue", "Ü": "UE", "œ": "oe", "Œ": "OE", "ß": "ss", "ẞ": "SS",
    "ð": "d", "Ð": "D", "đ": "d", "Đ": "D", "þ": "th", "Þ": "TH", "ł": "l", "Ł": "L",
    "ħ": "h", "Ħ": "H", "ı": "i", "ŋ": "n", "Ŋ": "N", "ŧ": "t", "Ŧ": "T", "ĸ": "k",
    "&": "+", "@": "(at)", "%": "pct", "=": "-", "§": ".", "_": "-", "~": "-", "–": "-", "—": "-",
    "−": "-", "‐": "-", "‑": "-", "’": "'", "‘": "'", "‚": "'", "“": "'", "”": "'", "„": "'",
    "\"": "'", "`": "'", "´": "'", "«": "'", "»": "'", ";": ",", "!": ".", "*": ".", "#": ".",
    "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "[": "(", "]": ")", "{": "(", "}": ")",
    "<": "(", ">": ")", "|": "/", "\\": "/", "\u{2044}": "/", "^": ".", "°": ".", "·": ".",
    "\u{200B}": " ", "\u{200E}": " ", "\u{200F}": " ", "\u{FEFF}": " ", "\u{AD}": "-",
  ]
}
