/// A mail address that mail can be sent to: one "@", plain ASCII, at most 254 bytes (RFC 5321).
///
/// Quoted local parts and address literals are refused: nobody uses them, attackers do.
package struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
  /// The domain in small letters, the part before as written.
  package let text: String

  package static let maximumLength = 254

  package init(_ text: String) throws(IdentifierError) {
    guard !text.isEmpty else { throw .empty }
    guard text.utf8.count <= Self.maximumLength else {
      throw .length("a mail address has at most \(Self.maximumLength) characters")
    }
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw .characters("a mail address has one @, as in kim@example.com")
    }
    let domain = parts[1].lowercased()
    guard 1...64 ~= parts[0].utf8.count, Self.isLocal(parts[0]), Self.isDomain(domain) else {
      throw .characters("the mail address is not one that can be sent to: write kim@example.com")
    }
    self.text = "\(parts[0])@\(domain)"
  }

  // RFC 5322 dot-atom.
  private static func isLocal(_ text: Substring) -> Bool {
    text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { atom in
      !atom.isEmpty
        && atom.utf8.allSatisfy { isLetterOrDigit($0) || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0) }
    }
  }

  private static func isDomain(_ text: String) -> Bool {
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    return labels.count >= 2
      && labels.allSatisfy { label in
        1...63 ~= label.utf8.count && !label.hasPrefix("-") && !label.hasSuffix("-")
          && label.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
      }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }

  package var description: String { text }
}
