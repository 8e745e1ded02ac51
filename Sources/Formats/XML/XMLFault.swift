/// Why an XML document was refused, and where.
package struct XMLFault: Error, Equatable, CustomStringConvertible {
  package enum Kind: Sendable {
    /// Not well-formed XML, or bytes that do not fit the declared encoding.
    case malformed
    /// The document ends before its root element does.
    case truncated
    /// Well-formed, but not a document we take: another root, namespace, or a DOCTYPE.
    case unsupported
    /// Larger than `XMLLimits` allow.
    case limit
    /// An element's text is not what its place demands.
    case value
  }

  package let kind: Kind
  package let message: String
  /// Counted from 1; 0 where no line is known.
  package let line: Int

  package init(_ kind: Kind, _ message: String, line: Int = 0) {
    self.kind = kind
    self.message = message
    self.line = line
  }

  package var description: String { line > 0 ? "line \(line): \(message)" : message }
}

/// What a document may take of memory and time. Text that no rule asks for is not collected.
package struct XMLLimits: Sendable, Equatable {
  /// Bytes of one wanted text.
  package var textBytes = 16 << 10
  /// Bytes of one tag, comment or processing instruction.
  package var tagBytes = 16 << 10
  package var depth = 64
  /// Attributes and namespace declarations of one element.
  package var attributes = 32
  package var documentBytes = 2 << 30

  package init() {}
}
