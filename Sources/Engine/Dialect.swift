/// The engines' ways of writing what is not portable. Everything else is one SQL text for all.
///
/// Portable are ON CONFLICT … DO UPDATE, RETURNING, WITH, window functions and row values in
/// comparisons. Cast `sum()` and `row_number()` to BIGINT. Not portable: JSON, REPLACE, dates.
package enum Dialect: Sendable, Hashable, CaseIterable {
  case sqlite, postgres

  func placeholder(_ number: Int) -> String {
    switch self {
    case .sqlite: "?\(number)"
    case .postgres: "$\(number)"
    }
  }

  /// What a claiming SELECT adds, so that two servers take different rows (alone on SQLite).
  package var skipLocked: SQL {
    switch self {
    case .sqlite: ""
    case .postgres: " FOR UPDATE SKIP LOCKED"
    }
  }

  /// A migration's text in this dialect. It is written as SQLite's STRICT tables, with the types
  /// INTEGER (64 bits), BOOLEAN, TEXT (compared by bytes) and BLOB.
  package func render(_ schema: String) -> String {
    switch self {
    case .sqlite:
      return words(of: schema) { $0 == "BOOLEAN" ? "INTEGER" : nil }
    case .postgres:
      let plain = [" WITHOUT ROWID, STRICT", " STRICT, WITHOUT ROWID", " WITHOUT ROWID", " STRICT"]
        .reduce(schema) { text, suffix in
          text.split(separator: ")" + suffix, omittingEmptySubsequences: false)
            .joined(separator: ")")
        }
      let types = [
        "INTEGER": "bigint", "BOOLEAN": "boolean", "BLOB": "bytea", "TEXT": "text COLLATE \"C\"",
      ]
      return words(of: plain) { types[$0] }
    }
  }

  /// Replaces whole words outside of quotes and comments.
  private func words(of text: String, _ replacement: (String) -> String?) -> String {
    var out = ""
    var word = ""
    var closing: Character?
    var last: Character = " "
    for character in text {
      defer { last = character }
      if closing == nil, character.isLetter || character.isNumber || character == "_" {
        word.append(character)
        continue
      }
      out += replacement(word) ?? word
      word = ""
      out.append(character)
      if let end = closing {
        if character == end { closing = nil }
      } else if character == "'" || character == "\"" {
        closing = character
      } else if character == "-", last == "-" {
        closing = "\n"
      }
    }
    return out + (replacement(word) ?? word)
  }
}
