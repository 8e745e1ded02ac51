// A strict reader of canonical XML (inclusive C14N 1.0 without comments), for the few hundred
// bytes that a signature covers. Canonical text has one spelling, so whatever is not spelled that
// way is refused: comments, processing instructions, CDATA, self-closing tags, other entities.

/// An element with its attributes, its text and its child elements in order.
struct CanonicalElement {
  let name: String
  fileprivate(set) var attributes: [String: String] = [:]
  fileprivate(set) var children: [CanonicalElement] = []
  /// The element's own text, in one piece.
  fileprivate(set) var text: [UInt8] = []

  /// The only child of this name, or nil where there is none; two are refused.
  func child(_ name: String) throws(EvidenceError) -> CanonicalElement? {
    let found = children.filter { $0.name == name }
    guard found.count <= 1 else { throw .shape("\(name) twice") }
    return found.first
  }

  /// Reads a whole document.
  init(canonical bytes: [UInt8]) throws(EvidenceError) {
    var scanner = CanonicalScanner(bytes: bytes)
    self = try scanner.element(depth: 0)
    guard scanner.isAtEnd else { throw .shape("text after the last element") }
  }

  fileprivate init(name: String) { self.name = name }
}

private struct CanonicalScanner {
  let bytes: [UInt8]
  var position = 0
  private var elements = 0

  static let maximumDepth = 16
  static let maximumElements = 500
  static let maximumAttributes = 16

  init(bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }
  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func element(depth: Int) throws(EvidenceError) -> CanonicalElement {
    elements += 1
    guard depth < Self.maximumDepth, elements <= Self.maximumElements else {
      throw .shape("too deep or too many elements")
    }
    try expect("<")
    var element = CanonicalElement(name: try name())
    while next == UInt8(ascii: " ") {
      position += 1
      let attribute = try name()
      try expect("=\"")
      let value = try characters(until: UInt8(ascii: "\""))
      try expect("\"")
      guard element.attributes.count < Self.maximumAttributes,
        let text = String(validating: value, as: UTF8.self),
        element.attributes.updateValue(text, forKey: attribute) == nil
      else { throw .shape("attributes of \(element.name)") }
    }
    try expect(">")
    while true {
      element.text += try characters(until: UInt8(ascii: "<"))
      if position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "/") { break }
      element.children.append(try self.element(depth: depth + 1))
    }
    try expect("</\(element.name)>")
    return element
  }

  private mutating func expect(_ text: String) throws(EvidenceError) {
    let wanted = text.utf8
    guard bytes[position...].starts(with: wanted) else {
      throw .shape("expected \(text) at byte \(position)")
    }
    position += wanted.count
  }

  private mutating func name() throws(EvidenceError) -> String {
    let start = position
    while let byte = next, Self.isNameByte(byte) { position += 1 }
    guard 1...64 ~= position - start else { throw .shape("a name at byte \(start)") }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// ASCII names with a prefix at most: BankID uses no others.
  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "_"),
      UInt8(ascii: "-"), UInt8(ascii: "."):
      true
    default: false
    }
  }

  /// Text up to, not including, the byte `end`.
  private mutating func characters(until end: UInt8) throws(EvidenceError) -> [UInt8] {
    var text: [UInt8] = []
    while let byte = next, byte != end {
      guard byte != UInt8(ascii: "<") else { throw .shape("< within an attribute") }
      if byte == UInt8(ascii: "&") {
        text.append(try entity())
      } else {
        text.append(byte)
        position += 1
      }
    }
    guard next == end else { throw .shape("cut off") }
    return text
  }

  /// The only entities that canonical text can hold.
  private static let entities: [(text: String, byte: UInt8)] = [
    ("&amp;", UInt8(ascii: "&")), ("&lt;", UInt8(ascii: "<")), ("&gt;", UInt8(ascii: ">")),
    ("&quot;", UInt8(ascii: "\"")), ("&#xD;", 13), ("&#xA;", 10), ("&#x9;", 9),
  ]

  private mutating func entity() throws(EvidenceError) -> UInt8 {
    for entity in Self.entities where bytes[position...].starts(with: entity.text.utf8) {
      position += entity.text.utf8.count
      return entity.byte
    }
    throw .shape("an entity at byte \(position)")
  }
}
