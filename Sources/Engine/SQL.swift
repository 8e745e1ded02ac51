// A statement and its values, apart: `"SELECT … WHERE id = \(id)"` never puts a value in the text.
// The pieces between the values are compile-time literals, so drivers find their prepared
// statement by the addresses of the pieces, without building or hashing the text.

/// One SQL statement with its values beside it.
package struct SQL: Sendable, ExpressibleByStringInterpolation {
  /// What the statement consists of, in order.
  package private(set) var shape: Shape
  /// The values of the placeholders, in order of appearance.
  package private(set) var values: [SQLValue]

  package init(stringLiteral value: StaticString) {
    shape = Shape(capacity: 1)
    shape.append(.literal(value))
    values = []
  }

  package init(stringInterpolation parts: Parts) {
    shape = parts.shape
    values = parts.values
  }

  /// A statement from text made at run time (a list of columns, DDL). Never from what a user wrote.
  package init(verbatim text: String) {
    shape = Shape(capacity: 1)
    shape.append(.text(text))
    values = []
  }

  /// The text as the engine reads it, placeholders numbered by first appearance from 1.
  ///
  /// SQLite numbers `$n` by appearance and PostgreSQL by number: in order, both agree.
  package func text(for dialect: Dialect) -> String { shape.text(for: dialect) }

  /// Collects the parts of an interpolated statement.
  package struct Parts: StringInterpolationProtocol {
    var shape: Shape
    var values: [SQLValue] = []

    package init(literalCapacity: Int, interpolationCount: Int) {
      shape = Shape(capacity: 2 * interpolationCount + 1)
      values.reserveCapacity(interpolationCount)
    }

    package mutating func appendLiteral(_ literal: StaticString) {
      if literal.utf8CodeUnitCount > 0 { shape.append(.literal(literal)) }
    }

    package mutating func appendInterpolation(_ value: some SQLBindable) {
      appendValue(value.sqlValue)
    }

    package mutating func appendInterpolation<T: SQLBindable>(_ value: T?) {
      appendValue(value.sqlValue)
    }

    package mutating func appendInterpolation(_ value: SQLValue) { appendValue(value) }

    /// Splices a fragment with its values; the placeholders are numbered anew.
    package mutating func appendInterpolation(_ fragment: SQL) {
      for piece in fragment.shape.pieces { shape.append(piece) }
      values.append(contentsOf: fragment.values)
    }

    /// Splices text that the program itself made (a table's name). Never what a user wrote.
    package mutating func appendInterpolation(verbatim text: String) { shape.append(.text(text)) }

    mutating func appendValue(_ value: SQLValue) {
      shape.append(.value)
      values.append(value)
    }
  }
}

extension SQL {
  /// Several fragments as one, with `separator` between them; no fragments give an empty one.
  package static func joined(_ fragments: [SQL], separator: StaticString) -> SQL {
    var parts = Parts(literalCapacity: 0, interpolationCount: fragments.count)
    for (index, fragment) in fragments.enumerated() {
      if index > 0 { parts.appendLiteral(separator) }
      parts.appendInterpolation(fragment)
    }
    return SQL(stringInterpolation: parts)
  }

  /// Values as a list for `IN (…)`. At least one, at most what the engine takes (bound it).
  package static func list(_ values: some Collection<some SQLBindable>) -> SQL {
    joined(values.map { "\($0)" }, separator: ", ")
  }

  package enum Piece: Sendable {
    case literal(StaticString)
    case text(String)
    case value
  }

  /// The text of a statement without its values: what a prepared statement is found by.
  ///
  /// Two shapes are equal when their pieces are the same literals (by address) or equal texts.
  package struct Shape: Sendable, Hashable {
    package private(set) var pieces: [Piece] = []
    /// A mix of the pieces, kept while they are appended, so that hashing takes no loop.
    private var mix: UInt64 = 0

    init(capacity: Int) { pieces.reserveCapacity(capacity) }

    mutating func append(_ piece: Piece) {
      let value: UInt64 =
        switch piece {
        case .literal(let literal): UInt64(UInt(bitPattern: literal.utf8Start))
        case .text(let text): UInt64(truncatingIfNeeded: text.hashValue)
        case .value: 1
        }
      mix = (mix ^ value) &* 0x9E37_79B9_7F4A_7C15
      mix ^= mix >> 29
      pieces.append(piece)
    }

    package static func == (a: Shape, b: Shape) -> Bool {
      guard a.mix == b.mix, a.pieces.count == b.pieces.count else { return false }
      for index in a.pieces.indices {
        switch (a.pieces[index], b.pieces[index]) {
        case (.value, .value): continue
        case (.literal(let one), .literal(let other))
        where one.utf8Start == other.utf8Start && one.utf8CodeUnitCount == other.utf8CodeUnitCount:
          continue
        case (.text(let one), .text(let other)) where one == other: continue
        default: return false
        }
      }
      return true
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(mix) }

    func text(for dialect: Dialect) -> String {
      var text = ""
      var count = 0
      for piece in pieces {
        switch piece {
        case .literal(let literal): text += literal.description
        case .text(let part): text += part
        case .value:
          count += 1
          text += dialect.placeholder(count)
        }
      }
      return text
    }
  }
}

extension SQL {
  /// The table that `text` names in full (`main.payment`) where it does not write it, if any.
  ///
  /// A full name goes round the guard of reads, so drivers refuse it but after `INSERT INTO`,
  /// `UPDATE` and `DELETE FROM`. It is looked for when a statement is prepared, once.
  package static func unguardedRead(in text: String) -> String? {
    let words = words(of: text)
    for index in words.indices.dropLast() where words[index] == "main" && words[index + 1] == "." {
      let before = index > 0 ? words[index - 1] : ""
      let first = index > 1 ? words[index - 2] : ""
      if before == "into" || before == "update" || (before == "from" && first == "delete") {
        continue
      }
      return "main." + (index + 2 < words.count ? words[index + 2] : "")
    }
    return nil
  }

  /// Names and signs in lower case, without blanks, quotation marks of names, and strings.
  private static func words(of text: String) -> [String] {
    var words: [String] = []
    var word = ""
    var isString = false
    for character in text.lowercased() + " " {
      if character == "'" { isString.toggle() }
      if isString { continue }
      if character.isLetter || character.isNumber || character == "_" {
        word.append(character)
        continue
      }
      if !word.isEmpty { words.append(word) }
      word = ""
      if !character.isWhitespace, !"\"'`[]".contains(character) { words.append(String(character)) }
    }
    return words
  }
}
