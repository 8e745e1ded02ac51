/// An identifier as people write it, on its way to its plain form: separators out, bounds checked.
enum IdentifierText {
  /// More than any identifier with separators needs, in bytes.
  static let maximumLength = 64

  /// The text without spaces and the given separators, letters made capital; never empty.
  static func plain(
    _ text: String, _ noun: String, separators: [Character] = []
  ) throws(IdentifierError) -> String {
    guard text.utf8.count <= maximumLength else {
      throw .length("\(noun) is far too long: at most \(maximumLength) characters are read")
    }
    // Most are written plainly already.
    if !text.isEmpty, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 }) {
      return text
    }
    // No-break spaces come along when numbers are copied from a page.
    let plain = text.filter {
      $0 != " " && $0 != "\u{A0}" && $0 != "\u{202F}" && !separators.contains($0)
    }
    guard !plain.isEmpty else { throw .empty }
    guard plain.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
      throw .characters("\(noun) holds a character that cannot be part of it: retype it")
    }
    return plain.uppercased()
  }

  /// The digits of the text, so many as allowed.
  static func digits(
    _ text: String, _ noun: String, _ lengths: ClosedRange<Int>,
    separators: [Character] = [".", "-"]
  ) throws(IdentifierError) -> String {
    let plain = try plain(text, noun, separators: separators)
    guard plain.utf8.isDigits else {
      throw .characters("\(noun) holds something else than digits: retype it")
    }
    try check(plain, noun, lengths, "digits")
    return plain
  }

  static func check(
    _ plain: String, _ noun: String, _ lengths: ClosedRange<Int>, _ unit: String
  ) throws(IdentifierError) {
    let count = plain.utf8.count
    guard !lengths.contains(count) else { return }
    let allowed =
      lengths.count == 1
      ? "\(lengths.lowerBound)" : "\(lengths.lowerBound) to \(lengths.upperBound)"
    throw .length("\(noun) has \(allowed) \(unit), not \(count)")
  }

  /// Digits in groups from the left, for reading: ("12345678903", [4, 2, 5], ".").
  static func grouped(_ text: String, _ groups: [Int], _ separator: String) -> String {
    var rest = text[...]
    var parts: [Substring] = []
    for count in groups where !rest.isEmpty {
      parts.append(rest.prefix(count))
      rest = rest.dropFirst(count)
    }
    if !rest.isEmpty { parts.append(rest) }
    return parts.joined(separator: separator)
  }
}
