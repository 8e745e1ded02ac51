// Tables as spreadsheets and accounting systems write them (RFC 4180 and what people make of it):
// commas, semicolons or tabs, quotes, UTF-8 or Latin-1. Every value knows where it stands.

/// Where in a file something is: both from 1, columns in characters.
package struct FilePlace: Hashable, Sendable {
  package var line: Int
  package var column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// What is wrong with a file, and where.
package struct FileFinding: Hashable, Sendable {
  package var place: FilePlace
  /// The column's name; empty where it is about the line or the file.
  package var name: String
  package var text: String

  package init(_ place: FilePlace, _ name: String, _ text: String) {
    self.place = place
    self.name = name
    self.text = text
  }
}

package struct CSVTable: Hashable, Sendable {
  package struct Value: Hashable, Sendable {
    package var text: String
    package var place: FilePlace

    package init(text: String, place: FilePlace) {
      self.text = text
      self.place = place
    }
  }

  /// Lower case, trimmed.
  package private(set) var names: [String]
  /// As many values as there are names, except for the lines that `findings` tell of, which are not here.
  package private(set) var rows: [[Value]]
  package private(set) var findings: [FileFinding]

  package static let byteLimit = 2 << 20
  package static let rowLimit = 1_000

  /// Reads all of it and goes on after what is wrong.
  package init(_ bytes: [UInt8]) {
    names = []
    rows = []
    findings = []
    let start = FilePlace(line: 1, column: 1)
    guard bytes.count <= Self.byteLimit else {
      findings = [FileFinding(start, "", "the file is larger than \(Self.byteLimit) bytes")]
      return
    }
    let text = Array(Self.text(of: bytes))
    let separator = Self.separator(of: text)
    var reader = CSVReader(text, separator: separator)
    var records = reader.records()
    findings = reader.findings
    guard !records.isEmpty else {
      findings.append(FileFinding(start, "", "the file has no head line"))
      return
    }
    let head = records.removeFirst()
    names = head.map { $0.text.lowercased().filter { !$0.isWhitespace } }
    for (index, name) in names.enumerated() where names[..<index].contains(name) {
      findings.append(FileFinding(head[index].place, name, "the column stands twice"))
    }
    guard records.count <= Self.rowLimit else {
      findings.append(
        FileFinding(
          records[Self.rowLimit][0].place, "", "a file has at most \(Self.rowLimit) lines of items")
      )
      return
    }
    for record in records {
      if record.count == names.count {
        rows.append(record)
      } else {
        findings.append(
          FileFinding(
            record[0].place, "",
            "the line has \(record.count) values, the head line has \(names.count)"))
      }
    }
  }

  /// UTF-8 with or without its mark; what is none is Latin-1, in which every byte is a character.
  private static func text(of bytes: [UInt8]) -> String {
    let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
    if let text = String(validating: content, as: UTF8.self) { return text }
    return String(String.UnicodeScalarView(content.map { Unicode.Scalar($0) }))
  }

  /// The one that stands most often in the head line, outside of quotes.
  private static func separator(of text: [Character]) -> Character {
    var counts: [Character: Int] = [:], isQuoted = false
    for character in text {
      if character == "\"" { isQuoted.toggle() }
      if character.isNewline, !isQuoted { break }
      if !isQuoted { counts[character, default: 0] += 1 }
    }
    return [";", "\t", ","].max { (counts[$0] ?? 0) < (counts[$1] ?? 0) } ?? ","
  }
}

/// The records of a text, empty lines left out.
private struct CSVReader {
  private let text: [Character]
  private let separator: Character
  private var position = 0
  private var place = FilePlace(line: 1, column: 1)
  var findings: [FileFinding] = []

  init(_ text: [Character], separator: Character) {
    self.text = text
    self.separator = separator
  }

  mutating func records() -> [[CSVTable.Value]] {
    var records: [[CSVTable.Value]] = []
    while position < text.count {
      let record = self.record()
      if record.count > 1 || !(record.first?.text.isEmpty ?? true) { records.append(record) }
    }
    return records
  }

  private mutating func record() -> [CSVTable.Value] {
    var values: [CSVTable.Value] = []
    while true {
      values.append(value())
      guard position < text.count else { return values }
      let end = next()
      if end != separator { return values }
    }
  }

  private mutating func value() -> CSVTable.Value {
    let start = place
    var value = ""
    if position < text.count, text[position] == "\"" {
      _ = next()
      while true {
        guard position < text.count else {
          findings.append(FileFinding(start, "", "the quotes that begin here are not closed"))
          break
        }
        let character = next()
        if character != "\"" {
          value.append(character)
        } else if position < text.count, text[position] == "\"" {
          value.append(next())
        } else {
          break
        }
      }
    }
    while position < text.count, text[position] != separator, !text[position].isNewline {
      value.append(next())
    }
    return CSVTable.Value(text: value.trimmingBlanks, place: start)
  }

  private mutating func next() -> Character {
    let character = text[position]
    position += 1
    if character.isNewline {
      place = FilePlace(line: place.line + 1, column: 1)
    } else {
      place.column += 1
    }
    return character
  }
}

extension String {
  fileprivate var trimmingBlanks: String {
    var text = self[...]
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}

/// An amount as people write it, with either decimal mark.
package enum AmountText: Hashable, Sendable {
  /// As `Money(decimal:)` reads it.
  case decimal(String)
  /// One mark with three digits after it: whole thousands, or thousandths.
  case ambiguous(mark: Character, decimal: String, thousands: String)
  case malformed

  /// Blanks between digits and apostrophes are passed over; of two kinds of marks the last is the
  /// decimal mark; one that stands alone with other than three digits after it is, too.
  package init(_ text: String) {
    let blanks: Set<Character> = [" ", "\u{A0}", "\u{202F}", "\u{2009}", "'", "’"]
    var body = text.filter { !blanks.contains($0) }[...]
    var sign = ""
    if let first = body.first, "+-−".contains(first) {
      sign = first == "+" ? "" : "-"
      body.removeFirst()
    }
    guard let first = body.first, first.isASCII, first.isNumber || first == "," || first == ".",
      let last = body.last, last.isASCII, last.isNumber,
      body.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == "," || $0 == ".") })
    else {
      self = .malformed
      return
    }
    let marks = body.filter { !$0.isNumber }
    guard let mark = marks.last else {
      self = .decimal(sign + body)
      return
    }
    let parts = body.split(separator: mark, omittingEmptySubsequences: false)
    let plain = body.filter(\.isNumber)
    if Set(marks).count == 1, marks.count > 1 {
      self = Self.isGrouped(parts) ? .decimal(sign + plain) : .malformed
      return
    }
    let after = parts.last ?? "", before = parts.dropLast().joined(separator: "")
    let whole = before.filter(\.isNumber)
    let decimal = "\(sign)\(whole.isEmpty ? "0" : whole).\(after)"
    guard marks.count == 1 else {
      // Two kinds: the last once, the other between groups of three.
      let other: Character = mark == "," ? "." : ","
      let groups = before.split(separator: other, omittingEmptySubsequences: false)
      self = parts.count == 2 && Self.isGrouped(groups) ? .decimal(decimal) : .malformed
      return
    }
    self =
      after.count == 3 && Self.isGrouped(parts) && whole != "0"
      ? .ambiguous(mark: mark, decimal: decimal, thousands: sign + plain) : .decimal(decimal)
  }

  /// Thousands: one to three digits, then threes.
  private static func isGrouped(_ parts: [some StringProtocol]) -> Bool {
    guard let first = parts.first else { return false }
    return (1...3).contains(first.count) && parts.dropFirst().allSatisfy { $0.count == 3 }
  }

  /// The decimal mark that this amount shows beyond doubt; nil: none.
  package static func decimalMark(of text: String) -> Character? {
    guard case .decimal(let decimal) = AmountText(text), decimal.contains(".") else {
      return nil
    }
    return text.last { $0 == "," || $0 == "." }
  }
}
