/// A company's number in its national register: Norway, Sweden, Denmark or Finland.
///
/// Read as people and invoices write it: with spaces and hyphens, as a VAT number
/// ("NO 988077917 MVA", "SE556016068001"), in Sweden also with the century 16, 19 or 20 in front.
package struct OrganisationNumber: Hashable, Sendable, CustomStringConvertible {
  package let country: CountryCode
  /// Digits only: NO 9, SE 10, DK 8, FI 8.
  package let digits: String

  package init(_ text: String, country: CountryCode) throws(IdentifierError) {
    let noun = "the organisation number"
    var plain = try IdentifierText.plain(text, noun, separators: [".", "-"])
    let isVAT = plain.hasPrefix(country.code)
    if isVAT { plain.removeFirst(2) }
    switch country {
    case .no:
      if plain.hasSuffix("MVA") { plain.removeLast(3) }
      try Self.check(plain, 9)
      guard plain.hasPrefix("8") || plain.hasPrefix("9") else {
        throw .unknownRange("\(noun) \(plain) does not start with 8 or 9, as all Norwegian ones do")
      }
      let check = CheckDigit.mod11(plain.utf8.dropLast())
      guard plain.utf8.suffix(1).number == check else { throw .wrongCheckDigit(noun, plain) }
    case .se:
      plain = Self.swedishTen(plain, isVAT: isVAT)
      try Self.check(plain, 10)
      try Self.checkSwedish(plain)
    case .dk:
      try Self.check(plain, 8)
      let sum = CheckDigit.weightedSum(plain.utf8, fromRight: [1, 2, 3, 4, 5, 6, 7, 2])
      guard sum % 11 == 0 else { throw .wrongCheckDigit(noun, plain) }
    case .fi:
      // Numbers from before 1978 had six digits before the check digit.
      if plain.utf8.count == 7 { plain = "0" + plain }
      try Self.check(plain, 8)
      let check = CheckDigit.mod11(
        plain.utf8.dropLast(), weightsFromRight: [2, 4, 8, 5, 10, 9, 7])
      guard plain.utf8.suffix(1).number == check else { throw .wrongCheckDigit(noun, plain) }
    default:
      throw .notAllowed(
        "organisation numbers of \(country) are not known here: use NO, SE, DK or FI")
    }
    self.country = country
    digits = plain
  }

  private static func check(_ plain: String, _ length: Int) throws(IdentifierError) {
    guard plain.utf8.isDigits else {
      throw .characters("the organisation number holds something else than digits: retype it")
    }
    try IdentifierText.check(
      plain, "the organisation number", length...length, "digits in its country")
  }

  /// Takes away what stands around the ten digits: the 01 of a VAT number, or a century.
  private static func swedishTen(_ plain: String, isVAT: Bool) -> String {
    guard plain.utf8.count == 12 else { return plain }
    if isVAT { return String(plain.dropLast(2)) }
    let hasCentury = ["16", "18", "19", "20"].contains { plain.hasPrefix($0) }
    return hasCentury ? String(plain.dropFirst(2)) : plain
  }

  private static func checkSwedish(_ plain: String) throws(IdentifierError) {
    let bytes = Array(plain.utf8)
    guard CheckDigit.luhnHolds(bytes) else {
      throw .wrongCheckDigit("the organisation number", IdentifierText.grouped(plain, [6], "-"))
    }
    // Below 20 stands a month: the personal number of a sole trader.
    if let month = bytes[2..<4].number, month < 20 {
      let day = (bytes[4..<6].number ?? 0) % 60
      guard 1...12 ~= month, 1...31 ~= day else {
        throw .unknownRange(
          "the number is neither a company's (third digit 2 or more) nor a person's (a birth date)")
      }
    }
  }

  /// Whether this is a sole trader's personal number, to be handled as personal data.
  package var isPersonal: Bool {
    country == .se && (digits.utf8.dropFirst(2).prefix(2).number ?? 20) < 20
  }

  /// As it is printed: "923 609 016", "556016-0680", "13585628", "2077474-0".
  package var display: String {
    switch country {
    case .no: IdentifierText.grouped(digits, [3, 3, 3], " ")
    case .se: IdentifierText.grouped(digits, [6, 4], "-")
    case .fi: IdentifierText.grouped(digits, [7, 1], "-")
    default: digits
    }
  }

  package var description: String { digits }
}
