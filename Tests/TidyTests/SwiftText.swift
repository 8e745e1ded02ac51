// Just enough of Swift's lexical rules to tell code from comments and strings.

/// Blanks what is not code.
struct SwiftText {
  private let input: [UInt8]
  private var output: [UInt8]
  private var at = 0

  static func code(of text: String) -> String {
    var scanner = SwiftText(text)
    scanner.code(untilParenthesis: false)
    return String(decoding: scanner.output, as: UTF8.self)
  }

  private init(_ text: String) {
    input = Array(text.utf8)
    output = input
  }

  private func byte(_ offset: Int) -> UInt8 {
    at + offset < input.count ? input[at + offset] : 0
  }

  private func sees(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { wanted in
      at + wanted.count <= input.count && input[at..<at + wanted.count].elementsEqual(wanted)
    }
  }

  /// Blanks `count` bytes; line ends stay.
  private mutating func blank(_ count: Int = 1) {
    for index in at..<min(at + count, input.count) where input[index] != UInt8(ascii: "\n") {
      output[index] = UInt8(ascii: " ")
    }
    at += count
  }

  /// Scans code: to the end, or past the parenthesis that ends an interpolation.
  private mutating func code(untilParenthesis: Bool) {
    var depth = 0
    while at < input.count {
      switch input[at] {
      case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "/"):
        while at < input.count, input[at] != UInt8(ascii: "\n") { blank() }
      case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"): blockComment()
      case UInt8(ascii: "`"): quotedName()
      case UInt8(ascii: "\""): string(hashes: 0)
      case UInt8(ascii: "#"):
        var hashes = 0
        while byte(hashes) == UInt8(ascii: "#") { hashes += 1 }
        if byte(hashes) == UInt8(ascii: "\"") {
          string(hashes: hashes)
        } else {
          at += hashes
        }
      case UInt8(ascii: "("):
        depth += 1
        at += 1
      case UInt8(ascii: ")"):
        if untilParenthesis, depth == 0 {
          blank()
          return
        }
        depth -= 1
        at += 1
      default: at += 1
      }
    }
  }

  private mutating func blockComment() {
    var depth = 0
    repeat {
      if sees("/*") {
        depth += 1
        blank(2)
      } else if sees("*/") {
        depth -= 1
        blank(2)
      } else {
        blank()
      }
    } while depth > 0 && at < input.count
  }

  private mutating func quotedName() {
    at += 1
    while at < input.count, input[at] != UInt8(ascii: "`"), input[at] != UInt8(ascii: "\n") {
      blank()
    }
    at += 1
  }

  /// A string of any kind; what it interpolates is code again.
  private mutating func string(hashes: Int) {
    blank(hashes)
    let isMultiline = sees("\"\"\"")
    let quotes = isMultiline ? 3 : 1
    blank(quotes)
    while at < input.count {
      if input[at] == UInt8(ascii: "\n"), !isMultiline { return }
      if input[at] == UInt8(ascii: "\""),
        (0..<quotes).allSatisfy({ byte($0) == UInt8(ascii: "\"") }),
        (0..<hashes).allSatisfy({ byte(quotes + $0) == UInt8(ascii: "#") })
      {
        blank(quotes + hashes)
        return
      }
      if input[at] == UInt8(ascii: "\\"),
        (0..<hashes).allSatisfy({ byte(1 + $0) == UInt8(ascii: "#") })
      {
        let opensCode = byte(1 + hashes) == UInt8(ascii: "(")
        blank(2 + hashes)
        if opensCode { code(untilParenthesis: true) }
      } else {
        blank()
      }
    }
  }
}
