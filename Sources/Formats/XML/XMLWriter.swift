package import Primitives

/// Why a document could not be written: a field would have had to be cut or left out.
package struct XMLWriteFault: Error, Equatable, CustomStringConvertible {
  package let element: String
  package let message: String

  package init(element: String, message: String) {
    self.element = element
    self.message = message
  }

  package var description: String { "\(element): \(message)" }
}

/// Writes UTF-8 XML: elements in the order of the calls, one escaping and one character-set step.
///
/// Names are literals of the program, so only values need escaping. The same calls give the same
/// bytes. Each leaf ends a line, so that golden files show small differences.
package struct XMLWriter: ~Copyable {
  private var out: [UInt8] = []
  private var open: [StaticString] = []

  package init(reserving bytes: Int = 16 << 10) {
    out.reserveCapacity(bytes)
    raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
  }

  /// The document; all elements must have been ended.
  package consuming func finish() -> [UInt8] {
    precondition(open.isEmpty, "an element is open")
    return out
  }

  package mutating func start(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:]
  ) {
    tag(name, attributes)
    out.append(0x0A)
    open.append(name)
  }

  package mutating func end() {
    guard let name = open.popLast() else { preconditionFailure("no element is open") }
    close(name)
  }

  /// An element with what `body` writes inside.
  package mutating func element<Failure: Error>(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:],
    _ body: (inout XMLWriter) throws(Failure) -> Void
  ) throws(Failure) {
    start(name, attributes)
    try body(&self)
    end()
  }

  /// A leaf of at most `max` characters; never cuts.
  package mutating func leaf(
    _ name: StaticString, _ value: String, max: Int,
    _ attributes: KeyValuePairs<StaticString, String> = [:]
  ) throws(XMLWriteFault) {
    guard value.unicodeScalars.count <= max else {
      throw XMLWriteFault(element: "\(name)", message: "longer than \(max) characters")
    }
    guard value.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
      throw XMLWriteFault(element: "\(name)", message: "empty")
    }
    leaf(name, value, attributes)
  }

  /// A leaf whose value is known to fit: a code, a date, a number.
  package mutating func leaf(
    _ name: StaticString, _ value: String,
    _ attributes: KeyValuePairs<StaticString, String> = [:]
  ) {
    tag(name, attributes)
    escape(value)
    close(name)
  }

  /// An amount with the decimals its currency has.
  package mutating func amount(
    _ name: StaticString, _ money: Money, currencyAttribute: StaticString = "Ccy"
  ) {
    leaf(name, money.decimalText, [currencyAttribute: money.currency.code])
  }

  private mutating func tag(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String>
  ) {
    out.append(0x3C)
    raw(name)
    for (key, value) in attributes {
      out.append(0x20)
      raw(key)
      raw("=\"")
      escape(value)
      out.append(0x22)
    }
    out.append(0x3E)
  }

  private mutating func close(_ name: StaticString) {
    raw("</")
    raw(name)
    raw(">\n")
  }

  private mutating func raw(_ text: StaticString) {
    text.withUTF8Buffer { out.append(contentsOf: $0) }
  }

  /// Escapes markup, and gives a space for each character XML 1.0 can't hold.
  private mutating func escape(_ text: String) {
    guard text.utf8.contains(where: Self.isSpecial) else {
      return out.append(contentsOf: text.utf8)
    }
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": raw("&amp;")
      case "<": raw("&lt;")
      case ">": raw("&gt;")
      case "\"": raw("&quot;")
      case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": out.append(0x20)
      default: out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    }
  }

  /// Bytes that may begin something to be escaped: markup, controls, and U+F000 to U+FFFF.
  private static func isSpecial(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x00...0x1F, 0x22, 0x26, 0x3C, 0x3E, 0xEF: true
    default: false
    }
  }
}
