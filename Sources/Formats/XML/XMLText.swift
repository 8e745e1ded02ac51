// What readers make of an element's text. All are bounded by `XMLLimits.textBytes`.

extension Span where Element == UInt8 {
  /// The bytes between leading and trailing white space.
  package var trimmed: Range<Int> {
    var lower = 0
    var upper = count
    while lower < upper, self[lower] <= 0x20 { lower += 1 }
    while upper > lower, self[upper - 1] <= 0x20 { upper -= 1 }
    return lower..<upper
  }

  /// The text without white space around it.
  package func string() -> String {
    let range = trimmed
    return withUnsafeBufferPointer { bytes in
      String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
    }
  }

  /// The text without white space around it, at most `max` characters.
  package func string(max: Int) throws(XMLFault) -> String {
    let text = string()
    if text.utf8.count > max, text.unicodeScalars.count > max {
      throw XMLFault(.value, "the text is longer than \(max) characters")
    }
    return text
  }

  /// An `xs:boolean`.
  package func boolean() throws(XMLFault) -> Bool {
    switch string() {
    case "true", "1": return true
    case "false", "0": return false
    case let other: throw XMLFault(.value, "\"\(other.prefix(40))\" is neither true nor false")
    }
  }

  /// A whole number of at most 15 digits, not negative.
  package func integer() throws(XMLFault) -> Int {
    let range = trimmed
    guard (1...15).contains(range.count) else { throw notA("whole number") }
    var value = 0
    for index in range {
      guard (0x30...0x39).contains(self[index]) else { throw notA("whole number") }
      value = value * 10 + Int(self[index] - 0x30)
    }
    return value
  }

  /// A refusal that shows the beginning of the text.
  package func notA(_ kind: String) -> XMLFault {
    let article = "aeiou".contains(kind.prefix(1)) ? "an" : "a"
    return XMLFault(.value, "\"\(string().prefix(40))\" is not \(article) \(kind)")
  }
}
