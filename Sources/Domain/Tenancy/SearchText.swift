import Primitives

/// How names are compared by a search: without regard to letter case, the same in every engine.
///
/// A fixed table of letters, not the program's or the database's idea of a language: the schema
/// writes it into the rows that were there before (`TenancySchema`).
package enum SearchText {
  package static let letters: [(upper: Character, lower: Character)] =
    zip("ABCDEFGHIJKLMNOPQRSTUVWXYZÆØÅÄÖÜÉ", "abcdefghijklmnopqrstuvwxyzæøåäöüé").map {
      (upper: $0, lower: $1)
    }

  private static let lower = Dictionary(
    uniqueKeysWithValues: letters.map { ($0.upper, $0.lower) })

  package static func folded(_ text: String) -> String {
    String(text.map { lower[$0] ?? $0 })
  }

  /// The pattern that finds a text anywhere, for `LIKE … ESCAPE '!'`; nil for an empty one, which
  /// finds everything. An organisation number may be written in groups.
  package static func pattern(_ query: String) throws(TenancyError) -> String? {
    var text = query.trimmed
    guard !text.isEmpty else { return nil }
    guard text.fits(scalars: 100) else { throw .fieldTooLong("query", limit: 100) }
    if text.contains(where: \.isNumber),
      text.allSatisfy({ $0.isNumber || " -.\u{A0}".contains($0) })
    {
      text = text.filter(\.isNumber)
    }
    var pattern = "%"
    for character in folded(text) {
      if "%_!".contains(character) { pattern.append("!") }
      pattern.append(character)
    }
    return pattern + "%"
  }
}
