/// A Swedish bank account: clearing number and account number.
///
/// Swedbank's fifth clearing digit is read and dropped, a left out zero is put back: the same
/// account is always the same value.
package struct SwedishAccountNumber: Hashable, Sendable, CustomStringConvertible {
  /// Four digits.
  package let clearing: String
  /// In the full length of its bank: 7, 9 or 10 digits.
  package let account: String

  /// Reads clearing and account with a hyphen, comma or space between: "5440-1122003".
  ///
  /// Without a separator the first four digits are the clearing number; at Swedbank (8…), where
  /// that would be a guess, the separator is demanded.
  package init(_ text: String) throws(IdentifierError) {
    let noun = "the Swedish account number"
    guard text.utf8.count <= IdentifierText.maximumLength else {
      throw .length("\(noun) is far too long: at most \(IdentifierText.maximumLength) characters")
    }
    let parts = text.split(maxSplits: 1) { "- ,\u{A0}".contains($0) }
    switch parts.count {
    case 0: throw .empty
    case 1:
      guard !text.hasPrefix("8") else {
        throw .notAllowed(
          "write a hyphen between clearing and account number: at Swedbank the clearing number "
            + "has 4 or 5 digits")
      }
      try self.init(clearing: String(text.prefix(4)), account: String(text.dropFirst(4)))
    default:
      try self.init(clearing: String(parts[0]), account: String(parts[1]))
    }
  }

  package init(clearing: String, account: String) throws(IdentifierError) {
    var clearing = try IdentifierText.digits(clearing, "the clearing number", 4...5)
    if clearing.utf8.count == 5 {
      guard clearing.hasPrefix("8") else {
        throw .length("the clearing number has 4 digits; only Swedbank's (8…) may have 5")
      }
      clearing.removeLast()
    }
    guard let range = clearing.utf8.number.flatMap({ SwedishClearing.range(of: $0) }) else {
      throw .unknownRange("no bank has the clearing number \(clearing)")
    }
    let length = range.check.accountLength
    var account = try IdentifierText.digits(
      account, "an account number at \(range.bank)",
      (range.check.allowsShorter ? 2 : length)...length, separators: [".", "-", ","])
    account = String(repeating: "0", count: length - account.utf8.count) + account
    if range.check != .luhnAdvisory, !range.check.holds(clearing: clearing, account: account) {
      throw .wrongCheckDigit("the account number", "\(clearing)-\(account)")
    }
    self.clearing = clearing
    self.account = account
  }

  init(checked clearing: String, _ account: String) {
    self.clearing = clearing
    self.account = account
  }

  /// The bank that has the clearing number.
  package var bank: String {
    clearing.utf8.number.flatMap { SwedishClearing.range(of: $0)?.bank } ?? ""
  }

  /// Whether the check digit is right; false only for some old Swedbank accounts: warn.
  package var checkDigitHolds: Bool {
    clearing.utf8.number.flatMap { SwedishClearing.range(of: $0) }?
      .check.holds(clearing: clearing, account: account) ?? false
  }

  /// "5440-1122003".
  package var text: String { "\(clearing)-\(account)" }

  package var description: String { text }
}
