/// Why a file is not taken as an invoice or a credit note.
package enum UBLError: Error, Equatable {
  /// Not well-formed XML, cut off, or an element twice that may stand once. Line 0: unknown.
  case malformed(line: Int, message: String)
  case tooLarge
  /// Well-formed XML with another root element or namespace, or with a DOCTYPE.
  case notUBL(namespace: String)
  /// Without this element there is nothing to pay by; the text is its path.
  case missing(String)
  /// Too long, too deep or too many; the text says what.
  case limit(String)

  /// What is wrong and how to mend it, for people.
  package var message: String {
    switch self {
    case .malformed(0, let message):
      "the file is damaged: \(message): ask the sender for it again"
    case .malformed(let line, let message):
      "the file is damaged at line \(line): \(message): ask the sender for it again"
    case .tooLarge:
      "the file is too large for an invoice: ask for it without attachments"
    case .notUBL(let namespace):
      "the file is not a UBL 2.1 invoice or credit note (its root is in the namespace "
        + "\"\(namespace)\"): send Peppol BIS Billing 3 or EHF 3"
    case .missing(let path):
      "the file has no \(path), which every invoice has: ask the sender for a complete one"
    case .limit(let what):
      "the file goes beyond what is read of an invoice: \(what)"
    }
  }

  init(_ fault: XMLFault) {
    switch fault.kind {
    case .malformed, .truncated, .value:
      self = .malformed(line: fault.line, message: fault.message)
    case .limit: self = .limit(fault.message)
    case .unsupported:
      if fault.message.contains("DOCTYPE") {
        self = .malformed(line: fault.line, message: fault.message)
      } else {
        // The fault quotes the namespace it met.
        let parts = fault.message.split(
          separator: "\"", maxSplits: 2, omittingEmptySubsequences: false)
        self = .notUBL(namespace: parts.count == 3 ? String(parts[1]) : "")
      }
    }
  }
}
